#pragma once
/// Injectable clock for calendar time.

#include <chrono>
#include <cstdint>

namespace stockclient {

/// A point in calendar time (UTC), in nanoseconds.
using WallTime = std::chrono::sys_time<std::chrono::nanoseconds>;

/// Nanoseconds since 1970 (UTC), the format in which times are stored.
[[nodiscard]] constexpr std::int64_t nanoseconds_of(WallTime time) noexcept {
  return time.time_since_epoch().count();
}

/// The inverse of `nanoseconds_of`.
[[nodiscard]] constexpr WallTime wall_time_of(std::int64_t nanoseconds) noexcept {
  return WallTime(std::chrono::nanoseconds(nanoseconds));
}

/// A source of calendar time, for time stamps that people read and for quotas that are reset at a
/// time of day. It can be set back or forward while the program runs, so durations are never
/// measured with it; see `circuitbreaker::Clock` and `BootClock`.
///
/// Thread-safety: `now` may be called from any thread.
class WallClock {
 public:
  virtual ~WallClock() = default;
  /// The current calendar time.
  [[nodiscard]] virtual WallTime now() const noexcept = 0;
};

/// The system's calendar clock. Lives until the program ends.
[[nodiscard]] const WallClock& system_wall_clock() noexcept;

}  // namespace stockclient
