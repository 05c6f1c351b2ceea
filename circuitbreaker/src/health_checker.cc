#include "circuitbreaker/health_checker.h"

#include <utility>

#include "require.h"

namespace circuitbreaker {

HealthChecker::HealthChecker(Check check, CircuitBreaker& breaker, HealthCheckerSettings settings,
                             const Clock& clock, const Sleeper& sleeper)
    : check_(std::move(check)),
      breaker_(breaker),
      settings_(settings),
      clock_(clock),
      sleeper_(sleeper) {
  detail::require(static_cast<bool>(check_), "health checker: needs a check");
  detail::require(detail::positive(settings.interval), "health checker: interval must be positive");
  detail::require(detail::positive(settings.timeout), "health checker: timeout must be positive");
}

HealthChecker::~HealthChecker() {
  stop();
}

void HealthChecker::start() {
  if (resume()) return;
  const std::lock_guard starting(starting_);
  if (resume()) return;                    // Another thread has started it in the meantime.
  if (thread_.joinable()) thread_.join();  // It was stopped from its own thread, and has ended.
  const std::lock_guard lock(mutex_);
  stopping_ = std::stop_source();
  thread_ = std::thread([this, stop = stopping_.get_token()] { run(stop); });
  runner_ = thread_.get_id();
}

bool HealthChecker::resume() {
  const std::lock_guard lock(mutex_);
  if (runner_ == std::thread::id()) return false;
  // The thread itself cannot wait for its own end; any other thread can.
  if (joining_) return runner_ == std::this_thread::get_id();
  if (stopping_.stop_requested()) resume_ = true;
  return true;
}

bool HealthChecker::resumed(std::stop_token& stop) {
  const std::lock_guard lock(mutex_);
  if (!std::exchange(resume_, false)) {
    runner_ = {};
    return false;
  }
  stopping_ = std::stop_source();
  stop = stopping_.get_token();
  return true;
}

void HealthChecker::stop() {
  std::unique_lock lock(mutex_);
  if (runner_ == std::this_thread::get_id()) {
    resume_ = false;
    std::stop_source stopping = stopping_;
    lock.unlock();  // A request runs the check's stop callbacks, which may call this object.
    stopping.request_stop();
    return;
  }
  lock.unlock();
  const std::lock_guard starting(starting_);
  if (!thread_.joinable()) return;
  lock.lock();
  joining_ = true;
  resume_ = false;
  std::stop_source stopping = stopping_;
  lock.unlock();
  stopping.request_stop();
  thread_.join();
  lock.lock();
  joining_ = false;
}

void HealthChecker::run(std::stop_token stop) {
  do {
    while (!stop.stop_requested()) {
      try {
        check_now(stop);
      } catch (...) {  // NOLINT(bugprone-empty-catch): out of memory; the next check may succeed
      }
      pause(stop);
    }
  } while (resumed(stop));
}

void HealthChecker::pause(const std::stop_token& stop) const {
  try {
    (void)sleeper_.sleep(settings_.interval, stop);
  } catch (...) {
    (void)thread_sleeper().sleep(settings_.interval, stop);
  }
}

bool HealthChecker::begin_check(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  const std::thread::id self = std::this_thread::get_id();
  if (checking_ == self) return false;
  if (!idle_.wait(lock, stop, [this] { return checking_ == std::thread::id(); })) return false;
  checking_ = self;
  return true;
}

void HealthChecker::end_check() noexcept {
  {
    const std::lock_guard lock(mutex_);
    checking_ = {};
  }
  idle_.notify_all();
}

bool HealthChecker::check_now(const std::stop_token& stop) {
  const std::uint64_t period = breaker_period();
  if (!begin_check(stop)) return health().healthy.value_or(false);
  const bool healthy = ask(stop);
  end_check();
  // A check that was told to stop says nothing about the dependency.
  if (!stop.stop_requested()) act(healthy, period);
  return healthy;
}

bool HealthChecker::ask(const std::stop_token& stop) const {
  const Deadline deadline = Deadline::after(clock_, settings_.timeout);
  try {
    const bool healthy = check_({.deadline = deadline, .stop = stop});
    return healthy && !deadline.expired();
  } catch (...) {
    return false;
  }
}

std::uint64_t HealthChecker::breaker_period() const {
  const TransitionCounts changes = breaker_.snapshot().transitions;
  return changes.closed_to_open + changes.half_open_to_open + changes.half_open_to_closed +
         changes.open_to_closed;
}

void HealthChecker::act(bool healthy, std::uint64_t period_at_start) {
  const std::uint64_t period = breaker_period();
  bool changed = false;
  bool enough = false;
  {
    const std::lock_guard lock(mutex_);
    changed = health_.healthy != healthy;
    if (changed || period_ != period) in_a_row_ = 0;
    period_ = period;
    health_.healthy = healthy;
    ++health_.checks;
    if (!healthy) ++health_.failed_checks;
    // A check that began before the breaker changed cannot take the reason for the change into
    // account.
    if (period_at_start == period) ++in_a_row_;
    const std::uint32_t threshold =
        healthy ? settings_.healthy_threshold : settings_.unhealthy_threshold;
    enough = threshold != 0 && in_a_row_ >= threshold;
  }
  if (PolicyObserver* const observer = observer_.get(); observer != nullptr && changed) {
    observer->health_changed(breaker_.name(), healthy);
  }
  if (!enough) return;
  if (!healthy) {
    breaker_.trip("health checks failed");
  } else if (settings_.recovery == HealthRecovery::close) {
    breaker_.recover("health checks succeeded");
  } else {
    breaker_.try_half_open("health checks succeeded");
  }
}

Health HealthChecker::health() const {
  const std::lock_guard lock(mutex_);
  return health_;
}

}  // namespace circuitbreaker
