#pragma once
/// Points in time as text, and the conversion from monotonic to calendar time.

#include <chrono>
#include <cstdint>
#include <string>

#include "circuitbreaker/clock.h"

#include "stockclient/time/wall_clock.h"

namespace service {

/// Formats a time in UTC with whole seconds, as `2026-11-21T08:00:03Z` (RFC 3339). Supports the
/// years 0 to 9999.
[[nodiscard]] std::string rfc3339(stockclient::WallTime time);
/// Formats a time like `rfc3339`, but with milliseconds.
[[nodiscard]] std::string rfc3339_milliseconds(stockclient::WallTime time);

/// Rounds a wait up to whole seconds, at least 1, as required by `Retry-After`.
[[nodiscard]] std::int64_t retry_after_seconds(std::chrono::nanoseconds wait);

/// A simultaneous reading of the monotonic clock and the wall clock. A monotonic time has no
/// calendar date, so events recorded with one are dated by their distance from such a reading.
struct PairedTime {
  /// The reading of the monotonic clock.
  circuitbreaker::TimePoint monotonic;
  /// The reading of the wall clock.
  stockclient::WallTime wall;

  /// Reads both clocks.
  [[nodiscard]] static PairedTime read(const circuitbreaker::Clock& clock,
                                       const stockclient::WallClock& wall_clock) {
    return {clock.now(), wall_clock.now()};
  }
  /// Converts a monotonic time to calendar time.
  [[nodiscard]] stockclient::WallTime to_wall(circuitbreaker::TimePoint time) const {
    return wall + (time - monotonic);
  }
};

}  // namespace service
