#pragma once
/// Where settings come from: flag over environment over YAML file over default.
///
///     LoadedSettings loaded = load_settings(arguments, environment);
///     if (!loaded.errors.empty()) complain(loaded.errors.front());

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "service/settings/settings.h"

namespace service {

/// What the command line asks for.
enum class Command : std::uint8_t { run, check_config, print_config, version, help };

struct LoadedSettings {
  Settings settings;
  Command command = Command::run;
  /// For each row of `settings_table()`: where its value came from, such as `default`,
  /// `flag --port`, `environment STOCK_SERVICE_PORT` or `service.yaml:3`.
  std::vector<std::string> origins;
  /// For each row: where it was set and under which name, as messages have it: `flag --port`,
  /// `service.yaml:3: circuit_breaker.database.open_timeout`. Empty: nobody has set it.
  std::vector<std::string> places;
  /// One sentence each, naming the place, the key and what is allowed. Empty: all is well.
  std::vector<std::string> errors;
  /// What is odd but no reason to stop.
  std::vector<std::string> warnings;
};

using Environment = std::vector<std::pair<std::string, std::string>>;

/// Never throws; reads the YAML file that `--config` or STOCK_SERVICE_CONFIG names.
[[nodiscard]] LoadedSettings load_settings(std::span<const std::string> arguments,
                                           const Environment& environment);

/// The row's place, for a message; the name it has in YAML when nobody has set it.
[[nodiscard]] std::string place_of(const LoadedSettings& loaded, std::size_t row);

/// Derives what of the breaker nobody has chosen from the other settings, and says so in `origins`,
/// which has an entry for each row. To be called again once those have changed.
void apply_breaker_defaults(LoadedSettings& loaded);

/// The effective settings as a YAML file that would give the same, each with its origin in a
/// comment. Holds no secrets: those are never settings, only the names of the files they are in.
[[nodiscard]] std::string print_settings(const LoadedSettings& loaded);

/// The text of `--help`.
[[nodiscard]] std::string settings_help();

}  // namespace service
