#pragma once
/// Live reload of the settings, which SIGHUP requests.

#include <functional>
#include <string>
#include <vector>

#include "service/settings/settings_load.h"

namespace service {

class Log;

/// A setting whose new value differs from the one in force.
struct SettingChange {
  /// The setting's flag without its dashes.
  std::string name;
  /// The breaker to which the setting belongs; empty if there is none.
  std::string breaker;
  /// The old value, in force until now.
  std::string from;
  /// The new value.
  std::string to;
};

/// The result of comparing new settings with those in force.
struct SettingChanges {
  /// The settings in force after the reload: live settings updated, others unchanged.
  ServiceSettings settings;
  /// Live settings that change.
  std::vector<SettingChange> live;
  /// Settings whose new value takes effect only after a restart.
  std::vector<SettingChange> needs_restart;
};

/// Compares new settings with those in force. Defaults that depend on other settings are derived
/// from the values that will be in force, not from those that wait for a restart. A pure function.
[[nodiscard]] SettingChanges compare_settings(const ServiceSettings& in_force,
                                              const LoadedSettings& read);

/// Reloads the settings and logs the changes. Thread-safety: none; use it from one thread.
class Reloader {
 public:
  /// Loads all settings again.
  using Read = std::function<LoadedSettings()>;
  /// Applies settings. An exception is logged, and the reload counts as failed.
  using Apply = std::function<void(const ServiceSettings&)>;

  /// `log` must outlive this object.
  Reloader(ServiceSettings in_force, Read read, Apply apply, Log& log);

  /// Loads, compares and applies the settings. Logs every change, naming the breaker it belongs to,
  /// and every setting that needs a restart. When the settings have errors, it logs those and
  /// changes nothing.
  void reload();

  /// The settings in force.
  [[nodiscard]] const ServiceSettings& in_force() const noexcept { return in_force_; }

 private:
  ServiceSettings in_force_;
  Read read_;
  Apply apply_;
  Log& log_;
};

}  // namespace service
