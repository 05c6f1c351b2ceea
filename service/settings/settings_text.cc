#include "service/settings/settings_text.h"

#include <algorithm>

#include "service/settings/dependency_settings.h"

namespace service {
namespace {

std::string padded(std::string text, std::size_t width) {
  if (text.size() < width) text.append(width - text.size(), ' ');
  return text;
}

/// The text as a YAML scalar, in double quotes if a plain scalar would be read differently.
std::string yaml_scalar(const std::string& text) {
  const bool plain =
      !text.empty() && text.find_first_of(":#\"'\\{}[],&*!|>%@` ") == std::string::npos;
  if (plain) return text;
  std::string quoted_text = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted_text += '\\';
    quoted_text += c;
  }
  return quoted_text + "\"";
}

/// One line of help; `name` is the row's name on the command line or in YAML.
std::string help_line(const std::string& name, const SettingRow& row, std::size_t column) {
  const std::string value = shown_default(row);
  return padded("  " + name, column) + std::string(row.help) +
         (value.empty() ? "" : " [" + value + "]") + "\n";
}

/// Whether a row belongs in the printed file. When that file is loaded, the settings of an
/// unconfigured dependency would cause warnings, and those that follow another breaker's would no
/// longer follow it; both are printed only if one of the same breaker was given explicitly.
bool is_printed(const LoadedSettings& loaded, const SettingRow& row) {
  const auto entry = std::find_if(
      kDependencyEntries.begin(), kDependencyEntries.end(),
      [&row](const DependencyEntry& candidate) { return candidate.name == row.breaker; });
  if (entry == kDependencyEntries.end()) return true;
  if (row.follows.empty() && entry->configured(loaded.settings)) return true;
  const auto table = settings_table();
  for (std::size_t i = 0; i < table.size(); ++i)
    if (table[i].breaker == row.breaker && loaded.origins[i].given) return true;
  return false;
}

}  // namespace

std::string print_settings(const LoadedSettings& loaded) {
  constexpr std::size_t kCommentColumn = 44;
  std::string text;
  std::string breaker;
  const auto table = settings_table();
  for (std::size_t i = 0; i < table.size(); ++i) {
    const SettingRow& row = table[i];
    if (!is_printed(loaded, row)) continue;
    if (row.breaker != breaker) {
      if (breaker.empty()) text += "circuit_breaker:\n";
      breaker = row.breaker;
      text += "  " + breaker + ":\n";
    }
    const std::string indent = breaker.empty() ? "" : "    ";
    text += padded(indent + yaml_name(row.name) + ": " + yaml_scalar(row.show(loaded.settings)),
                   kCommentColumn) +
            " # " + loaded.origins[i].text + "\n";
  }
  return text;
}

std::string settings_help() {
  constexpr std::size_t kFlagColumn = 36;
  constexpr std::size_t kYamlColumn = 39;
  std::string text =
      R"(stock-service: stock quotes from Alpha Vantage that stay available when it does not

Usage: stock-service [--config FILE] [--SETTING VALUE]...

Every setting --fresh-ttl can also be set as the environment variable
STOCK_SERVICE_FRESH_TTL and as fresh_ttl in the YAML file. Flags override the
environment, and the environment overrides the file. The API key comes from the
environment variable ALPHAVANTAGE_API_KEY (or ALPHA_VANTAGE_API_KEY), or from
--api-key-file. Durations are written 250ms, 30s, 5m, 24h or 7d; sizes 64MiB.

  --config FILE                     read settings from this YAML file; default: the file named
                                    by STOCK_SERVICE_CONFIG
  --check-config                    report everything that is wrong with the settings and exit
  --print-config                    print every setting and where it was set, and exit
  --version, --help                 print the version or this text, and exit

)";
  for (const SettingRow& row : settings_table()) {
    if (!row.has_flag) continue;
    std::string name = "--" + std::string(row.name);
    if (!row.placeholder.empty()) name += " " + std::string(row.placeholder);
    text += help_line(name, row, kFlagColumn);
  }
  text += "\nOnly in the YAML file, below circuit_breaker: and the name of the breaker:\n";
  for (const SettingRow& row : settings_table())
    if (!row.has_flag && row.follows.empty())
      text += help_line(documented_name(row), row, kYamlColumn);
  text +=
      "\nThe breakers of Alpha Vantage's functions take the settings of alpha_vantage that are "
      "not\n"
      "given below their own names:";
  for (const std::string_view name : stockclient::kFunctionBreakers)
    text += " " + std::string(name);
  text += "\n";
  return text;
}

}  // namespace service
