#pragma once
/// Readers of the three sources of settings: flags, environment variables and a YAML file. Each
/// produces a list of assignments to rows of the settings table.

#include <cstddef>
#include <string>
#include <vector>

#include "service/settings/settings_load.h"

namespace service {

/// A value assigned to a setting.
struct Assignment {
  /// Index into `settings_table()`.
  std::size_t row = 0;
  /// The value as it was written.
  std::string value;
  /// The source of the value, for messages.
  Origin origin;
  /// Whether it was written below `circuit_breaker:`.
  bool nested = false;
};

/// The contents of a source.
struct SourceReading {
  /// In the order in which the source has them.
  std::vector<Assignment> assignments;
  /// Unknown or malformed settings, one sentence each.
  std::vector<std::string> errors;
};

/// The contents of the command line.
struct FlagReading {
  /// The settings.
  SourceReading source;
  /// The requested action.
  Command command = Command::run;
  /// The value of `--config`; empty if it was not given.
  std::string config_file;
};

/// Reads the command line, without the program's name. If a flag is repeated, the last one counts.
[[nodiscard]] FlagReading read_flags(std::span<const std::string> arguments);

/// Reads every variable that starts with STOCK_SERVICE_, except those that Kubernetes sets for a
/// Service named stock-service. STOCK_SERVICE_CONFIG is returned through `config_file`.
[[nodiscard]] SourceReading read_environment(const Environment& environment,
                                             std::string& config_file);

/// Reads a YAML file. A file that cannot be read or parsed is an error in the result.
[[nodiscard]] SourceReading read_yaml(const std::string& file);

/// "; did you mean NAME?" for the most similar candidate; empty if none is similar.
[[nodiscard]] std::string suggestion(std::string_view name,
                                     std::span<const std::string> candidates);

}  // namespace service
