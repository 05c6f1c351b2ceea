#pragma once
/// Settings of a circuit breaker: a plain struct whose defaults are the recommended values.
///
///     circuitbreaker::Settings settings;
///     settings.failure_threshold = 0;  // no consecutive rule, a rate instead:
///     settings.failure_rate = 0.5;     // half of the last 100 calls, once there were 10
///     circuitbreaker::CircuitBreaker breaker("search", settings);

#include <cstdint>

#include "circuitbreaker/clock.h"

namespace circuitbreaker {

/// What failure count, failure rate and slow-call rate look back on. Memory is fixed at
/// construction.
struct Window {
  enum class Kind : std::uint8_t { count, time };
  Kind kind = Kind::count;
  /// Count: the last so many calls. At most 1,000,000.
  std::uint32_t calls = 100;
  /// Time: the last `length`, forgotten bucket by bucket. At most 10,000 buckets.
  std::uint32_t buckets = 10;
  /// The three rules stay quiet until the window holds so many calls.
  std::uint32_t minimum_calls = 10;
  Duration length = std::chrono::seconds(60);

  friend bool operator==(const Window&, const Window&) = default;
};

/// Every count is at least 1 and every duration positive (at most 10 years) unless its comment says
/// otherwise; `CircuitBreaker`'s constructor throws `std::invalid_argument` naming the first field
/// that is not. The first trip rule that is met opens a closed breaker; at least one must be on.
struct Settings {
  /// Trip rule: consecutive failures. They never decay: only a success resets them. 0: off.
  std::uint32_t failure_threshold = 5;
  /// Consecutive successes that close a half-open breaker.
  std::uint32_t success_threshold = 3;
  /// How long an open breaker rejects before it lets a probe through.
  Duration open_timeout = std::chrono::seconds(30);
  /// Probes that may be under way at once while half-open. At most 1024.
  std::uint32_t half_open_max_calls = 3;

  /// Trip rule: failures in the window. 0: off.
  std::uint32_t failure_count = 0;
  /// Trip rule: share of failures among the window's calls, over 0 to 1. 0: off.
  double failure_rate = 0;
  /// Trip rule: share of the window's calls that took `slow_call_duration` or longer, over 0 to 1;
  /// calls still under way count as soon as they have, cancelled ones too. 0: off.
  double slow_call_rate = 0;
  /// Needed by `slow_call_rate`. A probe that succeeds so slowly counts as a failed one.
  Duration slow_call_duration{0};
  Window window;
  /// Calls under way that are watched for `slow_call_rate`; more are judged when they end. 1 to
  /// 60,000.
  std::uint32_t max_tracked_calls = 256;

  /// Measures every call for `Snapshot::response_times`, which costs two clock readings a call.
  bool response_times = false;

  /// Changes that wait for slow listeners; when there are more, the oldest is dropped. At least 1.
  std::uint16_t max_pending_changes = 64;

  /// How long a probe keeps its slot. Past it the slot goes to the next caller, and the late
  /// holder's result moves nothing. Choose it longer than a call may take.
  Duration probe_lease = std::chrono::seconds(10);
  /// A half-open breaker still undecided so long after its first probe opens again. 0: off.
  Duration half_open_timeout{0};

  /// The open time grows by this factor with every failed recovery, up to `open_timeout_max`, and
  /// returns to `open_timeout` once closed. 1 to 100.
  double open_timeout_multiplier = 1;
  /// Also bounds an open time that a failure itself asks for (Retry-After).
  Duration open_timeout_max = std::chrono::minutes(30);
  /// Each open time is drawn from (1 - jitter, 1 + jitter) times its value, so that a fleet does
  /// not probe in step. 0 to 1, 1 excluded.
  double open_timeout_jitter = 0;

  /// What `CircuitBreaker::call` gives each function as its deadline; a call that outlives it is a
  /// timeout. 0: off.
  Duration call_timeout{0};

  friend bool operator==(const Settings&, const Settings&) = default;
};

/// Throws `std::invalid_argument` naming the first field that is out of range.
void validate(const Settings& settings);

}  // namespace circuitbreaker
