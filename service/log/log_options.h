#pragma once
/// The operator's choices for the log.

#include <cstdint>

namespace service {

/// Severity of a log line, in ascending order.
enum class LogLevel : std::uint8_t {
  debug,    ///< Details for tracing a problem, such as every upstream call.
  info,     ///< Normal events: start, stop, changed settings, recovered dependencies.
  warning,  ///< Something an operator should look at; requests are still answered.
  error     ///< A failure that should not happen.
};

/// How a log line is written.
enum class LogFormat : std::uint8_t {
  text,  ///< One line of text: `TIME level: message key=value ...`
  json   ///< One JSON object per line.
};

}  // namespace service
