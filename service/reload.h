#pragma once
/// What SIGHUP does: settings are read again from where they came from, what can change while
/// serving changes, and nothing is lost.

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "service/settings/settings_load.h"

namespace service {

class Log;

/// Settings that a reload puts into force, as they are called on the command line. All others need
/// a restart.
[[nodiscard]] std::span<const std::string_view> live_settings();

/// One setting that reads differently than it did.
struct SettingChange {
  std::string name;
  std::string from;
  std::string to;
};

/// What a reload makes of settings read anew.
struct SettingChanges {
  /// The settings in force, with what can change live replaced.
  Settings settings;
  std::vector<SettingChange> live;
  /// Given, and kept as they were.
  std::vector<SettingChange> needs_restart;
};

/// Compares what is in force with what was read. What of the breaker nobody has chosen follows the
/// settings that come out of it, not those that wait for a restart. Pure.
[[nodiscard]] SettingChanges compare_settings(const Settings& in_force, const LoadedSettings& read);

/// Thread-safety: none; it belongs to the thread that waits for signals.
class Reloader {
 public:
  using Read = std::function<LoadedSettings()>;
  /// Puts the settings into force; what it throws is logged.
  using Apply = std::function<void(const Settings&)>;

  /// `read` reads all settings again, in the usual order of precedence. `log` outlives this.
  Reloader(Settings in_force, Read read, Apply apply, Log& log);

  /// Reads, compares, applies and tells the log: each change, each setting that needs a restart, or
  /// every error, with which nothing changes at all.
  void reload();

  [[nodiscard]] const Settings& in_force() const noexcept { return in_force_; }

 private:
  Settings in_force_;
  Read read_;
  Apply apply_;
  Log& log_;
};

}  // namespace service
