#pragma once
/// The breaker's state at a glance: for the thousands of stale answers a second that an outage
/// brings, and for those who are to be told at once when it opens.

#include <atomic>
#include <functional>
#include <optional>

#include "circuitbreaker/circuit_breaker.h"
#include "circuitbreaker/clock.h"

namespace stockclient {

/// Thread-safety: every member function may be called from any thread.
class BreakerWatch {
 public:
  /// `changed` is called after every transition, on the thread that caused it, never after this
  /// object's destruction has begun. `breaker` and `clock` must outlive it.
  BreakerWatch(circuitbreaker::CircuitBreaker& breaker, const circuitbreaker::Clock& clock,
               std::function<void(const circuitbreaker::StateChange&)> changed);
  ~BreakerWatch();
  BreakerWatch(const BreakerWatch&) = delete;
  BreakerWatch& operator=(const BreakerWatch&) = delete;

  [[nodiscard]] bool closed() const noexcept;
  /// Not closed, and a call made now may be let through as a probe.
  [[nodiscard]] bool wants_probe() const noexcept;
  /// Asks the breaker, which counts it, when a call would most likely be rejected; costs one atomic
  /// read while it is closed.
  [[nodiscard]] std::optional<circuitbreaker::Rejected> rejection();
  /// What an attempt met. An operator who opens an open breaker causes no transition, and yet its
  /// open time has no end any more.
  void note(const circuitbreaker::Rejected& rejected) noexcept;
  /// From when on an open breaker lets a probe through.
  [[nodiscard]] circuitbreaker::TimePoint open_until() const noexcept;

 private:
  void see(circuitbreaker::State state, circuitbreaker::TimePoint at,
           std::optional<circuitbreaker::Duration> retry_after) noexcept;

  circuitbreaker::CircuitBreaker& breaker_;
  const circuitbreaker::Clock& clock_;
  const std::function<void(const circuitbreaker::StateChange&)> changed_;
  std::atomic<circuitbreaker::State> state_{circuitbreaker::State::closed};
  /// Since the clock's epoch.
  std::atomic<circuitbreaker::Duration::rep> open_until_{0};
  circuitbreaker::CircuitBreaker::ListenerId listener_ = 0;
};

}  // namespace stockclient
