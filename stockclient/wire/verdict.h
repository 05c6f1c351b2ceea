#pragma once
/// The meaning of an upstream answer for the circuit breaker.

#include "circuitbreaker/state.h"

#include "stockclient/domain/failure.h"

namespace stockclient {

/// Only `upstream_failure`, `maintenance` and `timeout` count as failures, because they show that
/// the upstream is broken. A caller's mistake, a refusal or wrong data are ignored. A probe that
/// gets "no such symbol" has found the upstream alive, so it counts as a success.
[[nodiscard]] circuitbreaker::Verdict verdict_of(FailureKind kind, bool is_probe) noexcept;

}  // namespace stockclient
