#pragma once
/// Asks a dependency how it is, from time to time, and tells its breaker.
///
///     HealthChecker checker([&](const CallContext& c) { return ping(c.deadline); }, breaker,
///                           {.interval = std::chrono::seconds(15)});
///     checker.start();
///
/// Thread-safety: every member function may be called from any thread.

#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>

#include "circuitbreaker/circuit_breaker.h"
#include "circuitbreaker/clock.h"
#include "circuitbreaker/deadline.h"
#include "circuitbreaker/sleeper.h"

namespace circuitbreaker {

struct HealthCheckerSettings {
  /// From the end of one check to the start of the next; positive.
  Duration interval = std::chrono::seconds(15);
  /// A check that takes so long is unhealthy, whatever it says; it is told so as its deadline.
  Duration timeout = std::chrono::seconds(2);
  /// Unhealthy checks in a row that trip the breaker. 0: they never do.
  std::uint32_t unhealthy_threshold = 3;
  /// Healthy checks in a row that close it. 0: they never do.
  std::uint32_t healthy_threshold = 2;
};

struct Health {
  /// Empty before the first check.
  std::optional<bool> healthy;
  std::uint64_t checks = 0;
  std::uint64_t failed_checks = 0;
};

/// The check runs on one thread of its own, or on the caller's with `check_now`, one at a time. It
/// should heed its deadline and stop token: nobody interrupts it, and stopping waits for it. One
/// that throws is unhealthy. Its verdicts are not counted as calls; an operator's forced mode wins.
class HealthChecker {
 public:
  using Check = std::function<bool(const CallContext&)>;

  /// Throws `std::invalid_argument` when a setting is out of range. What is referred to must
  /// outlive the checker. Does not start.
  HealthChecker(Check check, CircuitBreaker& breaker, HealthCheckerSettings settings = {},
                const Clock& clock = steady_clock(), const Sleeper& sleeper = thread_sleeper());
  /// Stops.
  ~HealthChecker();
  HealthChecker(const HealthChecker&) = delete;
  HealthChecker& operator=(const HealthChecker&) = delete;

  /// Checks at once and then at every interval. Does nothing when started already.
  void start();
  /// Asks a check under way to end, interrupts the pause, and returns when the thread has ended.
  void stop();
  /// Makes one check and acts on it; returns whether it was healthy.
  bool check_now(const std::stop_token& stop = {});
  [[nodiscard]] Health health() const;

 private:
  [[nodiscard]] bool ask(const std::stop_token& stop) const;
  void act(bool healthy);

  const Check check_;
  CircuitBreaker& breaker_;
  const HealthCheckerSettings settings_;
  const Clock& clock_;
  const Sleeper& sleeper_;
  mutable std::mutex mutex_;
  Health health_;
  std::uint32_t in_a_row_ = 0;
  std::mutex checking_;
  std::mutex starting_;
  std::jthread thread_;
};

}  // namespace circuitbreaker
