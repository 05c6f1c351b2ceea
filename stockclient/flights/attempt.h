#pragma once
/// One upstream call, including the steps before and after it.

#include <stop_token>
#include <string>

#include "circuitbreaker/clock.h"
#include "circuitbreaker/expected.h"
#include "circuitbreaker/rejected.h"

#include "stockclient/domain/failure.h"
#include "stockclient/domain/observer.h"
#include "stockclient/domain/query.h"
#include "stockclient/flights/upstream_breakers.h"
#include "stockclient/quota/quota_gate.h"
#include "stockclient/wire/upstream.h"
#include "stockclient/work/scheduler.h"

namespace stockclient {

/// The components that attempts use. All must outlive the attempts.
struct AttemptParts {
  /// Makes the calls.
  Upstream& upstream;
  /// Grant permits for calls and receive their verdicts.
  UpstreamBreakers& breakers;
  /// Counts and limits the calls.
  QuotaGate& gate;
  /// Measures the duration of calls.
  const circuitbreaker::Clock& clock;
  /// Prompts the breakers to check for calls that hang.
  Scheduler& scheduler;
  /// Receives a report of each call.
  Observer& observer;
};

/// One upstream call. It takes the breakers' permit, charges the quota, makes the call, reports to
/// the observer, and finally gives the breakers a verdict. The caller performs the last two steps
/// separately, because a value must be in the cache before the breakers learn of the success, and
/// the breakers must learn of it before any waiter does.
///
///     auto attempt = Attempt::begin(parts, query.function, client);
///     if (!attempt) return attempt.error();
///     const AttemptResult result = attempt->call(query, timeout, stop);
///     attempt->report(result);
///     result ? attempt->succeeded() : attempt->failed(result.error());
///
/// The breakers ignore an attempt that is destroyed without a verdict.
///
/// Thread-safety: none; an attempt belongs to the worker that makes it.
class Attempt {
 public:
  /// Takes a permit for a call of `function` and then charges the quota; if the quota refuses, the
  /// permit is returned. `client` names the client for which an unknown value is fetched; empty
  /// otherwise.
  [[nodiscard]] static circuitbreaker::expected<Attempt, Failure> begin(const AttemptParts& parts,
                                                                        Function function,
                                                                        const std::string& client);

  /// Calls the upstream. Blocks at most `timeout`.
  [[nodiscard]] AttemptResult call(const Query& query, circuitbreaker::Duration timeout,
                                   std::stop_token stop);
  /// Reports the call to the observer.
  void report(const AttemptResult& result);
  /// Reports a success to the breakers.
  void succeeded();
  /// Reports the failure to the breakers, which may treat it as a failure, as a success, or ignore
  /// it.
  void failed(const Failure& failure);

 private:
  Attempt(const AttemptParts& parts, Function function, UpstreamPermit permit)
      : parts_(&parts), function_(function), permit_(std::move(permit)) {}
  [[nodiscard]] Scheduler::TimerId watch_for_slowness(circuitbreaker::TimePoint started) const;

  const AttemptParts* parts_;
  Function function_;
  UpstreamPermit permit_;
  circuitbreaker::Duration duration_{};
};

/// Converts a breaker's rejection to a failure.
[[nodiscard]] Failure rejection_failure(const circuitbreaker::Rejected& rejected);

}  // namespace stockclient
