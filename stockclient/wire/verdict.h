#pragma once
/// What an answer means to the circuit breaker.

#include "circuitbreaker/state.h"

#include "stockclient/domain/answer_class.h"

namespace stockclient {

/// Failures are only what says that the upstream is broken: `upstream_failure` and `timeout`. A
/// caller's mistake, a refusal or wrong data count for nothing. A probe that is told "no such
/// symbol" has found the upstream alive, so that counts as its success.
[[nodiscard]] circuitbreaker::Verdict verdict_of(AnswerClass answer_class, bool probe) noexcept;

}  // namespace stockclient
