#pragma once
/// Rehearses an outage and records what happens.

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace stress {

/// The load, and the short durations that the service is configured with.
struct Plan {
  double seconds = 30;
  double requests_per_second = 500;
  int connections = 128;
  int known_symbols = 20;
  /// One in this many requests is for a new symbol.
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

/// The result of a request. `refused`: the response has no quote. `failed`: there was no response.
enum class Outcome : std::uint8_t { fresh, stale, refused, failed };

/// One request. Times are seconds since the start of the load. Latency is measured from the
/// scheduled time, so that it includes the delay if the service falls behind.
struct Sample {
  double scheduled = 0;
  double latency = 0;
  Outcome outcome = Outcome::failed;
  /// HTTP status; 0 if there was no response.
  int status = 0;
  bool known = false;
  /// Whether the response lacks a required field: a stale one its reason, or a 503 its Retry-After.
  bool unexplained = false;
};

/// A period with a single simulator mode.
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

/// The data on which the report and the promises are based.
struct Record {
  Plan plan;
  std::vector<Sample> samples{};
  std::vector<Phase> phases{};
  std::vector<StateChange> states{};
  /// The breaker's figures at the end.
  std::string final_state{};
  int opened = 0;
  int closed = 0;
  /// States shown by `/circuit-breaker` during the rehearsal.
  double slowest_status = 0;
  int failed_status = 0;
  bool ended_cleanly = false;
};

/// Starts the simulator and the service from this program's folder, goes through the phases, and
/// prints progress. Throws `std::runtime_error` if they cannot be started.
[[nodiscard]] Record rehearse(const Plan& plan);

}  // namespace stress
