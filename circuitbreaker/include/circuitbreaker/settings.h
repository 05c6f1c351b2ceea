#pragma once
/// Settings of a circuit breaker: a plain struct whose defaults are the recommended values.
///
///     circuitbreaker::Settings settings;
///     settings.failure_threshold = 0;  // no consecutive rule, a rate instead:
///     settings.failure_rate = 0.5;     // half of the last 100 calls, once there were 10
///     circuitbreaker::CircuitBreaker breaker("search", settings);

#include <algorithm>
#include <cstdint>

#include "circuitbreaker/clock.h"

namespace circuitbreaker {

/// The sliding window that failure count, failure rate and slow-call rate look at. Its memory is
/// allocated at construction. A plain value.
struct Window {
  /// How the window is bounded.
  enum class Kind : std::uint8_t {
    count,  ///< the last `calls` calls
    time    ///< the last `length` of time
  };
  Kind kind = Kind::count;  ///< how the window is bounded
  /// Size of a count window, 1 to 1,000,000 calls. Two bits each.
  std::uint32_t calls = 100;
  /// Number of buckets in which a time window forgets, 1 to 10,000. 32 bytes each.
  std::uint32_t buckets = 10;
  /// The three rules are not evaluated before the window holds this many calls.
  std::uint32_t minimum_calls = 10;
  /// Length of a time window. The window covers at least this and at most one bucket more.
  Duration length = std::chrono::seconds(60);

  /// Compares all fields.
  friend bool operator==(const Window&, const Window&) = default;
};

/// Unless its comment says otherwise, a count is at least 1 and a duration positive and at most 10
/// years. `CircuitBreaker`'s constructor throws `std::invalid_argument` naming the first field out
/// of range. The first trip rule that is met opens a closed breaker; at least one must be on.
///
/// A plain value: safe across threads like an `int`.
struct Settings {
  /// Trip rule: consecutive failures. They never decay; only a success resets them. 0 turns it off.
  std::uint32_t failure_threshold = 5;
  /// Consecutive successful probes that close a half-open breaker.
  std::uint32_t success_threshold = 3;
  /// How long an open breaker rejects calls before it admits a probe.
  Duration open_timeout = std::chrono::seconds(30);
  /// Maximum number of simultaneous probes while half-open, 1 to 1024.
  std::uint32_t half_open_max_calls = 3;

  /// Trip rule: failures in the window; at most `Window::calls`. 0 turns it off.
  std::uint32_t failure_count = 0;
  /// Trip rule: share of failures among the calls in the window, 0 to 1. 0 turns it off.
  double failure_rate = 0;
  /// Trip rule: share of the calls in the window that took `slow_call_duration` or longer, 0 to 1.
  /// A call counts as soon as it has been under way that long, even if it is cancelled later.
  /// 0 turns it off.
  double slow_call_rate = 0;
  /// Duration from which on a call is slow; required by `slow_call_rate`, otherwise may be 0. A
  /// successful probe that is slow counts as failed.
  Duration slow_call_duration{0};
  Window window;  ///< the window of the last three rules
  /// Maximum number of calls under way that are watched for `slow_call_rate`, 1 to 60,000. Further
  /// calls are judged when they end. 32 bytes each.
  std::uint32_t max_tracked_calls = 256;

  /// Whether every call is timed for `Snapshot::response_times`. Costs two clock readings a call.
  bool response_times = false;

  /// Maximum number of transitions that wait for slow listeners; beyond it the oldest is dropped.
  /// Also the most that a thread delivers beyond its own before another one has to continue.
  std::uint16_t max_pending_changes = 64;

  /// How long a probe keeps its slot. Afterwards the slot goes to the next caller and the late
  /// result moves nothing, so choose it longer than a call may take.
  Duration probe_lease = std::chrono::seconds(10);
  /// A half-open breaker opens again when it is undecided this long after its first probe. 0 turns
  /// this off.
  Duration half_open_timeout{0};

  /// Growth factor of the open time after each failed recovery, 1 to 100; the open time returns to
  /// `open_timeout` when the breaker has closed.
  double open_timeout_multiplier = 1;
  /// Longest open time, jitter and the dependency's own wish (Retry-After) included. At least
  /// `open_timeout`.
  Duration open_timeout_max = std::chrono::minutes(30);
  /// Each open time is drawn from (1 - jitter) to (1 + jitter) times its nominal value, but never
  /// beyond `open_timeout_max`, so that a fleet does not probe in step. 0 to 1, 1 excluded.
  double open_timeout_jitter = 0;

  /// Deadline that `CircuitBreaker::call` gives each function; a call that exceeds it counts as a
  /// timeout. 0 turns it off.
  Duration call_timeout{0};

  /// For a database: opens after 3 failures for 30 s, closes after 2 successes, 10 s a call.
  [[nodiscard]] static constexpr Settings database() noexcept {
    return preset(3, 2, std::chrono::seconds(30), std::chrono::seconds(10));
  }
  /// For a cache, whose failures are frequent and harmless: opens after 10 failures for 15 s,
  /// closes after 5 successes, 5 s a call.
  [[nodiscard]] static constexpr Settings cache() noexcept {
    return preset(10, 5, std::chrono::seconds(15), std::chrono::seconds(5));
  }
  /// For an object store such as S3: opens after 5 failures for 60 s, closes after 3 successes, 30
  /// s a call.
  [[nodiscard]] static constexpr Settings object_store() noexcept {
    return preset(5, 3, std::chrono::seconds(60), std::chrono::seconds(30));
  }
  /// Slow to open and slow to trust: opens after 10 failures for 60 s, closes after 5 successes.
  /// For a dependency that callers cannot do without.
  [[nodiscard]] static constexpr Settings conservative() noexcept {
    return preset(10, 5, std::chrono::seconds(60), Duration::zero());
  }
  /// Quick to open and quick to try again: opens after 2 failures for 10 s, closes after 1 success.
  /// For a dependency that callers have a substitute for.
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
