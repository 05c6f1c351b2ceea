#pragma once
/// Calendar and boot time for tests that move a monotonic clock by hand.

#include <atomic>

#include "circuitbreaker/clock.h"

#include "stockclient/time/clocks.h"

namespace stockclient::testing {

/// Calendar time that advances with a monotonic clock and can be wrong.
class DerivedWallClock final : public WallClock {
 public:
  DerivedWallClock(const circuitbreaker::Clock& clock, WallTime start)
      : clock_(clock), started_(clock.now()), start_(start) {}
  [[nodiscard]] WallTime now() const noexcept override {
    return start_ + (clock_.now() - started_) + error_.load();
  }
  /// Sets the clock ahead of the correct time, or behind it if negative.
  void set_error(std::chrono::nanoseconds error) noexcept { error_ = error; }

 private:
  const circuitbreaker::Clock& clock_;
  const circuitbreaker::TimePoint started_;
  const WallTime start_;
  std::atomic<std::chrono::nanoseconds> error_{std::chrono::nanoseconds::zero()};
};

/// Boot time that advances with a monotonic clock, and also on its own while the machine is
/// suspended.
class DerivedBootClock final : public BootClock {
 public:
  explicit DerivedBootClock(const circuitbreaker::Clock& clock) : clock_(clock) {}
  [[nodiscard]] BootTime now() const noexcept override {
    return BootTime(clock_.now().time_since_epoch() + suspended_.load());
  }
  /// Suspends the machine for a while: only this clock advances.
  void suspend(duration length) noexcept { suspended_ = suspended_.load() + length; }

 private:
  const circuitbreaker::Clock& clock_;
  std::atomic<duration> suspended_{duration::zero()};
};

}  // namespace stockclient::testing
