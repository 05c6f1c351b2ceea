#pragma once
/// The state of a breaker at one moment, with all its counts and settings.
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

/// Number of calls so far, by how they ended. Exact if no call is in progress. Plain values.
struct CallCounts {
  std::uint64_t success = 0;  ///< calls that succeeded
  std::uint64_t failure = 0;  ///< calls that failed, not including timeouts
  std::uint64_t timeout = 0;  ///< calls that took too long
  std::uint64_t ignored = 0;  ///< calls that said nothing about the dependency
  /// Calls that were not made, or that would not have been made without shadow mode.
  std::uint64_t rejected = 0;
  /// Number of all calls that were made and have ended: success + failure + timeout + ignored.
  [[nodiscard]] std::uint64_t total() const noexcept {
    return success + failure + timeout + ignored;
  }
};

/// Number of transitions so far.
struct TransitionCounts {
  std::uint64_t closed_to_open = 0;       ///< outages: transitions from closed to open
  std::uint64_t open_to_half_open = 0;    ///< transitions to half-open
  std::uint64_t half_open_to_closed = 0;  ///< transitions from half-open to closed
  std::uint64_t half_open_to_open = 0;    ///< transitions from half-open back to open
  std::uint64_t open_to_closed = 0;  ///< recoveries by an operator or by `CircuitBreaker::recover`
};

/// Durations of calls. Calls are timed only with a slow-call rule or `Settings::response_times`,
/// and ignored calls are left out. Empty before the first.
struct ResponseTimes {
  std::optional<Duration> min;  ///< the shortest duration
  std::optional<Duration> avg;  ///< the mean, exact to a nanosecond or one part in 10^15
  std::optional<Duration> max;  ///< the longest duration
};

/// A breaker at one moment. A plain value.
struct Snapshot {
  std::string name;             ///< the breaker's name
  State state = State::closed;  ///< the current state
  Mode mode = Mode::normal;     ///< the current mode
  Cause cause = Cause::calls;   ///< source of the current state or mode
  TimePoint at;                 ///< when the snapshot was taken
  TimePoint since;              ///< when the current state began
  std::string reason;           ///< why the current state or mode began, in words
  /// Time until an open breaker admits a probe; empty if it is not open, and in forced modes.
  std::optional<Duration> retry_after;
  std::uint32_t consecutive_failures = 0;   ///< failures since the last success
  std::uint32_t consecutive_successes = 0;  ///< successful probes while half-open
  std::uint32_t in_flight = 0;              ///< permits that have not ended
  /// Number of calls in progress for longer than the slow-call duration; 0 without a slow-call
  /// rule.
  std::uint32_t overdue = 0;
  CallCounts calls;  ///< calls so far
  /// Share of failed calls in the window, or among all calls if no rule has a window; 0 before the
  /// first result.
  double failure_rate = 0;
  double success_rate = 0;  ///< share of successful calls, as for `failure_rate`
  /// Share of slow calls in the window; 0 without a slow-call rule.
  double slow_call_rate = 0;
  ResponseTimes response_times;  ///< durations of calls
  TransitionCounts transitions;  ///< transitions so far
  Duration in_closed{};          ///< time spent closed, including the current state
  Duration in_open{};            ///< time spent open, including the current state
  Duration in_half_open{};       ///< time spent half-open, including the current state
  /// When the outage began: the last transition from closed to open. Empty while closed.
  std::optional<TimePoint> outage_start;
  std::optional<LastFailure> last_failure;  ///< the last failed call
  Settings settings;                        ///< the settings in force
};

/// A transition, as reported to listeners.
struct StateChange {
  State from = State::closed;  ///< the state that ended
  State to = State::closed;    ///< the state that began
  TimePoint at;                ///< when the transition was due, which may be before it was noticed
  Cause cause = Cause::calls;  ///< source of the transition
  std::string reason;          ///< why it happened, in words
  Snapshot snapshot;           ///< the breaker immediately after the transition
  /// Number of transitions immediately before this one that were not reported to listeners, because
  /// too many were waiting.
  std::uint32_t missed = 0;
};

}  // namespace circuitbreaker
