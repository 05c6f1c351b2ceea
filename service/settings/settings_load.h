#pragma once
/// Loads the settings: flags override environment variables, which override the YAML file, which
/// overrides the defaults.
///
///     LoadedSettings loaded = load_settings(arguments, environment);
///     if (!loaded.errors.empty()) fail(loaded.errors.front());

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "service/settings/settings.h"
#include "service/settings/settings_table.h"

namespace service {

/// The action that the command line requests.
enum class Command : std::uint8_t {
  run,           ///< Serve requests.
  check_config,  ///< Report everything that is wrong with the settings.
  print_config,  ///< Print every setting and where it was set.
  version,       ///< Print the version.
  help           ///< Print the help text.
};

/// The source of a setting's value.
struct Origin {
  /// Whether the value was set; otherwise it is a default.
  bool given = false;
  /// For messages: `flag --port`, `environment STOCK_SERVICE_PORT`, `service.yaml:3`, `default`, or
  /// `default from bulkhead`.
  std::string text = "default";
  /// The setting's name in that source, such as `--port` or
  /// `circuit_breaker.database.open_timeout`; empty for a default.
  std::string key = {};
};

/// The loaded settings, where each was set, and the errors found.
struct LoadedSettings {
  /// Complete even if there are errors; settings in error keep their default.
  ServiceSettings settings;
  /// The requested action.
  Command command = Command::run;
  /// One origin for each row of `settings_table()`.
  std::vector<Origin> origins;
  /// One sentence per error, with the place, the key and the allowed values. Empty if the settings
  /// are valid.
  std::vector<std::string> errors;
  /// Settings that are valid but probably unintended, in the form of `errors`.
  std::vector<std::string> warnings;
};

/// Loads all settings, including the YAML file named by `--config` or STOCK_SERVICE_CONFIG. Never
/// throws: problems are in `errors`.
[[nodiscard]] LoadedSettings load_settings(std::span<const std::string> arguments,
                                           const Environment& environment);

/// Place and key of a row's value, for messages: `service.yaml:3: circuit_breaker.database.port`.
/// For a default, the key is the YAML key.
[[nodiscard]] std::string place_of(const LoadedSettings& loaded, std::size_t row);

}  // namespace service
