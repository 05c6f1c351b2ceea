#pragma once
/// What an upstream answer means to the circuit breaker.

#include "circuitbreaker/state.h"

#include "stockclient/domain/failure.h"

namespace stockclient {

/// Failures are only what shows that the upstream is broken: `upstream_failure`,
/// `maintenance` and `timeout`. A
/// caller's mistake, a refusal or wrong data are ignored. A probe that is told "no such symbol" has
/// found the upstream alive, so that is a success of the probe.
[[nodiscard]] circuitbreaker::Verdict verdict_of(FailureKind kind, bool is_probe) noexcept;

}  // namespace stockclient
