#include "service/reload.h"

#include <exception>
#include <utility>

#include "service/log/log.h"
#include "service/settings/settings_table.h"

namespace service {
namespace {

/// The settings in force after the reload: the current ones with every live setting updated. The
/// rows are ordered so that a dependent default is derived after the settings that it depends on.
ServiceSettings updated(const ServiceSettings& in_force, const LoadedSettings& read) {
  ServiceSettings settings = in_force;
  const auto table = settings_table();
  for (std::size_t i = 0; i < table.size(); ++i) {
    const SettingRow& row = table[i];
    if (!row.live) continue;
    if (row.dependent_default.apply && !read.origins[i].given)
      static_cast<void>(row.dependent_default.apply(settings, Environment{}));
    else
      row.copy(settings, read.settings);
  }
  return settings;
}

/// Whether the setting has the same value as that of the breaker it follows, before and after the
/// change. If so, it suffices to report the change of the followed breaker's setting.
bool just_follows(const SettingRow& row, const ServiceSettings& before,
                  const ServiceSettings& after) {
  if (row.follows.empty()) return false;
  const SettingRow& followed = settings_table()[row_index(row.name, row.follows)];
  return row.show(before) == followed.show(before) && row.show(after) == followed.show(after);
}

void log_change(const SettingChange& change, Log& log) {
  if (change.breaker.empty())
    log.info("setting changed",
             {{"setting", change.name}, {"from", change.from}, {"to", change.to}});
  else
    log.info("setting changed", {{"setting", change.name},
                                 {"from", change.from},
                                 {"to", change.to},
                                 {"breaker", change.breaker}});
}

}  // namespace

SettingChanges compare_settings(const ServiceSettings& in_force, const LoadedSettings& read) {
  SettingChanges changes{updated(in_force, read), {}, {}};
  for (const SettingRow& row : settings_table()) {
    SettingChange change{std::string(row.name), std::string(row.breaker), row.show(in_force),
                         row.show(row.live ? changes.settings : read.settings)};
    if (change.from == change.to || just_follows(row, in_force, changes.settings)) continue;
    (row.live ? changes.live : changes.needs_restart).push_back(std::move(change));
  }
  return changes;
}

Reloader::Reloader(ServiceSettings in_force, Read read, Apply apply, Log& log)
    : in_force_(std::move(in_force)), read_(std::move(read)), apply_(std::move(apply)), log_(log) {}

void Reloader::reload() {
  try {
    const LoadedSettings loaded = read_();
    for (const std::string& error : loaded.errors)
      log_.error("the settings were not reloaded; nothing has changed", {{"error", error}});
    if (!loaded.errors.empty()) return;
    for (const std::string& warning : loaded.warnings) log_.warning(warning);
    SettingChanges changes = compare_settings(in_force_, loaded);
    apply_(changes.settings);
    in_force_ = std::move(changes.settings);
    for (const SettingChange& change : changes.live) log_change(change, log_);
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
