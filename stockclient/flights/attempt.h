#pragma once
/// One upstream call, with everything that is due before and after it.

#include <stop_token>
#include <string>

#include "circuitbreaker/circuit_breaker.h"
#include "circuitbreaker/clock.h"

#include "stockclient/domain/failure.h"
#include "stockclient/domain/observer.h"
#include "stockclient/domain/query.h"
#include "stockclient/quota/quota_gate.h"
#include "stockclient/wire/upstream.h"
#include "stockclient/work/scheduler.h"

namespace stockclient {

/// The components that attempts use. All must outlive the attempts.
struct AttemptParts {
  /// Makes the calls.
  Upstream& upstream;
  /// Grants permits for calls and receives their verdicts.
  circuitbreaker::CircuitBreaker& breaker;
  /// Counts and limits the calls.
  QuotaGate& gate;
  /// Measures the duration of calls.
  const circuitbreaker::Clock& clock;
  /// Prompts the breaker to look at calls that hang.
  Scheduler& scheduler;
  /// Receives a report of each call.
  Observer& observer;
};

/// One upstream call: first the breaker's permit and the quota's charge, then the call, then the
/// report to the observer, and finally the verdict to the breaker. The caller does the last steps
/// one by one, because a value must be in the cache before the breaker hears of the success, and
/// the breaker must have heard of it before any waiter does.
///
///     auto attempt = Attempt::begin(parts, client);
///     if (!attempt) return attempt.error();
///     const AttemptResult result = attempt->call(query, timeout, stop);
///     attempt->report(result);
///     result ? attempt->succeeded() : attempt->failed(result.error());
///
/// The breaker ignores an attempt that is destroyed without a verdict.
///
/// Thread-safety: none; an attempt belongs to the worker that makes it.
class Attempt {
 public:
  /// Takes a permit from the breaker and then charges the quota; if the quota refuses, the permit
  /// is returned. `client` names the client for which an unknown value is fetched; empty otherwise.
  [[nodiscard]] static circuitbreaker::expected<Attempt, Failure> begin(const AttemptParts& parts,
                                                                        const std::string& client);

  /// Calls the upstream. Blocks at most `timeout`.
  [[nodiscard]] AttemptResult call(const Query& query, circuitbreaker::Duration timeout,
                                   std::stop_token stop);
  /// Reports the call to the observer.
  void report(const AttemptResult& result);
  /// Reports a success to the breaker.
  void succeeded();
  /// Reports the failure to the breaker, for which it may count as a failure, a success or nothing.
  void failed(const Failure& failure);

 private:
  Attempt(const AttemptParts& parts, circuitbreaker::Permit permit)
      : parts_(&parts), permit_(std::move(permit)) {}
  [[nodiscard]] Scheduler::TimerId watch_for_slowness(circuitbreaker::TimePoint started) const;

  const AttemptParts* parts_;
  circuitbreaker::Permit permit_;
  Function function_ = Function::global_quote;
  circuitbreaker::Duration duration_{};
};

/// Converts a rejection by the breaker to a failure.
[[nodiscard]] Failure rejection_failure(const circuitbreaker::Rejected& rejected);

}  // namespace stockclient
