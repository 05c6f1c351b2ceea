#pragma once
/// What a breaker looks like at one moment: the fields of `GET /circuit-breaker`.

#include <cstdint>
#include <optional>
#include <string>

#include "circuitbreaker/clock.h"
#include "circuitbreaker/settings.h"
#include "circuitbreaker/state.h"

namespace circuitbreaker {

/// total = success + failure + timeout + ignored; `rejected` is apart. Exact when no call is in
/// flight.
struct CallCounts {
  std::uint64_t success = 0;
  std::uint64_t failure = 0;
  std::uint64_t timeout = 0;
  std::uint64_t ignored = 0;
  std::uint64_t rejected = 0;
  [[nodiscard]] std::uint64_t total() const noexcept {
    return success + failure + timeout + ignored;
  }
};

struct TransitionCounts {
  std::uint64_t closed_to_open = 0;
  std::uint64_t open_to_half_open = 0;
  std::uint64_t half_open_to_closed = 0;
  std::uint64_t half_open_to_open = 0;
  /// Only an operator's force or reset goes this way.
  std::uint64_t open_to_closed = 0;
};

/// Of the calls that ended otherwise than ignored, while the breaker timed them: with a slow-call
/// rule, a time window or `Settings::response_times`.
struct ResponseTimes {
  std::optional<Duration> min;
  std::optional<Duration> avg;
  std::optional<Duration> max;
};

struct LastFailure {
  TimePoint at;
  Verdict verdict = Verdict::failure;
  /// What the caller said when recording it; may be empty.
  std::string reason;
};

struct Snapshot {
  std::string name;
  State state = State::closed;
  Mode mode = Mode::normal;
  /// When the snapshot was taken, and when the current state began.
  TimePoint at;
  TimePoint since;
  /// Why the current state began, for people.
  std::string reason;
  /// Until an open breaker admits a probe; empty when not open or open until told otherwise.
  std::optional<Duration> retry_after;
  std::uint32_t consecutive_failures = 0;
  std::uint32_t consecutive_successes = 0;
  std::uint32_t in_flight = 0;
  /// Calls in flight for longer than the slow-call duration; 0 without a slow-call rule.
  std::uint32_t overdue = 0;
  CallCounts calls;
  /// Of the trip rule's window, or of all calls when the rule has none; 0 before the first verdict.
  double failure_rate = 0;
  double success_rate = 0;
  /// Share of slow calls in the window; 0 without a slow-call rule.
  double slow_call_rate = 0;
  ResponseTimes response_times;
  TransitionCounts transitions;
  /// Time spent in each state so far, the current one included.
  Duration in_closed{};
  Duration in_open{};
  Duration in_half_open{};
  /// When the outage began: the last closed-to-open transition; empty while closed. Survives
  /// half-open.
  std::optional<TimePoint> outage_start;
  std::optional<LastFailure> last_failure;
  Settings settings;
};

/// What a listener is told. `at` is when the change was due, which may be before it was noticed.
struct StateChange {
  State from = State::closed;
  State to = State::closed;
  TimePoint at;
  std::string reason;
  Snapshot snapshot;
  /// Changes before this one that no listener was told of, because too many were waiting.
  std::uint32_t missed = 0;
};

}  // namespace circuitbreaker
