#pragma once
/// Injectable clock that measures the time since the machine was started, for the ages of values.

#include <chrono>

namespace stockclient {

/// A clock that never goes back and also runs while the machine is suspended. A monotonic clock
/// (`circuitbreaker::Clock`) stops during a suspension, so ages that it measured would be too short
/// after the machine has woken up.
///
/// Deadlines, timers and the circuit breaker use the monotonic clock, because a suspension is no
/// reason to time out all work in progress.
///
/// Thread-safety: `now` may be called from any thread.
class BootClock {
 public:
  /// Resolution of `time_point`.
  using duration = std::chrono::nanoseconds;
  /// A separate type, so that boot time and monotonic time cannot be mixed up.
  using time_point = std::chrono::time_point<BootClock, duration>;

  virtual ~BootClock() = default;
  /// The time since the machine was started.
  [[nodiscard]] virtual time_point now() const noexcept = 0;
};

/// A point in time, counted from the start of the machine.
using BootTime = BootClock::time_point;

/// Linux's CLOCK_BOOTTIME. Lives until the program ends.
[[nodiscard]] const BootClock& system_boot_clock() noexcept;

}  // namespace stockclient
