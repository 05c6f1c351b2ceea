#include "stockclient/flights/retry_plan.h"

#include <algorithm>

namespace stockclient {

using circuitbreaker::Duration;
using circuitbreaker::TimePoint;

bool is_brief(const Failure& refusal) noexcept {
  return refusal.kind == FailureKind::rate_limited || refusal.kind == FailureKind::throttled_second;
}

Duration RetryPlan::shortest_attempt() const {
  return std::min(settings_.upstream_timeout, settings_.max_wait) / 2;
}

bool RetryPlan::fits(TimePoint start, TimePoint deadline) const {
  return start + shortest_attempt() <= deadline;
}

bool RetryPlan::waits_for(const Failure& refusal, Purpose purpose, TimePoint now,
                          TimePoint deadline) const {
  return purpose == Purpose::never_seen && is_brief(refusal) &&
         fits(now + refusal.retry_after.value_or(Duration::zero()), deadline);
}

std::optional<RetryPlan::NextAttempt> RetryPlan::next(const Flight& flight, const Failure& failure,
                                                      TimePoint now, Duration backoff) const {
  if (flight.attempts >= attempts_allowed(flight, failure)) return std::nullopt;
  if (traits(failure.kind).imposes_hold) {
    const TimePoint hold_ends = now + failure.retry_after.value_or(Duration::zero());
    if (!fits(hold_ends, flight.deadline)) return std::nullopt;
    return NextAttempt{FlightPhase::pacing, hold_ends};
  }
  const TimePoint when = now + backoff;
  if (!fits(when, flight.deadline)) return std::nullopt;
  return NextAttempt{FlightPhase::backing_off, when};
}

std::uint32_t RetryPlan::attempts_allowed(const Flight& flight, const Failure& failure) const {
  // A flight waits only once for an upstream that throttles, because a second refusal would only
  // add to the load. That wait does not count as a retry.
  if (traits(failure.kind).imposes_hold) return is_brief(failure) ? 2 : 1;
  // With few calls a day, none is spent on retrying a refresh, which has a value to fall back on.
  if (flight.purpose != Purpose::never_seen && has_daily_limit_) return 1;
  switch (retry_advice(failure)) {
    case RetryAdvice::never:
      return 1;
    case RetryAdvice::once:
      return std::min(2u, max_attempts_);
    case RetryAdvice::jittered:
      return max_attempts_;
  }
  return 1;
}

}  // namespace stockclient
