// Uses every policy once, through the installed headers and library.

#include <chrono>
#include <circuitbreaker/circuitbreaker.h>
#include <string>

static_assert(CIRCUITBREAKER_VERSION >= 200 && CIRCUITBREAKER_VERSION_MAJOR == 0);

namespace cb = circuitbreaker;

int main() {
  cb::ManualClock clock;
  const cb::ManualSleeper sleeper(clock);
  cb::Registry registry({}, clock);
  const auto breaker = registry.get("database");
  cb::Fallback fallback([](const cb::CallError<std::string>&) { return 7; });
  cb::TimeLimit limit(std::chrono::hours(1), clock);
  cb::RateLimiter limiter({}, clock);
  cb::RetryBudget budget({}, clock);
  cb::Retry retry({}, sleeper, &budget);
  cb::Bulkhead bulkhead;
  cb::HealthChecker checker([](const cb::CallContext&) { return true; }, *breaker, {}, clock);
  auto guarded = cb::pipeline(fallback, limit, limiter, retry, *breaker, bulkhead);
  const auto failing = []() -> cb::expected<int, std::string> {
    return cb::unexpected<std::string>("down");
  };
  const bool fell_back = guarded.call(failing) == 7 && guarded.call(failing) == 7;
  const bool opened = breaker->snapshot().state == cb::State::open;
  return fell_back && opened && checker.check_now() ? 0 : 1;
}
