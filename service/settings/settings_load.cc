#include "service/settings/settings_load.h"

#include <algorithm>
#include <iterator>

#include "service/settings/setting_sources.h"
#include "service/settings/settings_table.h"
#include "service/settings/settings_together.h"
#include "stockclient/breaker_defaults.h"

namespace service {
namespace {

void take_errors(LoadedSettings& loaded, SourceReading& source) {
  std::move(source.errors.begin(), source.errors.end(), std::back_inserter(loaded.errors));
}

/// A breaker's setting given in both of its places would leave it to the reader which one counts.
void refuse_doubles(LoadedSettings& loaded, const std::vector<Assignment>& all) {
  for (const Assignment& nested : all) {
    if (!nested.nested) continue;
    const auto other = std::find_if(all.begin(), all.end(), [&](const Assignment& candidate) {
      return candidate.row == nested.row && !candidate.nested;
    });
    if (other != all.end())
      loaded.errors.push_back(nested.origin + ": " + nested.key + ": also given by " +
                              other->origin + "; give one of them");
  }
}

/// From the weakest source to the strongest, so that the last one stays.
void apply_all(LoadedSettings& loaded, const std::vector<Assignment>& all) {
  for (const Assignment& assignment : all) {
    const SettingRow& row = settings_table()[assignment.row];
    const auto applied = row.apply(loaded.settings, assignment.value);
    const bool names_key = assignment.origin.ends_with(assignment.key);
    std::string place = assignment.origin + (names_key ? "" : ": " + assignment.key);
    if (!applied) {
      loaded.errors.push_back(place + ": " + applied.error());
      continue;
    }
    loaded.origins[assignment.row] = assignment.origin;
    loaded.places[assignment.row] = std::move(place);
  }
}

/// The origin of a setting, to be replaced while nobody has set it; null once somebody has.
/// `derived`: what it is replaced by, which says so as well when defaults are derived again.
std::string* unset_origin(LoadedSettings& loaded, std::string_view name,
                          std::string_view derived = "default") {
  const auto table = settings_table();
  const auto row = std::find_if(table.begin(), table.end(),
                                [name](const SettingRow& r) { return r.name == name; });
  std::string& origin = loaded.origins[static_cast<std::size_t>(row - table.begin())];
  return origin == "default" || origin == derived ? &origin : nullptr;
}

constexpr std::string_view kWithDailyQuota = "default with a daily quota";
constexpr std::string_view kPartOfTimeout = "default: 2/5 of upstream_timeout";
constexpr std::string_view kAsBulkhead = "default: as bulkhead, 4 to 20";
constexpr std::string_view kHalfOfWindow = "default: half of window_calls";

/// `$XDG_STATE_HOME/stock-service`, else `~/.local/state/stock-service`, as the XDG Base Directory
/// Specification has it: relative paths there are to be ignored.
void apply_store_default(LoadedSettings& loaded, const Environment& environment) {
  std::string* const origin = unset_origin(loaded, "store-path");
  if (origin == nullptr) return;
  const auto folder = [&](std::string_view name) -> std::string {
    const auto found = std::find_if(environment.begin(), environment.end(),
                                    [name](const auto& entry) { return entry.first == name; });
    if (found == environment.end() || !found->second.starts_with('/')) return {};
    return found->second;
  };
  std::string& path = loaded.settings.store_path;
  loaded.settings.store_optional = true;
  if (loaded.settings.demo) {
    path = kNoStore;
    *origin = "default of the demo";
  } else if (const std::string state = folder("XDG_STATE_HOME"); !state.empty()) {
    path = state + "/stock-service";
    *origin = "default by XDG_STATE_HOME";
  } else if (const std::string home = folder("HOME"); !home.empty()) {
    path = home + "/.local/state/stock-service";
    *origin = "default by HOME";
  } else {
    path = kNoStore;
    *origin = "default without HOME";
  }
}

/// Defaults that depend on other settings, and on where the service runs.
void apply_dependent_defaults(LoadedSettings& loaded, const Environment& environment) {
  if (std::string* origin = unset_origin(loaded, "quota-plan"); origin && loaded.settings.demo) {
    loaded.settings.client.quota_plan = "unlimited";
    *origin = "default of the demo";
  }
  apply_breaker_defaults(loaded);
  apply_store_default(loaded, environment);
}

std::string padded(std::string text, std::size_t width) {
  if (text.size() < width) text.append(width - text.size(), ' ');
  return text;
}

/// In double quotes when plain YAML would read it as something else.
std::string yaml_scalar(const std::string& text) {
  const bool plain =
      !text.empty() && text.find_first_of(":#\"'\\{}[],&*!|>%@` ") == std::string::npos;
  if (plain) return text;
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + "\"";
}

/// `database: open_timeout  how long ... [30s]` for each setting that has no flag.
std::string breaker_help(std::size_t column) {
  std::string text;
  for (const SettingRow& row : settings_table())
    if (!row.has_flag)
      text += padded("  " + std::string(row.breaker) + ": " + yaml_name(row.name), column) +
              std::string(row.help) + " [" + shown_default(row) + "]\n";
  return text;
}

}  // namespace

void apply_breaker_defaults(LoadedSettings& loaded) {
  const stockclient::StockClientSettings& client = loaded.settings.client;
  const circuitbreaker::Settings suitable = stockclient::default_breaker(client);
  circuitbreaker::Settings& breaker = loaded.settings.alpha_vantage;
  if (std::string* origin = unset_origin(loaded, "open-timeout-multiplier", kWithDailyQuota)) {
    breaker.open_timeout_multiplier = suitable.open_timeout_multiplier;
    *origin = stockclient::has_daily_quota(client) ? kWithDailyQuota : "default";
  }
  if (std::string* origin = unset_origin(loaded, "slow-call-duration", kPartOfTimeout)) {
    breaker.slow_call_duration = suitable.slow_call_duration;
    *origin = kPartOfTimeout;
  }
  if (std::string* origin = unset_origin(loaded, "window-calls", kAsBulkhead)) {
    breaker.window.calls = suitable.window.calls;
    *origin = kAsBulkhead;
  }
  if (std::string* origin = unset_origin(loaded, "minimum-calls", kHalfOfWindow)) {
    breaker.window.minimum_calls = std::max(1u, breaker.window.calls / 2);
    *origin = kHalfOfWindow;
  }
}

std::string place_of(const LoadedSettings& loaded, std::size_t row) {
  const std::string& place = loaded.places[row];
  return place.empty() ? yaml_name(settings_table()[row].name) : place;
}

LoadedSettings load_settings(std::span<const std::string> arguments,
                             const Environment& environment) {
  LoadedSettings loaded;
  loaded.origins.assign(settings_table().size(), "default");
  loaded.places.assign(settings_table().size(), "");

  FlagReading flags = read_flags(arguments);
  loaded.command = flags.command;
  std::string config_file;
  SourceReading variables = read_environment(environment, config_file);
  if (!flags.config_file.empty()) config_file = flags.config_file;
  SourceReading yaml;
  if (!config_file.empty()) yaml = read_yaml(config_file);

  std::vector<Assignment> all;
  for (SourceReading* source : {&yaml, &variables, &flags.source}) {
    take_errors(loaded, *source);
    std::move(source->assignments.begin(), source->assignments.end(), std::back_inserter(all));
  }
  refuse_doubles(loaded, all);
  apply_all(loaded, all);
  apply_dependent_defaults(loaded, environment);
  check_together(loaded);
  return loaded;
}

std::string print_settings(const LoadedSettings& loaded) {
  constexpr std::size_t kCommentColumn = 44;
  std::string text;
  std::string breaker;
  const auto table = settings_table();
  for (std::size_t i = 0; i < table.size(); ++i) {
    const SettingRow& row = table[i];
    if (row.breaker != breaker) {
      if (breaker.empty()) text += "circuit_breaker:\n";
      breaker = row.breaker;
      text += "  " + breaker + ":\n";
    }
    const std::string indent = breaker.empty() ? "" : "    ";
    text += padded(indent + yaml_name(row.name) + ": " + yaml_scalar(row.show(loaded.settings)),
                   kCommentColumn) +
            " # " + loaded.origins[i] + "\n";
  }
  return text;
}

std::string settings_help() {
  constexpr std::size_t kHelpColumn = 36;
  std::string text =
      "stock-service: stock quotes from Alpha Vantage that stay available when it is not\n\n"
      "Usage: stock-service [--config FILE] [--SETTING VALUE]...\n\n"
      "A setting --fresh-ttl is also STOCK_SERVICE_FRESH_TTL in the environment and fresh_ttl in "
      "the\n"
      "YAML file; the flag counts most, the file least. The API key comes from the environment's\n"
      "ALPHAVANTAGE_API_KEY or from --api-key-file. Durations are written 250ms, 30s, 5m, 24h, "
      "7d;\n"
      "sizes 64MiB.\n\n"
      "  --config FILE                     read settings from this YAML file; else the one that\n"
      "                                    the environment's STOCK_SERVICE_CONFIG names\n"
      "  --check-config                    say what is wrong with the settings, and end\n"
      "  --print-config                    show every setting with its origin, and end\n"
      "  --version, --help                 print it, and end\n\n";
  for (const SettingRow& row : settings_table()) {
    if (!row.has_flag) continue;
    std::string flag = "  --" + std::string(row.name);
    if (!row.placeholder.empty()) flag += " " + std::string(row.placeholder);
    const std::string value = shown_default(row);
    text += padded(flag, kHelpColumn) + std::string(row.help) +
            (value.empty() ? "" : " [" + value + "]") + "\n";
  }
  return text + "\nIn the YAML file alone, under circuit_breaker: by the breaker's name:\n" +
         breaker_help(kHelpColumn + 3);
}

}  // namespace service
