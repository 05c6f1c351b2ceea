#pragma once
/// Points in time as text, and the conversion from monotonic to calendar time.

#include <chrono>
#include <cstdint>
#include <string>

#include "circuitbreaker/clock.h"

#include "stockclient/time/wall_clock.h"

namespace service {

/// Formats a time in UTC with whole seconds, as `2026-11-21T08:00:03Z` (RFC 3339). For years 0 to
/// 9999.
[[nodiscard]] std::string rfc3339(stockclient::WallTime time);
/// Formats a time like `rfc3339`, but with milliseconds.
[[nodiscard]] std::string rfc3339_milliseconds(stockclient::WallTime time);

/// Rounds a wait up to whole seconds, at least 1, as `Retry-After` needs it.
[[nodiscard]] std::int64_t retry_after_seconds(std::chrono::nanoseconds wait);

/// A simultaneous reading of the monotonic clock and the wall clock. Monotonic times have no
/// calendar, so events that were recorded with them are dated by their distance from such a
/// reading.
struct PairedTime {
  /// The monotonic clock's reading.
  circuitbreaker::TimePoint monotonic;
  /// The wall clock's reading.
  stockclient::WallTime wall;

  /// Reads both clocks.
  [[nodiscard]] static PairedTime read(const circuitbreaker::Clock& clock,
                                       const stockclient::WallClock& wall_clock) {
    return {clock.now(), wall_clock.now()};
  }
  /// The calendar time of a monotonic time.
  [[nodiscard]] stockclient::WallTime to_wall(circuitbreaker::TimePoint time) const {
    return wall + (time - monotonic);
  }
};

}  // namespace service
