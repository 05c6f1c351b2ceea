#pragma once
/// Loads the settings: flags override environment variables, those override the YAML file, and that
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
  run,           ///< Serve.
  check_config,  ///< Report everything that is wrong with the settings.
  print_config,  ///< Print every setting and where it was set.
  version,       ///< Print the version.
  help           ///< Print the help text.
};

/// Where the value of a setting was set.
struct Origin {
  /// True when the value was set; false: it is a default.
  bool given = false;
  /// For people: `flag --port`, `environment STOCK_SERVICE_PORT`, `service.yaml:3`, `default`, or
  /// `default from bulkhead`.
  std::string text = "default";
  /// The name that was used there, such as `--port` or `circuit_breaker.database.open_timeout`;
  /// empty for a default.
  std::string key = {};
};

/// The result of loading.
struct LoadedSettings {
  /// Complete, also when there are errors; settings in error keep their default.
  ServiceSettings settings;
  /// The requested action.
  Command command = Command::run;
  /// One for each row of `settings_table()`.
  std::vector<Origin> origins;
  /// One sentence each, with the place, the key and the allowed values. Empty: the settings are
  /// valid.
  std::vector<std::string> errors;
  /// Settings that are unlikely to be meant, in the form of `errors`.
  std::vector<std::string> warnings;
};

/// Loads all settings, including the YAML file that `--config` or STOCK_SERVICE_CONFIG names. Never
/// throws: problems are in `errors`.
[[nodiscard]] LoadedSettings load_settings(std::span<const std::string> arguments,
                                           const Environment& environment);

/// Place and key of a row's value, for messages: `service.yaml:3: circuit_breaker.database.port`.
/// A default is called by its YAML key.
[[nodiscard]] std::string place_of(const LoadedSettings& loaded, std::size_t row);

}  // namespace service
