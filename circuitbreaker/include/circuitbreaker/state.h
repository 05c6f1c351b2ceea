#pragma once
/// The vocabulary of a circuit breaker: states, modes and verdicts, with the names they carry in
/// JSON and metrics.

#include <cstdint>
#include <string_view>

namespace circuitbreaker {

/// Where the state machine stands. The numbers are those of the `circuit_breaker_state` metric.
enum class State : std::uint8_t { closed = 0, open = 1, half_open = 2 };

/// Who decides about admission: the state machine (`normal`), an operator (`forced_open`,
/// `forced_closed`), nobody
/// (`disabled`: everything passes, nothing is counted towards a transition), or the state machine
/// without consequence
/// (`shadow`: would-be rejections are counted and admitted).
enum class Mode : std::uint8_t { normal, forced_open, forced_closed, disabled, shadow };

/// How a call ended. `timeout` counts as a failure; `ignored` counts for nothing (a cancelled call,
/// a local refusal, a caller's mistake).
enum class Verdict : std::uint8_t { success, failure, timeout, ignored };

[[nodiscard]] std::string_view to_string(State state) noexcept;
[[nodiscard]] std::string_view to_string(Mode mode) noexcept;
[[nodiscard]] std::string_view to_string(Verdict verdict) noexcept;

}  // namespace circuitbreaker
