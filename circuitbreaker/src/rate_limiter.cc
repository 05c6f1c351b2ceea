#include "circuitbreaker/rate_limiter.h"

#include <algorithm>
#include <cmath>

#include "require.h"

namespace circuitbreaker {
namespace {

Duration interval_of(const RateLimiterSettings& settings) {
  constexpr double longest = std::chrono::duration<double>(detail::kLongest).count();
  detail::require(settings.burst >= 1, "rate limiter: burst must be at least 1");
  detail::require(settings.per_second <= 1e9 && settings.per_second * longest >= settings.burst,
                  "rate limiter: per_second must be at most 1e9 and fill the burst in 10 years");
  return Duration(std::llround(1e9 / settings.per_second));
}

}  // namespace

RateLimiter::RateLimiter(RateLimiterSettings settings, const Clock& clock)
    : interval_(interval_of(settings)),
      burst_(settings.burst),
      clock_(clock),
      full_at_(clock.now().time_since_epoch().count()) {}

Duration RateLimiter::wait_at(TimePoint now, Duration::rep full_at,
                              std::uint32_t tokens) const noexcept {
  if (tokens > burst_) return Duration::max();
  const Duration full = std::max(Duration(full_at), now.time_since_epoch());
  const Duration full_after = full + tokens * interval_;
  return std::max(full_after - burst_ * interval_ - now.time_since_epoch(), Duration::zero());
}

expected<void, Rejected> RateLimiter::try_acquire(std::uint32_t tokens) noexcept {
  const TimePoint now = clock_.now();
  Duration::rep full_at = full_at_.load(std::memory_order_relaxed);
  for (;;) {
    if (const Duration wait = wait_at(now, full_at, tokens); wait > Duration::zero()) {
      rejected_.fetch_add(1, std::memory_order_relaxed);
      Rejected rejected{Rejected::Reason::rate_limited};
      if (wait != Duration::max()) rejected.retry_after = wait;
      return unexpected<Rejected>(rejected);
    }
    const Duration next = std::max(Duration(full_at), now.time_since_epoch()) + tokens * interval_;
    if (full_at_.compare_exchange_weak(full_at, next.count(), std::memory_order_relaxed)) return {};
  }
}

Duration RateLimiter::wait_time(std::uint32_t tokens) const noexcept {
  return wait_at(clock_.now(), full_at_.load(std::memory_order_relaxed), tokens);
}

}  // namespace circuitbreaker
