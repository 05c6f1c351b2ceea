#pragma once
/// The three places settings are written in, each read into the same list of assignments.

#include <cstddef>
#include <string>
#include <vector>

#include "service/settings/settings_load.h"

namespace service {

/// "Set this row of the table to that text", and who says so.
struct Assignment {
  std::size_t row = 0;
  std::string value;
  /// For messages and --print-config: `flag --port`, `service.yaml:3`.
  std::string origin;
  /// What the key was called there: `--port`, `circuit_breaker.alpha_vantage.open_timeout`.
  std::string key;
  /// Written under `circuit_breaker:`.
  bool nested = false;
};

struct SourceReading {
  std::vector<Assignment> assignments;
  std::vector<std::string> errors;
};

struct FlagReading {
  SourceReading source;
  Command command = Command::run;
  /// From `--config`; empty: none.
  std::string config_file;
};

[[nodiscard]] FlagReading read_flags(std::span<const std::string> arguments);

/// Every variable that starts with STOCK_SERVICE_, but for what Kubernetes itself sets when a
/// Service is called stock-service. STOCK_SERVICE_CONFIG is returned through `config_file`.
[[nodiscard]] SourceReading read_environment(const Environment& environment,
                                             std::string& config_file);

[[nodiscard]] SourceReading read_yaml(const std::string& file);

/// "; did you mean NAME?", or empty.
[[nodiscard]] std::string suggestion(std::string_view name,
                                     std::span<const std::string> candidates);

}  // namespace service
