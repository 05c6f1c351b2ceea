#pragma once
/// Waiting, injected like time, so that tests wait for nothing.
///
///     ManualSleeper sleeper(clock);   // moves its ManualClock instead of waiting
///     Retry retry({}, sleeper);
///
/// Thread-safety: every function may be called from any thread.

#include <stop_token>

#include "circuitbreaker/clock.h"

namespace circuitbreaker {

class Sleeper {
 public:
  virtual ~Sleeper() = default;
  /// Waits for `length`; returns false at once when `stop` is requested, also in between.
  virtual bool sleep(Duration length, const std::stop_token& stop) const = 0;
};

/// Makes the calling thread wait. Lives until the program ends.
[[nodiscard]] const Sleeper& thread_sleeper() noexcept;

/// Moves a `ManualClock` forward and returns.
class ManualSleeper final : public Sleeper {
 public:
  explicit ManualSleeper(ManualClock& clock) noexcept : clock_(clock) {}
  bool sleep(Duration length, const std::stop_token& stop) const override;

 private:
  ManualClock& clock_;
};

}  // namespace circuitbreaker
