#include "circuitbreaker/rate_limiter.h"

#include <algorithm>
#include <bit>
#include <chrono>
#include <cmath>

#include "require.h"

namespace circuitbreaker {
namespace {

__extension__ using Wide = __int128;

constexpr std::int64_t kNanosecondsPerSecond = 1'000'000'000;
/// The maximum age of a limiter: its time does not advance beyond this.
constexpr Duration kMaxAge = 2 * detail::kLongest;

/// The number of units in a token: the largest power of two for which neither a full bucket nor
/// `kMaxAge` exceeds 2^62 units.
std::int64_t units_per_token(const RateLimiterSettings& settings) {
  const double age = std::chrono::duration<double>(kMaxAge).count();
  const auto by_age = static_cast<int>(std::floor(62 - std::log2(settings.per_second * age)));
  const int by_burst = 61 - static_cast<int>(std::bit_width(settings.burst));
  return std::int64_t{1} << std::min(by_age, by_burst);
}

const RateLimiterSettings& checked(const RateLimiterSettings& settings) {
  constexpr double longest = std::chrono::duration<double>(detail::kLongest).count();
  detail::require(settings.burst >= 1, "rate limiter: burst must be at least 1");
  detail::require(settings.per_second <= 1e9 && settings.per_second * longest >= settings.burst,
                  "rate limiter: per_second must be at most 1e9 and fill the burst in 10 years");
  return settings;
}

}  // namespace

RateLimiter::RateLimiter(RateLimiterSettings settings, const Clock& clock)
    : burst_(checked(settings).burst),
      units_per_token_(units_per_token(settings)),
      units_per_second_(std::llround(settings.per_second * static_cast<double>(units_per_token_))),
      clock_(clock),
      start_(clock.now()) {}

RateLimiter::Units RateLimiter::now() const noexcept {
  const Duration age = std::min(clock_.now() - start_, kMaxAge);
  return static_cast<Units>(Wide{age.count()} * units_per_second_ / kNanosecondsPerSecond);
}

RateLimiter::Units RateLimiter::available_at(Units now, Units full_at,
                                             std::uint32_t tokens) const noexcept {
  return std::max(full_at, now) - (burst_ - Units{tokens}) * units_per_token_;
}

Duration RateLimiter::until(Units time) const noexcept {
  // Rounded up, so that a caller that waits this long finds the tokens.
  const Wide scaled = Wide{time} * kNanosecondsPerSecond + units_per_second_ - 1;
  const Duration age{static_cast<Duration::rep>(scaled / units_per_second_)};
  return std::max(age - (clock_.now() - start_), Duration::zero());
}

expected<void, Rejected> RateLimiter::try_acquire(std::uint32_t tokens) noexcept {
  Rejected rejected{Rejected::Reason::rate_limited};
  if (tokens <= burst_) {
    const Units at = now();
    Units full_at = full_at_.load(std::memory_order_relaxed);
    while (available_at(at, full_at, tokens) <= at) {
      const Units next = std::max(full_at, at) + Units{tokens} * units_per_token_;
      if (full_at_.compare_exchange_weak(full_at, next, std::memory_order_relaxed)) return {};
    }
    rejected.retry_after = until(available_at(at, full_at, tokens));
  }
  rejected_.add();
  if (PolicyObserver* const observer = observer_.get()) observer->call_rejected(rejected);
  return unexpected<Rejected>(rejected);
}

Duration RateLimiter::wait_time(std::uint32_t tokens) const noexcept {
  if (tokens > burst_) return Duration::max();
  return until(available_at(now(), full_at_.load(std::memory_order_relaxed), tokens));
}

}  // namespace circuitbreaker
