#pragma once
/// Readers of the three sources of settings: flags, environment variables and a YAML file. Each
/// produces a list of assignments to rows of the settings table.

#include <cstddef>
#include <string>
#include <vector>

#include "service/settings/settings_load.h"

namespace service {

/// A value given to one setting.
struct Assignment {
  /// Index into `settings_table()`.
  std::size_t row = 0;
  /// The value as it was written.
  std::string value;
  /// Where it was written.
  Origin origin;
  /// True when it was written below `circuit_breaker:`.
  bool nested = false;
};

/// What a source contains.
struct SourceReading {
  /// In the order of the source.
  std::vector<Assignment> assignments;
  /// Unknown or malformed settings, one sentence each.
  std::vector<std::string> errors;
};

/// What the command line contains.
struct FlagReading {
  /// The settings.
  SourceReading source;
  /// The requested action.
  Command command = Command::run;
  /// The value of `--config`; empty: not given.
  std::string config_file;
};

/// Reads the command line, without the program's name. When a flag is repeated, the last one
/// counts.
[[nodiscard]] FlagReading read_flags(std::span<const std::string> arguments);

/// Reads every variable that starts with STOCK_SERVICE_, except those that Kubernetes sets by
/// itself for a Service named stock-service. STOCK_SERVICE_CONFIG is returned through
/// `config_file`.
[[nodiscard]] SourceReading read_environment(const Environment& environment,
                                             std::string& config_file);

/// Reads a YAML file. A file that cannot be read or parsed is an error in the result.
[[nodiscard]] SourceReading read_yaml(const std::string& file);

/// "; did you mean NAME?" for the most similar candidate; empty when none is similar.
[[nodiscard]] std::string suggestion(std::string_view name,
                                     std::span<const std::string> candidates);

}  // namespace service
