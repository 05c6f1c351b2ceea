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
  const std::lock_guard lock(starting_);
  if (thread_.joinable()) return;
  thread_ = std::jthread([this](const std::stop_token& stop) {
    do {
      check_now(stop);
    } while (sleeper_.sleep(settings_.interval, stop));
  });
}

void HealthChecker::stop() {
  const std::lock_guard lock(starting_);
  if (!thread_.joinable()) return;
  thread_.request_stop();
  thread_.join();
}

bool HealthChecker::check_now(const std::stop_token& stop) {
  const std::lock_guard one_at_a_time(checking_);
  const bool healthy = ask(stop);
  // Told to stop, a check says nothing about the dependency.
  if (!stop.stop_requested()) act(healthy);
  return healthy;
}

bool HealthChecker::ask(const std::stop_token& stop) const {
  const Deadline deadline = Deadline::after(clock_, settings_.timeout);
  try {
    const bool healthy = check_({deadline, stop});
    return healthy && !deadline.expired();
  } catch (...) {
    return false;
  }
}

void HealthChecker::act(bool healthy) {
  bool enough = false;
  {
    const std::lock_guard lock(mutex_);
    in_a_row_ = health_.healthy == healthy ? in_a_row_ + 1 : 1;
    health_.healthy = healthy;
    ++health_.checks;
    if (!healthy) ++health_.failed_checks;
    const std::uint32_t threshold =
        healthy ? settings_.healthy_threshold : settings_.unhealthy_threshold;
    enough = threshold != 0 && in_a_row_ >= threshold;
  }
  if (!enough) return;
  if (healthy) {
    breaker_.recover("health checks succeeded");
  } else {
    breaker_.trip("health checks failed");
  }
}

Health HealthChecker::health() const {
  const std::lock_guard lock(mutex_);
  return health_;
}

}  // namespace circuitbreaker
