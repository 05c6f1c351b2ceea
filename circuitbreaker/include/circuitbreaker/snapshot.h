#pragma once
/// What a breaker looks like at one moment: the fields of `GET /circuit-breaker`.
///
///     const Snapshot now = breaker.snapshot();
///     if (now.retry_after) show(now.reason, *now.retry_after);

#include <cstdint>
#include <optional>
#include <string>

#include "circuitbreaker/clock.h"
#include "circuitbreaker/settings.h"
#include "circuitbreaker/state.h"

namespace circuitbreaker {

/// Calls so far, by how they ended. Exact when no call is in flight. Plain values.
struct CallCounts {
  std::uint64_t success = 0;  ///< calls that succeeded
  std::uint64_t failure = 0;  ///< calls that failed, timeouts excluded
  std::uint64_t timeout = 0;  ///< calls that took too long
  std::uint64_t ignored = 0;  ///< calls that told nothing about the dependency
  /// Calls that were not made, or would not have been in shadow mode.
  std::uint64_t rejected = 0;
  /// All calls that were made and have ended: success + failure + timeout + ignored.
  [[nodiscard]] std::uint64_t total() const noexcept {
    return success + failure + timeout + ignored;
  }
};

/// Transitions so far.
struct TransitionCounts {
  std::uint64_t closed_to_open = 0;       ///< outages that began
  std::uint64_t open_to_half_open = 0;    ///< attempts to recover
  std::uint64_t half_open_to_closed = 0;  ///< attempts that succeeded
  std::uint64_t half_open_to_open = 0;    ///< attempts that failed
  std::uint64_t open_to_closed = 0;       ///< recoveries by command or `CircuitBreaker::recover`
};

/// Durations of the calls that ended with another verdict than ignored while the breaker timed
/// calls, which it does with a slow-call rule or `Settings::response_times`. Empty before the
/// first.
struct ResponseTimes {
  std::optional<Duration> min;  ///< the shortest
  std::optional<Duration> avg;  ///< the mean, exact to a nanosecond or one part in 10^15
  std::optional<Duration> max;  ///< the longest
};

/// A breaker at one moment. A plain value.
struct Snapshot {
  std::string name;             ///< the breaker's name
  State state = State::closed;  ///< the current state
  Mode mode = Mode::normal;     ///< the current mode
  Cause cause = Cause::calls;   ///< who caused the current state or mode
  TimePoint at;                 ///< when the snapshot was taken
  TimePoint since;              ///< when the current state began
  std::string reason;           ///< why the current state or mode began, for people
  /// Time until an open breaker admits a probe; empty when not open and in forced modes.
  std::optional<Duration> retry_after;
  std::uint32_t consecutive_failures = 0;   ///< failures since the last success
  std::uint32_t consecutive_successes = 0;  ///< successful probes since half-open began
  std::uint32_t in_flight = 0;              ///< permits that have not ended
  /// Calls in flight for longer than the slow-call duration; 0 without a slow-call rule.
  std::uint32_t overdue = 0;
  CallCounts calls;  ///< calls so far
  /// Share of failed calls in the window, or among all calls when no rule has one; 0 before the
  /// first result.
  double failure_rate = 0;
  double success_rate = 0;  ///< share of successful calls among the same calls
  /// Share of slow calls in the window; 0 without a slow-call rule.
  double slow_call_rate = 0;
  ResponseTimes response_times;  ///< durations of calls
  TransitionCounts transitions;  ///< transitions so far
  Duration in_closed{};          ///< time spent closed, the current state included
  Duration in_open{};            ///< time spent open, the current state included
  Duration in_half_open{};       ///< time spent half-open, the current state included
  /// When the outage began: the last closed-to-open transition. Empty while closed.
  std::optional<TimePoint> outage_start;
  std::optional<LastFailure> last_failure;  ///< the last failed call
  Settings settings;                        ///< the settings in force
};

/// What a listener is told of a transition.
struct StateChange {
  State from = State::closed;  ///< the state that ended
  State to = State::closed;    ///< the state that began
  TimePoint at;                ///< when it was due, which may be before it was noticed
  Cause cause = Cause::calls;  ///< who caused it
  std::string reason;          ///< why, for people
  Snapshot snapshot;           ///< the breaker immediately after the transition
  /// Transitions immediately before this one that listeners were not told of, because too many
  /// were waiting.
  std::uint32_t missed = 0;
};

}  // namespace circuitbreaker
