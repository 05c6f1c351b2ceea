#pragma once
/// A deadline for everything inside, retries included.
///
///     TimeLimit limit(std::chrono::seconds(2));
///     auto answer = pipeline(limit, retry, breaker).call(ask);
///
/// Passive: the function is told its deadline, nobody interrupts it. A deadline that has passed
/// already is a rejection. Thread-safety: immutable.

#include "circuitbreaker/call.h"
#include "circuitbreaker/clock.h"
#include "circuitbreaker/deadline.h"

namespace circuitbreaker {

class TimeLimit {
 public:
  /// `clock` must outlive the policy. A negative `limit` is one that has passed.
  explicit TimeLimit(Duration limit, const Clock& clock = steady_clock()) noexcept
      : limit_(limit), clock_(clock) {}

  template <class F>
  CallResult<F> call(F&& f, const CallContext& context = {}) const {
    const CallContext limited = context.within(Deadline::after(clock_, limit_));
    if (const auto rejected = detail::abandoned(limited)) {
      return unexpected<typename CallResult<F>::error_type>(*rejected);
    }
    return detail::call_plainly(f, limited);
  }

 private:
  Duration limit_;
  const Clock& clock_;
};

}  // namespace circuitbreaker
