#pragma once
/// Logs the circuit breakers' activity.

#include <string_view>

#include "service/operations/dependencies.h"

namespace service {

class Log;

/// Logs every state change of every dependency's breaker from now on: a warning when one opens,
/// otherwise an info line. `log` must outlive the breakers.
void log_state_changes(const Dependencies& dependencies, Log& log);

/// Logs one line per breaker with its state and its counts since the start. `instance`: name of
/// this replica.
void log_summary(const Dependencies& dependencies, std::string_view instance, Log& log);

}  // namespace service
