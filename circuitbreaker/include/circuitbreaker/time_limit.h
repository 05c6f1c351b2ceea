#pragma once
/// A deadline for a call through all enclosed policies, including retries.
///
///     TimeLimit limit(std::chrono::seconds(2));
///     auto answer = pipeline(limit, retry, breaker).call(fetch);

#include "circuitbreaker/call.h"
#include "circuitbreaker/clock.h"
#include "circuitbreaker/deadline.h"

namespace circuitbreaker {

/// Gives each call a deadline, unless the caller's is sooner. The function is told the deadline and
/// is never interrupted. An enclosed breaker treats it as the caller's own deadline: calls that
/// fail after it do not count against the dependency. Immutable, so safe across threads.
class TimeLimit {
 public:
  /// `clock` must outlive the policy. If the limit is not positive, every call is rejected.
  explicit TimeLimit(Duration limit, const Clock& clock = steady_clock()) noexcept
      : limit_(limit), clock_(&clock) {}

  /// Calls `f` unless the deadline has already passed.
  template <class F>
  CallResult<F> call(F&& f, const CallContext& context = {}) const {
    const CallContext limited = context.within(Deadline::after(*clock_, limit_));
    if (const auto rejected = detail::abandoned(limited)) {
      return detail::rejected_with<CallResult<F>>(*rejected);
    }
    return detail::call_plainly(f, limited);
  }

 private:
  Duration limit_;
  const Clock* clock_;
};

}  // namespace circuitbreaker
