#pragma once
/// An outage, rehearsed: what is asked, what happens, and what was seen.

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace stress {

/// The short times that the service runs with, and what is asked of it.
struct Plan {
  double seconds = 30;
  double requests_per_second = 500;
  int connections = 128;
  int known_symbols = 20;
  /// Every so-manieth request asks for a symbol that nobody has asked for before.
  int cold_every = 50;

  std::chrono::milliseconds fresh_ttl{500};
  std::chrono::milliseconds upstream_timeout{500};
  std::chrono::milliseconds open_timeout{1000};
  std::chrono::milliseconds minute_hold{1000};
  std::chrono::milliseconds upstream_latency{20};
  int failure_threshold = 5;
  int half_open_max_calls = 3;
  int bulkhead = 16;
};

/// `failed`: no answer at all. `refused`: an answer without a quote.
enum class Outcome : std::uint8_t { fresh, stale, refused, failed };

/// One request. Times are seconds since the load began; latency counts from the schedule, so that
/// a service that falls behind cannot hide it.
struct Sample {
  double scheduled = 0;
  double latency = 0;
  Outcome outcome = Outcome::failed;
  /// 0 when there was no answer.
  int status = 0;
  bool known = false;
  /// A stale answer without its reason, or a 503 without Retry-After.
  bool unexplained = false;
};

/// A stretch of time with one simulator mode.
struct Phase {
  std::string name;
  std::string mode;
  double start = 0;
  double end = 0;
  int upstream_calls = 0;
};

struct StateChange {
  double at = 0;
  std::string state;
};

/// Everything that the report and the promises are made of.
struct Record {
  Plan plan;
  std::vector<Sample> samples{};
  std::vector<Phase> phases{};
  std::vector<StateChange> states{};
  /// Of the breaker, at the end.
  std::string final_state{};
  int opened = 0;
  int closed = 0;
  /// Of `/circuit-breaker`, watched all the while.
  double slowest_status = 0;
  int failed_status = 0;
  bool ended_cleanly = false;
};

/// Runs simulator and service, found beside this program, and walks them through the phases.
/// Prints progress. Throws `std::runtime_error` when they cannot be started.
[[nodiscard]] Record rehearse(const Plan& plan);

}  // namespace stress
