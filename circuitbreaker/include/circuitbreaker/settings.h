#pragma once
/// Settings of a circuit breaker: a plain struct whose defaults are the recommended values.
///
///     circuitbreaker::Settings settings;
///     settings.failure_threshold = 0;  // no limit on consecutive failures; instead:
///     settings.failure_rate = 0.5;     // half of the last 100 calls, once there were 10
///     circuitbreaker::CircuitBreaker breaker("search", settings);

#include <algorithm>
#include <cstdint>

#include "circuitbreaker/clock.h"

namespace circuitbreaker {

/// The sliding window of the rules for failure count, failure rate and slow-call rate. Its memory
/// is allocated at construction. A plain value.
struct Window {
  /// How the window is bounded.
  enum class Kind : std::uint8_t {
    count,  ///< the last `calls` calls
    time    ///< the last `length` of time
  };
  Kind kind = Kind::count;  ///< how the window is bounded
  /// Size of a count window in calls, 1 to 1,000,000. Each takes two bits.
  std::uint32_t calls = 100;
  /// Number of buckets of a time window, 1 to 10,000. Each takes 32 bytes; calls are forgotten one
  /// bucket at a time.
  std::uint32_t buckets = 10;
  /// The three rules are not evaluated before the window holds this many calls.
  std::uint32_t minimum_calls = 10;
  /// Length of a time window. The window covers at least this time and at most one bucket more.
  Duration length = std::chrono::seconds(60);

  /// Compares all fields.
  friend bool operator==(const Window&, const Window&) = default;
};

/// Settings of a `CircuitBreaker`. Unless stated otherwise, counts are at least 1, and durations
/// are positive and at most 10 years. `CircuitBreaker`'s constructor throws `std::invalid_argument`
/// naming the first field out of range. A closed breaker opens as soon as any trip rule is met; at
/// least one rule must be on.
///
/// A plain value: safe across threads like an `int`.
struct Settings {
  /// Trip rule: number of consecutive failures. Time does not reduce it; only a success resets it.
  /// 0 turns the rule off.
  std::uint32_t failure_threshold = 5;
  /// Number of consecutive successful probes that close a half-open breaker.
  std::uint32_t success_threshold = 3;
  /// How long an open breaker rejects calls before it admits a probe.
  Duration open_timeout = std::chrono::seconds(30);
  /// Maximum number of simultaneous probes while half-open, 1 to 1024.
  std::uint32_t half_open_max_calls = 3;

  /// Trip rule: number of failures in the window; at most `Window::calls`. 0 turns the rule off.
  std::uint32_t failure_count = 0;
  /// Trip rule: share of failures among the calls in the window, 0 to 1. 0 turns the rule off.
  double failure_rate = 0;
  /// Trip rule: share of the calls in the window that took `slow_call_duration` or longer, 0 to 1.
  /// A call counts as soon as it has been in progress for that long, even if it is cancelled later.
  /// 0 turns the rule off.
  double slow_call_rate = 0;
  /// Duration from which a call counts as slow; required by `slow_call_rate`, otherwise may be 0. A
  /// successful probe that is slow counts as failed.
  Duration slow_call_duration{0};
  Window window;  ///< The window of the last three rules.
  /// Maximum number of calls in progress that are watched for `slow_call_rate`, 1 to 60,000. Calls
  /// beyond that are judged when they end. Each takes 32 bytes.
  std::uint32_t max_tracked_calls = 256;

  /// Whether every call is timed for `Snapshot::response_times`. Costs two clock readings per call.
  bool response_times = false;

  /// Maximum number of transitions that wait for slow listeners; beyond it the oldest is dropped.
  /// Also the maximum number of other threads' transitions that a thread delivers before another
  /// thread has to continue.
  std::uint16_t max_pending_changes = 64;

  /// How long a probe keeps its slot. Afterwards the slot goes to the next caller, and the late
  /// result causes no transition, so choose a time longer than a call may take.
  Duration probe_lease = std::chrono::seconds(10);
  /// A half-open breaker opens again if it is still undecided this long after its first probe. 0
  /// turns this off.
  Duration half_open_timeout{0};

  /// Growth factor of the open time after each failed recovery, 1 to 100; once the breaker has
  /// closed, the open time is `open_timeout` again.
  double open_timeout_multiplier = 1;
  /// Longest open time, including jitter and a wait requested by the dependency (Retry-After). At
  /// least `open_timeout`.
  Duration open_timeout_max = std::chrono::minutes(30);
  /// Each open time is drawn from (1 - jitter) to (1 + jitter) times its nominal value, but never
  /// exceeds `open_timeout_max`, so that the instances of a fleet do not probe in step. From 0
  /// (inclusive) to 1 (exclusive).
  double open_timeout_jitter = 0;

  /// Time limit that `CircuitBreaker::call` gives each function; a call that exceeds it counts as a
  /// timeout. 0 turns this off.
  Duration call_timeout{0};

  /// For a database: opens after 3 failures for 30 s, closes after 2 successes; 10 s per call.
  [[nodiscard]] static constexpr Settings database() noexcept {
    return preset(3, 2, std::chrono::seconds(30), std::chrono::seconds(10));
  }
  /// For a cache, whose failures are frequent and harmless: opens after 10 failures for 15 s,
  /// closes after 5 successes; 5 s per call.
  [[nodiscard]] static constexpr Settings cache() noexcept {
    return preset(10, 5, std::chrono::seconds(15), std::chrono::seconds(5));
  }
  /// For an object store such as S3: opens after 5 failures for 60 s, closes after 3 successes; 30
  /// s per call.
  [[nodiscard]] static constexpr Settings object_store() noexcept {
    return preset(5, 3, std::chrono::seconds(60), std::chrono::seconds(30));
  }
  /// For a dependency that callers cannot do without, slow to open and slow to close: opens after
  /// 10 failures for 60 s, closes after 5 successes.
  [[nodiscard]] static constexpr Settings conservative() noexcept {
    return preset(10, 5, std::chrono::seconds(60), Duration::zero());
  }
  /// For a dependency that callers have a substitute for, quick to open and quick to try again:
  /// opens after 2 failures for 10 s, closes after 1 success.
  [[nodiscard]] static constexpr Settings aggressive() noexcept {
    return preset(2, 1, std::chrono::seconds(10), Duration::zero());
  }

  /// Compares all fields.
  friend bool operator==(const Settings&, const Settings&) = default;

 private:
  [[nodiscard]] static constexpr Settings preset(std::uint32_t failures, std::uint32_t successes,
                                                 Duration open, Duration call) noexcept;
};

/// Throws `std::invalid_argument` naming the first field that is out of range.
void validate(const Settings& settings);

constexpr Settings Settings::preset(std::uint32_t failures, std::uint32_t successes, Duration open,
                                    Duration call) noexcept {
  Settings settings;
  settings.failure_threshold = failures;
  settings.success_threshold = successes;
  settings.open_timeout = open;
  settings.call_timeout = call;
  settings.probe_lease = std::max(settings.probe_lease, 2 * call);
  return settings;
}

}  // namespace circuitbreaker
