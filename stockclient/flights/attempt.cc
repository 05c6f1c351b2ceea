#include "stockclient/flights/attempt.h"

#include <utility>

#include "stockclient/wire/verdict.h"

namespace stockclient {

using circuitbreaker::Duration;
using circuitbreaker::Rejected;
using circuitbreaker::TimePoint;

Failure rejection_failure(const Rejected& rejected) {
  const bool forced = rejected.reason == Rejected::Reason::forced_open;
  Failure failure =
      transient_failure(forced ? FailureKind::forced_open : FailureKind::circuit_open);
  if (rejected.retry_after) failure.retry_after = rejected.retry_after;
  return failure;
}

circuitbreaker::expected<Attempt, Failure> Attempt::begin(const AttemptParts& parts,
                                                          Function function,
                                                          const std::string& client) {
  using circuitbreaker::unexpected;
  auto permit = parts.breakers.try_acquire(function);
  if (!permit) return unexpected<Failure>(rejection_failure(permit.error()));
  if (auto refusal = parts.gate.charge(client)) {
    permit->end({});
    return unexpected<Failure>(*std::move(refusal));
  }
  return Attempt(parts, function, std::move(*permit));
}

AttemptResult Attempt::call(const Query& query, Duration timeout, std::stop_token stop) {
  const TimePoint started = parts_->clock.now();
  const Scheduler::TimerId slowness_check = watch_for_slowness(started);
  AttemptResult result = parts_->upstream.fetch(query, timeout, std::move(stop));
  duration_ = parts_->clock.now() - started;
  if (slowness_check != 0) parts_->scheduler.cancel(slowness_check);
  return result;
}

Scheduler::TimerId Attempt::watch_for_slowness(TimePoint started) const {
  UpstreamBreakers& breakers = parts_->breakers;
  const auto slow_after = breakers.slow_after(function_);
  if (!slow_after) return 0;
  return parts_->scheduler.at(started + *slow_after, [&breakers, function = function_, started] {
    breakers.call_became_slow(function, started);
  });
}

void Attempt::report(const AttemptResult& result) {
  if (result) {
    parts_->observer.attempt_ended(function_, nullptr, duration_);
    return;
  }
  const Failure& failure = result.error();
  parts_->observer.attempt_ended(function_, &failure, duration_);
  if (failure.oddity) parts_->observer.oddity_seen(function_, *failure.oddity, failure.detail);
}

void Attempt::succeeded() {
  permit_.end({.verdict = circuitbreaker::Verdict::success});
}

void Attempt::failed(const Failure& failure) {
  permit_.end({.verdict = verdict_of(failure.kind, permit_.is_probe()),
               .reason = failure.detail,
               .connected = failure.is_connected});
}

}  // namespace stockclient
