#include "service/settings/settings_load.h"

#include <algorithm>
#include <iterator>

#include "service/settings/setting_conflicts.h"
#include "service/settings/setting_sources.h"

namespace service {
namespace {

/// The origin of an assignment, including its key.
std::string place_of(const Origin& origin) {
  const bool names_key = origin.text.ends_with(origin.key);
  return origin.text + (names_key ? "" : ": " + origin.key);
}

/// Rejects breaker settings that are set in both of their possible places, because a reader could
/// not tell which one takes effect.
void reject_doubles(LoadedSettings& loaded, const std::vector<Assignment>& all) {
  for (const Assignment& nested : all) {
    if (!nested.nested) continue;
    const auto other = std::find_if(all.begin(), all.end(), [&](const Assignment& candidate) {
      return candidate.row == nested.row && !candidate.nested;
    });
    if (other != all.end())
      loaded.errors.push_back(nested.origin.text + ": " + nested.origin.key + ": also given by " +
                              other->origin.text + "; give one of them");
  }
}

/// Applies the assignments, ordered from the weakest source to the strongest, so that the last one
/// wins.
void apply_assignments(LoadedSettings& loaded, const std::vector<Assignment>& all) {
  for (const Assignment& assignment : all) {
    const SettingRow& row = settings_table()[assignment.row];
    if (const auto applied = row.apply(loaded.settings, assignment.value); applied)
      loaded.origins[assignment.row] = assignment.origin;
    else
      loaded.errors.push_back(place_of(assignment.origin) + ": " + applied.error());
  }
}

void apply_dependent_defaults(LoadedSettings& loaded, const Environment& environment) {
  const auto table = settings_table();
  for (std::size_t i = 0; i < table.size(); ++i) {
    if (loaded.origins[i].given || !table[i].dependent_default.apply) continue;
    const std::string source = table[i].dependent_default.apply(loaded.settings, environment);
    if (!source.empty()) loaded.origins[i].text += " " + source;
  }
}

}  // namespace

std::string place_of(const LoadedSettings& loaded, std::size_t row) {
  const Origin& origin = loaded.origins[row];
  return origin.given ? place_of(origin) : yaml_name(settings_table()[row].name);
}

LoadedSettings load_settings(std::span<const std::string> arguments,
                             const Environment& environment) {
  LoadedSettings loaded;
  loaded.origins.resize(settings_table().size());

  FlagReading flags = read_flags(arguments);
  loaded.command = flags.command;
  std::string config_file;
  SourceReading variables = read_environment(environment, config_file);
  if (!flags.config_file.empty()) config_file = flags.config_file;
  SourceReading yaml;
  if (!config_file.empty()) yaml = read_yaml(config_file);

  std::vector<Assignment> all;
  for (SourceReading* source : {&yaml, &variables, &flags.source}) {
    std::move(source->errors.begin(), source->errors.end(), std::back_inserter(loaded.errors));
    std::move(source->assignments.begin(), source->assignments.end(), std::back_inserter(all));
  }
  reject_doubles(loaded, all);
  apply_assignments(loaded, all);
  apply_dependent_defaults(loaded, environment);
  find_conflicts(loaded);
  return loaded;
}

}  // namespace service
