#pragma once
/// A token bucket: a steady rate of calls, and a burst after a pause.
///
///     RateLimiter limiter({.per_second = 5, .burst = 10});
///     if (auto token = limiter.try_acquire(); !token) retry_in(*token.error().retry_after);

#include <atomic>
#include <cstdint>

#include "circuitbreaker/call.h"
#include "circuitbreaker/clock.h"
#include "circuitbreaker/deadline.h"
#include "circuitbreaker/detail/counter.h"
#include "circuitbreaker/policy_observer.h"

namespace circuitbreaker {

/// Settings of a `RateLimiter`.
struct RateLimiterSettings {
  /// Tokens per second: at most a billion, and at least enough to fill the burst in 10 years.
  double per_second = 10;
  /// Capacity of the bucket in tokens; it starts full. At least 1.
  std::uint32_t burst = 10;
};

/// Limits the rate of calls. The state is one number: the moment at which the bucket will be full
/// again (the Generic Cell Rate Algorithm of the ATM Forum's Traffic Management 4.0). It therefore
/// takes no lock and allocates nothing. Every member function may be called from any thread.
class RateLimiter {
 public:
  /// Throws `std::invalid_argument` when a setting is out of range. `clock` must outlive the
  /// limiter.
  explicit RateLimiter(RateLimiterSettings settings = {}, const Clock& clock = steady_clock());
  RateLimiter(const RateLimiter&) = delete;
  RateLimiter& operator=(const RateLimiter&) = delete;

  /// Takes `tokens`. If there are too few, takes none and says in `retry_after` when there will be
  /// enough; `retry_after` is empty if the bucket cannot hold that many.
  [[nodiscard]] expected<void, Rejected> try_acquire(std::uint32_t tokens = 1) noexcept;
  /// How long until `tokens` are available: zero if they are now, `Duration::max()` if they never
  /// will be. Takes nothing, so another caller may take them first.
  [[nodiscard]] Duration wait_time(std::uint32_t tokens = 1) const noexcept;

  /// Calls `f` if there is a token.
  template <class F>
  CallResult<F> call(F&& f, const CallContext& context = {}) {
    using Result = CallResult<F>;
    if (const auto rejected = detail::abandoned(context)) {
      return detail::rejected_with<Result>(*rejected);
    }
    if (const auto token = try_acquire(); !token) {
      return detail::rejected_with<Result>(token.error());
    }
    return detail::call_plainly(f, context);
  }

  /// Number of refusals.
  [[nodiscard]] std::uint64_t rejected() const noexcept { return rejected_.get(); }
  /// Reports refusals to `observer`, or to nobody if it is null.
  void set_observer(PolicyObserver* observer) noexcept { observer_.set(observer); }

 private:
  /// Time since `start_` in units that divide a token evenly, so that rounding errors cannot
  /// accumulate. A unit is shorter than a nanosecond.
  using Units = std::int64_t;

  [[nodiscard]] Units now() const noexcept;
  /// When the bucket will hold `tokens`; not after `now` if it already does.
  [[nodiscard]] Units available_at(Units now, Units full_at, std::uint32_t tokens) const noexcept;
  [[nodiscard]] Duration until(Units time) const noexcept;

  const Units burst_;
  const Units units_per_token_;
  const Units units_per_second_;
  const Clock& clock_;
  const TimePoint start_;
  std::atomic<Units> full_at_{0};
  detail::Counter rejected_;
  detail::ObserverPointer<PolicyObserver> observer_;
};

}  // namespace circuitbreaker
