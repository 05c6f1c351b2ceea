#pragma once
/// Settings of a circuit breaker: a plain struct whose defaults are the recommended values.

#include <cstdint>

#include "circuitbreaker/clock.h"

namespace circuitbreaker {

/// Every count is at least 1 and every duration positive unless its comment says otherwise;
/// `CircuitBreaker`'s constructor throws `std::invalid_argument` naming the first field that is
/// not.
struct Settings {
  /// Consecutive failures that open a closed breaker.
  std::uint32_t failure_threshold = 5;
  /// Consecutive successes that close a half-open breaker.
  std::uint32_t success_threshold = 3;
  /// How long an open breaker rejects before it lets a probe through.
  Duration open_timeout = std::chrono::seconds(30);
  /// Probes that may be under way at once while half-open.
  std::uint32_t half_open_max_calls = 3;

  friend bool operator==(const Settings&, const Settings&) = default;
};

}  // namespace circuitbreaker
