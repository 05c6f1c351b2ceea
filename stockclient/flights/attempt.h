#pragma once
/// One upstream call, with everything that is due before and after it.

#include <cstddef>
#include <stop_token>
#include <string>

#include "circuitbreaker/circuit_breaker.h"
#include "circuitbreaker/clock.h"

#include "stockclient/domain/failure.h"
#include "stockclient/domain/observer.h"
#include "stockclient/domain/query.h"
#include "stockclient/quota/purpose.h"
#include "stockclient/quota/quota_gate.h"
#include "stockclient/wire/upstream.h"
#include "stockclient/work/scheduler.h"

namespace stockclient {

/// The components that attempts use. All must outlive the attempts.
struct AttemptParts {
  /// Answers the calls.
  Upstream& upstream;
  /// Permits the calls and is told their verdicts.
  circuitbreaker::CircuitBreaker& breaker;
  /// Counts and limits the calls.
  QuotaGate& gate;
  /// Measures how long calls take.
  const circuitbreaker::Clock& clock;
  /// Reminds the breaker of calls that hang.
  Scheduler& scheduler;
  /// Is told of each call.
  Observer& observer;
};

/// One upstream call: the breaker's permit and the quota's charge come first, then the call, then
/// the report to the observer, then the verdict to the breaker. The caller does the last steps one
/// by one, because a value must be in the cache before the breaker hears of the success, and the
/// breaker must have heard of it before any waiter does.
///
///     auto attempt = Attempt::begin(parts, Purpose::never_seen, client, 0);
///     if (!attempt) return attempt.error();
///     const AttemptResult result = attempt->call(query, timeout, stop);
///     attempt->report(result);
///     result ? attempt->succeeded() : attempt->failed(result.error());
///
/// An attempt that is destroyed without a verdict is ignored by the breaker.
///
/// Thread-safety: none; an attempt belongs to the worker that makes it.
class Attempt {
 public:
  /// Takes a permit from the breaker and charges the quota, in this order: a quota refusal returns
  /// the permit. `ahead`: calls that wait for their turn under the rate limit and go first.
  [[nodiscard]] static circuitbreaker::expected<Attempt, Failure> begin(const AttemptParts& parts,
                                                                        Purpose purpose,
                                                                        const std::string& client,
                                                                        std::size_t ahead);

  /// Calls the upstream. Blocks at most `timeout`.
  [[nodiscard]] AttemptResult call(const Query& query, circuitbreaker::Duration timeout,
                                   std::stop_token stop);
  /// Tells the observer, and the quota whether a probe has succeeded.
  void report(const AttemptResult& result);
  /// Tells the breaker that the upstream works.
  void succeeded();
  /// Tells the breaker what the failure means for it, which may be nothing.
  void failed(const Failure& failure);

 private:
  Attempt(const AttemptParts& parts, circuitbreaker::Permit permit, Purpose charged_as)
      : parts_(&parts), permit_(std::move(permit)), charged_as_(charged_as) {}
  [[nodiscard]] Scheduler::TimerId watch_for_slowness(circuitbreaker::TimePoint started) const;

  const AttemptParts* parts_;
  circuitbreaker::Permit permit_;
  Purpose charged_as_;
  Function function_ = Function::global_quote;
  circuitbreaker::Duration duration_{};
};

/// The failure that a rejection by the breaker amounts to.
[[nodiscard]] Failure rejection_failure(const circuitbreaker::Rejected& rejected);

}  // namespace stockclient
