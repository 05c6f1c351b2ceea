#pragma once
/// Periodic health checks of a dependency, whose results move its breaker.
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

/// What enough healthy checks in a row do to an open breaker.
enum class HealthRecovery : std::uint8_t {
  half_open,  ///< let probes through, which then decide; the default, because a check may pass
              ///< while real calls still fail
  close,      ///< close the breaker, for checks as thorough as a real call
};

/// Settings of a `HealthChecker`. Durations are at most 10 years.
struct HealthCheckerSettings {
  /// Pause between the end of one check and the start of the next; positive.
  Duration interval = std::chrono::seconds(15);
  /// Longest duration of a healthy check; positive. The check is told its deadline.
  Duration timeout = std::chrono::seconds(2);
  /// Unhealthy checks in a row that open the breaker. 0: they never do.
  std::uint32_t unhealthy_threshold = 3;
  /// Healthy checks in a row, begun since the breaker opened, that lead to recovery. 0: they
  /// never do.
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
  /// Number of unhealthy ones.
  std::uint64_t failed_checks = 0;
};

/// Runs the check on a thread of its own, or on the caller's with `check_now`, one check at a time.
/// The check should heed its deadline and stop token: nobody interrupts it, and stopping waits for
/// it. A check that throws is unhealthy. Checks are not counted as calls, and the breaker's forced
/// modes prevail. Every member function may be called from any thread, from listeners of the
/// breaker and from the check itself; no lock is held while either runs.
class HealthChecker {
 public:
  /// Whether the dependency is healthy.
  using Check = std::function<bool(const CallContext&)>;

  /// Throws `std::invalid_argument` when a setting is out of range or `check` is empty. `breaker`,
  /// `clock` and `sleeper` must outlive the checker. Does not start it. If the sleeper throws, the
  /// pause is made with `thread_sleeper`.
  HealthChecker(Check check, CircuitBreaker& breaker, HealthCheckerSettings settings = {},
                const Clock& clock = steady_clock(), const Sleeper& sleeper = thread_sleeper());
  /// Stops. Must not run on the checker's own thread.
  ~HealthChecker();
  HealthChecker(const HealthChecker&) = delete;
  HealthChecker& operator=(const HealthChecker&) = delete;

  /// Checks immediately and then after every interval. Does nothing when already started.
  void start();
  /// Requests the end of a check under way, interrupts the pause, and waits until the thread has
  /// ended. On the checker's own thread it does not wait.
  void stop();
  /// Makes one check, acts on it and returns whether it was healthy. Waits for a check that is
  /// under way on another thread. From inside the check itself, returns the previous result.
  bool check_now(const std::stop_token& stop = {});
  /// A consistent copy of the results.
  [[nodiscard]] Health health() const;
  /// Reports changes of health to `observer`, or to nobody when null.
  void set_observer(PolicyObserver* observer) noexcept { observer_.set(observer); }

 private:
  void run(const std::stop_token& stop);
  void pause(const std::stop_token& stop) const;
  /// Waits for the turn of the current thread; false when it must not check.
  [[nodiscard]] bool begin_check(const std::stop_token& stop);
  void end_check() noexcept;
  [[nodiscard]] bool ask(const std::stop_token& stop) const;
  void act(bool healthy, std::uint64_t period_at_start);
  /// Counts the breaker's openings and closings: a run of equal results starts anew with each.
  [[nodiscard]] std::uint64_t breaker_period() const;

  const Check check_;
  CircuitBreaker& breaker_;
  const HealthCheckerSettings settings_;
  const Clock& clock_;
  const Sleeper& sleeper_;
  detail::ObserverPointer<PolicyObserver> observer_;

  mutable std::mutex mutex_;
  std::condition_variable_any idle_;
  std::thread::id checking_;  // the thread that checks; none: no check is under way
  Health health_;
  std::uint64_t period_ = 0;
  std::uint32_t in_a_row_ = 0;
  std::thread::id runner_;
  std::stop_source stopping_;

  std::mutex starting_;  // held by `start` and `stop`; guards `thread_`
  std::thread thread_;
};

}  // namespace circuitbreaker
