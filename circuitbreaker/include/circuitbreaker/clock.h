#pragma once
/// Monotonic time, injected so that tests and simulations control it.
///
///     circuitbreaker::ManualClock clock;
///     circuitbreaker::CircuitBreaker breaker("database", {}, clock);
///     clock.advance(std::chrono::seconds(30));
///
/// Thread-safety: every function here may be called from any thread.

#include <atomic>
#include <chrono>

namespace circuitbreaker {

/// A duration in nanoseconds, used for all settings that are durations.
using Duration = std::chrono::nanoseconds;
/// A point in time on a `Clock`.
using TimePoint = std::chrono::time_point<std::chrono::steady_clock, Duration>;

/// A source of monotonic time.
class Clock {
 public:
  virtual ~Clock() = default;
  /// The current time; never less than an earlier reading.
  [[nodiscard]] virtual TimePoint now() const noexcept = 0;
};

/// The process-wide `std::chrono::steady_clock`, which takes about 30 ns to read. Lives until the
/// program ends.
[[nodiscard]] const Clock& steady_clock() noexcept;

/// A clock that stands still until it is told to move. It starts at an arbitrary point one year
/// after its epoch, so that subtracting a moderate duration from `now()` gives a positive time.
class ManualClock final : public Clock {
 public:
  [[nodiscard]] TimePoint now() const noexcept override;
  /// Moves time forward, at most to `TimePoint::max()`. A negative duration is ignored.
  void advance(Duration by) noexcept;

 private:
  std::atomic<Duration::rep> now_{Duration(std::chrono::hours(24 * 365)).count()};
};

}  // namespace circuitbreaker
