#pragma once
/// From what went wrong to what a caller is told: the last column of the table of upstream answers.

#include <optional>

#include "circuitbreaker/clock.h"
#include "circuitbreaker/rejected.h"

#include "stockclient/domain/answer.h"
#include "stockclient/domain/answer_class.h"
#include "stockclient/quota/quota_gate.h"

namespace stockclient {

/// Why there is no new value: what to say with a known value, and without one.
struct Failure {
  StaleReason reason = StaleReason::upstream_failure;
  StockError error;
};

/// An attempt was made and brought no data. `held_until`: when the upstream asked for a pause.
[[nodiscard]] Failure failed(const Fault& fault, std::optional<circuitbreaker::Duration> held_for);
/// The breaker lets no call through, or an operator does not.
[[nodiscard]] Failure circuit_open(const circuitbreaker::Rejected& rejected);
/// The quota lets no call through.
[[nodiscard]] Failure refused(const Refusal& refusal, circuitbreaker::TimePoint now);
/// The caller's deadline came while the call waited for its turn under the rate limit.
[[nodiscard]] Failure throttled();
/// Too many wait already, or the bulkhead was full for the whole deadline.
[[nodiscard]] Failure overloaded();
/// The caller's deadline came while the upstream was being asked.
[[nodiscard]] Failure timed_out();
/// The client is being destroyed.
[[nodiscard]] Failure shutting_down();

}  // namespace stockclient
