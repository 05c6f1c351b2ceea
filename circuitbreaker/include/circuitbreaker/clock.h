#pragma once
/// Monotonic time, injected so that tests and simulations decide what time it is.
///
///     circuitbreaker::ManualClock clock;
///     circuitbreaker::CircuitBreaker breaker("database", {}, clock);
///     clock.advance(std::chrono::seconds(30));
///
/// Thread-safety: every function here may be called from any thread.

#include <atomic>
#include <chrono>

namespace circuitbreaker {

using Duration = std::chrono::nanoseconds;
using TimePoint = std::chrono::time_point<std::chrono::steady_clock, Duration>;

/// A source of monotonic time. `now()` never goes back and never throws.
class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual TimePoint now() const noexcept = 0;
};

/// The process-wide `std::chrono::steady_clock` (about 30 ns a reading). Lives until the program
/// ends.
[[nodiscard]] const Clock& steady_clock() noexcept;

/// A clock that stands still until it is told to move. Starts at an arbitrary point well after the
/// epoch, so that subtracting any sensible duration from `now()` stays positive.
class ManualClock final : public Clock {
 public:
  [[nodiscard]] TimePoint now() const noexcept override;
  /// Moves time forward. Precondition: `by` is not negative.
  void advance(Duration by) noexcept;

 private:
  std::atomic<Duration::rep> now_{Duration(std::chrono::hours(24 * 365)).count()};
};

}  // namespace circuitbreaker
