#pragma once
/// A cheap view of the circuit breaker's state.

#include <atomic>
#include <functional>
#include <optional>

#include "circuitbreaker/circuit_breaker.h"
#include "circuitbreaker/clock.h"

namespace stockclient {

/// Follows the breaker's state through its listener, so that the thousands of stale answers a
/// second that an outage causes read atomics and do not take the breaker's lock.
///
/// Thread-safety: every member function may be called from any thread.
class BreakerWatch {
 public:
  /// `changed` is called after every transition, on the thread that caused it, and never after the
  /// watch's destruction has begun. `breaker` and `clock` must outlive the watch.
  BreakerWatch(circuitbreaker::CircuitBreaker& breaker, const circuitbreaker::Clock& clock,
               std::function<void(const circuitbreaker::StateChange&)> changed);
  ~BreakerWatch();
  BreakerWatch(const BreakerWatch&) = delete;
  BreakerWatch& operator=(const BreakerWatch&) = delete;

  /// Whether the breaker is closed.
  [[nodiscard]] bool closed() const noexcept;
  /// Whether the breaker is not closed but may let a call through as a probe now.
  [[nodiscard]] bool wants_probe() const noexcept;
  /// The breaker's rejection if it would most likely reject a call now. Costs one atomic read while
  /// the breaker is closed; otherwise the breaker is asked, which counts the rejection.
  [[nodiscard]] std::optional<circuitbreaker::Rejected> rejection();
  /// An attempt was rejected because an operator has forced the breaker open. An open breaker makes
  /// no transition when that happens, but its open time no longer ends.
  void note_forced_open() noexcept;

 private:
  void update(circuitbreaker::State state, circuitbreaker::TimePoint at,
              std::optional<circuitbreaker::Duration> retry_after) noexcept;
  /// When an open breaker lets a probe through.
  [[nodiscard]] circuitbreaker::TimePoint open_until() const noexcept;

  circuitbreaker::CircuitBreaker& breaker_;
  const circuitbreaker::Clock& clock_;
  const std::function<void(const circuitbreaker::StateChange&)> changed_;
  std::atomic<circuitbreaker::State> state_{circuitbreaker::State::closed};
  /// Since the clock's epoch.
  std::atomic<circuitbreaker::Duration::rep> open_until_{0};
  circuitbreaker::CircuitBreaker::ListenerId listener_ = 0;
};

}  // namespace stockclient
