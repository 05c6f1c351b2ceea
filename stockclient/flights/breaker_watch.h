#pragma once
/// A cheap view of the circuit breaker's state.

#include <atomic>
#include <functional>
#include <optional>

#include "circuitbreaker/circuit_breaker.h"
#include "circuitbreaker/clock.h"

namespace stockclient {

/// Follows the breaker's state through its listener. During an outage, thousands of stale answers a
/// second ask for the state; here they read atomics instead of taking the breaker's lock.
///
/// Thread-safety: every member function may be called from any thread.
class BreakerWatch {
 public:
  /// `changed` is called after every transition, on the thread that caused it, and never once the
  /// watch's destructor has started. `breaker` and `clock` must outlive the watch.
  BreakerWatch(circuitbreaker::CircuitBreaker& breaker, const circuitbreaker::Clock& clock,
               std::function<void(const circuitbreaker::StateChange&)> changed);
  ~BreakerWatch();
  BreakerWatch(const BreakerWatch&) = delete;
  BreakerWatch& operator=(const BreakerWatch&) = delete;

  /// Whether the breaker is closed.
  [[nodiscard]] bool closed() const noexcept;
  /// Whether the breaker is not closed but may admit a call as a probe now.
  [[nodiscard]] bool wants_probe() const noexcept;
  /// The breaker's rejection, if a call made now would most likely be rejected. Costs one atomic
  /// read while the breaker is closed; otherwise the breaker is asked, which counts the rejection.
  [[nodiscard]] std::optional<circuitbreaker::Rejected> rejection();
  /// Call when an attempt was rejected because an operator has forced the breaker open. Forcing a
  /// breaker that is already open causes no transition, but its open time no longer ends.
  void note_forced_open() noexcept;

 private:
  void update(circuitbreaker::State state, circuitbreaker::TimePoint at,
              std::optional<circuitbreaker::Duration> retry_after) noexcept;
  /// Time at which an open breaker will admit a probe.
  [[nodiscard]] circuitbreaker::TimePoint open_until() const noexcept;

  circuitbreaker::CircuitBreaker& breaker_;
  const circuitbreaker::Clock& clock_;
  const std::function<void(const circuitbreaker::StateChange&)> changed_;
  std::atomic<circuitbreaker::State> state_{circuitbreaker::State::closed};
  /// Time since the clock's epoch.
  std::atomic<circuitbreaker::Duration::rep> open_until_{0};
  circuitbreaker::CircuitBreaker::ListenerId listener_ = 0;
};

}  // namespace stockclient
