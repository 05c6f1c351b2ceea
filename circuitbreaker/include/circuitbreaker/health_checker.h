#pragma once
/// Periodic health checks of a dependency, whose results drive its breaker.
///
///     HealthChecker checker([&](const CallContext& c) { return ping(c.deadline); }, breaker,
///                           {.interval = std::chrono::seconds(15)});
///     checker.start();

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>

#include "circuitbreaker/circuit_breaker.h"
#include "circuitbreaker/clock.h"
#include "circuitbreaker/deadline.h"
#include "circuitbreaker/detail/counter.h"
#include "circuitbreaker/policy_observer.h"
#include "circuitbreaker/sleeper.h"

namespace circuitbreaker {

/// The effect that enough consecutive healthy checks have on an open breaker.
enum class HealthRecovery : std::uint8_t {
  half_open,  ///< let probes decide (the default), because checks may pass while real calls fail
  close,      ///< close the breaker; for checks that are as thorough as a real call
};

/// Settings of a `HealthChecker`. Durations are at most 10 years.
struct HealthCheckerSettings {
  /// Pause between the end of one check and the start of the next; positive.
  Duration interval = std::chrono::seconds(15);
  /// Time limit for a healthy check; positive. The check is told its deadline.
  Duration timeout = std::chrono::seconds(2);
  /// Number of consecutive unhealthy checks that open the breaker. 0: they never do.
  std::uint32_t unhealthy_threshold = 3;
  /// Number of consecutive healthy checks, begun since the breaker opened, that lead to recovery.
  /// 0: they never do.
  std::uint32_t healthy_threshold = 2;
  /// How the breaker recovers.
  HealthRecovery recovery = HealthRecovery::half_open;
};

/// The results of a `HealthChecker` so far.
struct Health {
  /// The result of the last check; empty before the first one.
  std::optional<bool> healthy;
  /// Number of checks.
  std::uint64_t checks = 0;
  /// Number of unhealthy checks.
  std::uint64_t failed_checks = 0;
};

/// Runs the check on its own thread, or with `check_now` on the caller's, one check at a time. The
/// check should heed its deadline and stop token: nobody interrupts it, and stopping waits for it.
/// A check that throws is unhealthy. Checks are not counted as calls, and the breaker's forced
/// modes take precedence. Every member function may be called from any thread, from listeners of
/// the breaker and from the check itself; no lock is held while either runs.
class HealthChecker {
 public:
  /// Performs one check. Returns whether the dependency is healthy.
  using Check = std::function<bool(const CallContext&)>;

  /// Throws `std::invalid_argument` if a setting is out of range or `check` is empty. `breaker`,
  /// `clock` and `sleeper` must outlive the checker. Does not start it. If the sleeper throws,
  /// `thread_sleeper` is used for the pause instead.
  HealthChecker(Check check, CircuitBreaker& breaker, HealthCheckerSettings settings = {},
                const Clock& clock = steady_clock(), const Sleeper& sleeper = thread_sleeper());
  /// Stops the checks. Must not run on the checker's own thread.
  ~HealthChecker();
  HealthChecker(const HealthChecker&) = delete;
  HealthChecker& operator=(const HealthChecker&) = delete;

  /// Checks immediately and then after every interval. Has no effect if already started, nor on the
  /// checker's own thread while another thread waits in `stop`.
  void start();
  /// Requests the end of a check in progress, interrupts the pause, and waits until the thread has
  /// ended. When called on the checker's own thread, it does not wait.
  void stop();
  /// Makes one check, acts on it and returns whether it was healthy. Waits for a check that is in
  /// progress on another thread. From inside the check itself, returns the previous result.
  bool check_now(const std::stop_token& stop = {});
  /// A consistent copy of the results.
  [[nodiscard]] Health health() const;
  /// Reports changes of health to `observer`, or to nobody if it is null.
  void set_observer(PolicyObserver* observer) noexcept { observer_.set(observer); }

 private:
  void run(std::stop_token stop);
  /// Whether `start` only has to let a running thread continue.
  [[nodiscard]] bool resume();
  /// Whether `start` was called again after the thread was told to stop; if so, sets `stop` to the
  /// thread's new token.
  [[nodiscard]] bool resumed(std::stop_token& stop);
  void pause(const std::stop_token& stop) const;
  /// Waits until no other thread is checking. Returns false if the current thread must not check.
  [[nodiscard]] bool begin_check(const std::stop_token& stop);
  void end_check() noexcept;
  [[nodiscard]] bool ask(const std::stop_token& stop) const;
  void act(bool healthy, std::uint64_t period_at_start);
  /// Number of times the breaker has opened or closed. Each of these restarts the count of
  /// consecutive results.
  [[nodiscard]] std::uint64_t breaker_period() const;

  const Check check_;
  CircuitBreaker& breaker_;
  const HealthCheckerSettings settings_;
  const Clock& clock_;
  const Sleeper& sleeper_;
  detail::ObserverPointer<PolicyObserver> observer_;

  mutable std::mutex mutex_;
  std::condition_variable_any idle_;
  std::thread::id checking_;  // The checking thread; no thread if no check is in progress.
  Health health_;
  std::uint64_t period_ = 0;
  std::uint32_t in_a_row_ = 0;
  std::thread::id runner_;  // The checker's own thread; no thread unless it is running.
  std::stop_source stopping_;
  bool joining_ = false;  // Whether `stop` is waiting for the thread to end.
  bool resume_ = false;   // Whether the thread should go on although it was told to stop.

  std::mutex starting_;  // Held by `start` and `stop`; guards `thread_`.
  std::thread thread_;
};

}  // namespace circuitbreaker
