#pragma once
/// Waiting, injected like time, so that tests do not wait.
///
///     ManualSleeper sleeper(clock);   // moves its ManualClock instead of waiting
///     Retry retry({}, sleeper);

#include <stop_token>

#include "circuitbreaker/clock.h"

namespace circuitbreaker {

/// How a policy waits. `sleep` may be called from several threads simultaneously. An implementation
/// may throw; the policy then releases everything it holds and lets the exception reach its caller.
class Sleeper {
 public:
  virtual ~Sleeper() = default;
  /// Waits for `length`; `Duration::max()` waits until a stop is requested. Returns false,
  /// immediately, if `stop` is requested before or during the wait; true once the time has passed.
  virtual bool sleep(Duration length, const std::stop_token& stop) const = 0;
};

/// The sleeper that blocks the calling thread. Lives until the program ends.
[[nodiscard]] const Sleeper& thread_sleeper() noexcept;

/// Moves a `ManualClock` forward instead of waiting. The clock must outlive the sleeper.
class ManualSleeper final : public Sleeper {
 public:
  /// Creates a sleeper that moves `clock`.
  explicit ManualSleeper(ManualClock& clock) noexcept : clock_(clock) {}
  bool sleep(Duration length, const std::stop_token& stop) const override;

 private:
  ManualClock& clock_;
};

}  // namespace circuitbreaker
