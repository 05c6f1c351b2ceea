#include "stockclient/flights/attempt.h"

#include <utility>

#include "stockclient/wire/verdict.h"

namespace stockclient {

using circuitbreaker::Duration;
using circuitbreaker::Rejected;
using circuitbreaker::TimePoint;
using circuitbreaker::Verdict;

Failure rejection_failure(const Rejected& rejected) {
  const bool forced = rejected.reason == Rejected::Reason::forced_open;
  Failure failure =
      transient_failure(forced ? FailureKind::forced_open : FailureKind::circuit_open);
  if (rejected.retry_after) failure.retry_after = rejected.retry_after;
  return failure;
}

circuitbreaker::expected<Attempt, Failure> Attempt::begin(const AttemptParts& parts,
                                                          const std::string& client) {
  using circuitbreaker::unexpected;
  auto permit = parts.breaker.try_acquire();
  if (!permit) return unexpected<Failure>(rejection_failure(permit.error()));
  if (auto refusal = parts.gate.charge(client)) {
    permit->ignore();
    return unexpected<Failure>(*std::move(refusal));
  }
  return Attempt(parts, std::move(*permit));
}

AttemptResult Attempt::call(const Query& query, Duration timeout, std::stop_token stop) {
  function_ = query.function;
  const TimePoint started = parts_->clock.now();
  const Scheduler::TimerId slowness_check = watch_for_slowness(started);
  AttemptResult result = parts_->upstream.fetch(query, timeout, std::move(stop));
  duration_ = parts_->clock.now() - started;
  if (slowness_check != 0) parts_->scheduler.cancel(slowness_check);
  return result;
}

Scheduler::TimerId Attempt::watch_for_slowness(TimePoint started) const {
  const circuitbreaker::Settings settings = parts_->breaker.snapshot().settings;
  if (settings.slow_call_rate <= 0) return 0;
  // The breaker notices hanging calls only when it is called, and while every worker hangs, nobody
  // calls it.
  return parts_->scheduler.at(started + settings.slow_call_duration, [&breaker = parts_->breaker] {
    static_cast<void>(breaker.snapshot());
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
  permit_.success();
}

void Attempt::failed(const Failure& failure) {
  switch (verdict_of(failure.kind, permit_.is_probe())) {
    case Verdict::success:
      return permit_.success();
    case Verdict::failure:
      return permit_.failure(failure.detail);
    case Verdict::timeout:
      return permit_.timeout(failure.detail);
    case Verdict::ignored:
      return permit_.ignore();
  }
}

}  // namespace stockclient
