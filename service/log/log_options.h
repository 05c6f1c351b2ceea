#pragma once
/// The choices an operator has about the log.

#include <cstdint>

namespace service {

/// Severity of a log line, in ascending order.
enum class LogLevel : std::uint8_t {
  debug,    ///< Details for tracing a problem, such as every upstream call.
  info,     ///< Normal events: start, stop, changed settings, recovered dependencies.
  warning,  ///< Something an operator should look at; answers continue.
  error     ///< Something failed that should not fail.
};

/// How a log line is written.
enum class LogFormat : std::uint8_t {
  text,  ///< `TIME level: message key=value ...`
  json   ///< One JSON object per line.
};

}  // namespace service
