#pragma once
/// A token bucket: so many calls a second, and a burst after a pause.
///
///     RateLimiter limiter({.per_second = 5, .burst = 10});
///     if (auto token = limiter.try_acquire(); !token) come_back_in(*token.error().retry_after);
///
/// Kept as one number, the time at which the bucket would be full again (GCRA, ATM Forum Traffic
/// Management 4.0), so it is lock-free and allocates nothing. Thread-safety: every member function
/// may be called from any thread.

#include <atomic>
#include <cstdint>

#include "circuitbreaker/call.h"
#include "circuitbreaker/clock.h"
#include "circuitbreaker/deadline.h"

namespace circuitbreaker {

struct RateLimiterSettings {
  /// From one in ten years to a billion.
  double per_second = 10;
  /// Tokens of a full bucket, which is how it starts. At least 1.
  std::uint32_t burst = 10;
};

class RateLimiter {
 public:
  /// Throws `std::invalid_argument` when a setting is out of range. `clock` must outlive the
  /// limiter.
  explicit RateLimiter(RateLimiterSettings settings = {}, const Clock& clock = steady_clock());
  RateLimiter(const RateLimiter&) = delete;
  RateLimiter& operator=(const RateLimiter&) = delete;

  /// Takes `tokens`, or none and says when there will be so many; never, and then no `retry_after`,
  /// when the bucket cannot hold them.
  [[nodiscard]] expected<void, Rejected> try_acquire(std::uint32_t tokens = 1) noexcept;
  /// When may I? Zero: now. Takes nothing, so others may be faster. `Duration::max()`: never.
  [[nodiscard]] Duration wait_time(std::uint32_t tokens = 1) const noexcept;

  template <class F>
  CallResult<F> call(F&& f, const CallContext& context = {}) {
    using Error = typename CallResult<F>::error_type;
    if (const auto rejected = detail::abandoned(context)) return unexpected<Error>(*rejected);
    if (const auto token = try_acquire(); !token) return unexpected<Error>(token.error());
    return detail::call_plainly(f, context);
  }

  [[nodiscard]] std::uint64_t rejected() const noexcept {
    return rejected_.load(std::memory_order_relaxed);
  }

 private:
  [[nodiscard]] Duration wait_at(TimePoint now, Duration::rep full_at,
                                 std::uint32_t tokens) const noexcept;

  const Duration interval_;  // one token
  const std::uint32_t burst_;
  const Clock& clock_;
  std::atomic<Duration::rep> full_at_;
  std::atomic<std::uint64_t> rejected_{0};
};

}  // namespace circuitbreaker
