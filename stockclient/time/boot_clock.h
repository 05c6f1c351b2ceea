#pragma once
/// Time since the machine was started, injected; used to measure the ages of values.

#include <chrono>

namespace stockclient {

/// A source of time that never goes back and also counts while the machine is suspended. A
/// monotonic clock (`circuitbreaker::Clock`) stands still during a suspension, so a value whose age
/// it measured would look younger than it is after the machine wakes up.
///
/// Deadlines, timers and the circuit breaker keep the monotonic clock: a suspension is no reason to
/// time out everything that was in progress.
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
