#pragma once
/// The vocabulary of a circuit breaker, with the names that JSON and metrics use.

#include <cstdint>
#include <string>
#include <string_view>

#include "circuitbreaker/clock.h"

namespace circuitbreaker {

/// The state of a breaker. The values are those of the metric `circuit_breaker_state`.
enum class State : std::uint8_t {
  closed = 0,    ///< calls are made
  open = 1,      ///< calls are rejected
  half_open = 2  ///< a few calls, called probes, are made
};

/// Determines who decides about admission.
enum class Mode : std::uint8_t {
  normal,         ///< the state machine decides
  forced_open,    ///< an operator has decided: every call is rejected
  forced_closed,  ///< an operator has decided: every call is made
  disabled,       ///< the breaker is disabled: every call is made
  shadow          ///< every call is made; would-be rejections are only counted
};

/// How a call ended.
enum class Verdict : std::uint8_t {
  success,  ///< the dependency did what was asked
  failure,  ///< the dependency failed to do what was asked
  timeout,  ///< the call took too long; counts as a failure
  ignored   ///< the dependency is not to blame: a cancelled call, a caller's mistake
};

/// The source of a transition.
enum class Cause : std::uint8_t {
  calls,             ///< the breaker's own evidence: results, elapsed time, health checks
  operator_command,  ///< an operator
  peer               ///< another replica
};

/// A failed call.
struct LastFailure {
  /// When the call ended.
  TimePoint at;
  /// `Verdict::failure` or `Verdict::timeout`.
  Verdict verdict = Verdict::failure;
  /// The text given when the failure was recorded, at most 200 bytes; may be empty.
  std::string reason;
};

/// The enumerator's name: `"closed"`, `"open"`, `"half_open"`.
[[nodiscard]] std::string_view to_string(State state) noexcept;
/// The enumerator's name: `"normal"`, `"forced_open"`, ...
[[nodiscard]] std::string_view to_string(Mode mode) noexcept;
/// The enumerator's name: `"success"`, `"failure"`, ...
[[nodiscard]] std::string_view to_string(Verdict verdict) noexcept;
/// The name in JSON and logs: `"calls"`, `"operator"`, `"peer"`.
[[nodiscard]] std::string_view to_string(Cause cause) noexcept;

}  // namespace circuitbreaker
