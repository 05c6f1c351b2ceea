#pragma once
/// Points in time as text, and the step from monotonic to calendar time.

#include <chrono>
#include <cstdint>
#include <string>

#include "circuitbreaker/clock.h"

#include "stockclient/time/wall_clock.h"

namespace service {

/// UTC, RFC 3339, whole seconds: `2026-11-21T08:00:03Z`. For years 0 to 9999.
[[nodiscard]] std::string rfc3339(stockclient::WallTime time);
/// The same with milliseconds, for logs.
[[nodiscard]] std::string rfc3339_milliseconds(stockclient::WallTime time);

/// Whole seconds, rounded up, at least 1: for Retry-After.
[[nodiscard]] std::int64_t retry_after_seconds(std::chrono::nanoseconds wait);

/// One reading of both clocks. Monotonic times have no calendar of their own, so what a breaker
/// remembers is placed by its distance from such a reading.
struct PairedTime {
  circuitbreaker::TimePoint monotonic;
  stockclient::WallTime wall;

  [[nodiscard]] static PairedTime read(const circuitbreaker::Clock& clock,
                                       const stockclient::WallClock& wall_clock) {
    return {clock.now(), wall_clock.now()};
  }
  [[nodiscard]] stockclient::WallTime to_wall(circuitbreaker::TimePoint time) const {
    return wall + (time - monotonic);
  }
};

}  // namespace service
