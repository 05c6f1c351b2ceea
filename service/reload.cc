#include "service/reload.h"

#include <algorithm>
#include <array>
#include <exception>
#include <stdexcept>
#include <utility>

#include "service/log/log.h"
#include "service/settings/settings_table.h"

namespace service {
namespace {

/// Neither sockets, threads, memory nor quota depend on these.
constexpr std::array<std::string_view, 28> kLive{
    // connections
    "header-timeout", "idle-timeout", "drain-grace", "drain-timeout",
    // log
    "log-level", "log-format", "access-log",
    // calls and lifetimes
    "upstream-timeout", "max-wait", "fresh-ttl", "history-ttl", "search-ttl", "negative-ttl",
    "stale-while-revalidate", "stale-wait", "stale-if-error",
    // breaker
    "failure-threshold", "success-threshold", "open-timeout", "open-timeout-multiplier",
    "open-timeout-max", "open-timeout-jitter", "half-open-max-calls", "slow-call-rate",
    "slow-call-duration", "failure-rate", "window-calls", "minimum-calls"};

bool is_live(std::string_view name) {
  return std::find(kLive.begin(), kLive.end(), name) != kLive.end();
}

}  // namespace

std::span<const std::string_view> live_settings() {
  return kLive;
}

SettingChanges compare_settings(const Settings& in_force, const LoadedSettings& read) {
  LoadedSettings merged;
  merged.settings = in_force;
  merged.origins = read.origins;
  for (const SettingRow& row : settings_table()) {
    const std::string given = row.show(read.settings);
    if (!is_live(row.name) || given == row.show(in_force)) continue;
    if (const auto applied = row.apply(merged.settings, given); !applied)
      throw std::logic_error(std::string(row.name) + ": " + applied.error());
  }
  // Those that were read follow settings that may not be in force.
  apply_breaker_defaults(merged);

  SettingChanges changes{merged.settings, {}, {}};
  for (const SettingRow& row : settings_table()) {
    const bool live = is_live(row.name);
    SettingChange change{std::string(row.name), row.show(in_force),
                         row.show(live ? merged.settings : read.settings)};
    if (change.from == change.to) continue;
    (live ? changes.live : changes.needs_restart).push_back(std::move(change));
  }
  return changes;
}

Reloader::Reloader(Settings in_force, Read read, Apply apply, Log& log)
    : in_force_(std::move(in_force)), read_(std::move(read)), apply_(std::move(apply)), log_(log) {}

void Reloader::reload() {
  try {
    const LoadedSettings loaded = read_();
    for (const std::string& error : loaded.errors)
      log_.error("the settings were not reloaded; everything stays as it was", {{"error", error}});
    if (!loaded.errors.empty()) return;
    for (const std::string& warning : loaded.warnings) log_.warning(warning);
    SettingChanges changes = compare_settings(in_force_, loaded);
    apply_(changes.settings);
    in_force_ = std::move(changes.settings);
    for (const SettingChange& change : changes.live)
      log_.info("setting changed",
                {{"setting", change.name}, {"from", change.from}, {"to", change.to}});
    for (const SettingChange& change : changes.needs_restart)
      log_.warning("setting needs a restart",
                   {{"setting", change.name}, {"kept", change.from}, {"given", change.to}});
    log_.info("settings reloaded",
              {{"changed", static_cast<std::int64_t>(changes.live.size())},
               {"need_restart", static_cast<std::int64_t>(changes.needs_restart.size())}});
  } catch (const std::exception& error) {
    log_.error("the settings were not reloaded", {{"error", error.what()}});
  }
}

}  // namespace service
