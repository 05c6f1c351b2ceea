#pragma once
/// Recommended settings of the circuit breaker in front of the upstream.

#include "circuitbreaker/settings.h"

#include "stockclient/stock_client_settings.h"

namespace stockclient {

/// Whether the plan has a daily limit. False for a name that is not a plan.
[[nodiscard]] bool has_daily_quota(const StockClientSettings& client);

/// The library's defaults, with two changes:
/// - a slow-call rule, so that an upstream that hangs opens the breaker before its calls time out:
///   the breaker opens if half of the most recent calls took at least two fifths of the upstream
///   timeout; the window has one call per worker, within 4 to 20;
/// - if there is a daily quota, an open time that doubles after each failed probe, because every
///   probe spends some of it.
///
///     circuitbreaker::Settings breaker = default_breaker(client);
///     breaker.failure_threshold = 3;  // an operator's choice
///     breaker = complete_breaker_settings(breaker, client);
[[nodiscard]] circuitbreaker::Settings default_breaker(const StockClientSettings& client);

/// Sets the fields that follow from the client's settings and that operators have no reason to
/// choose: a probe keeps its slot for as long as a call may take, every call in progress is
/// tracked, and response times are recorded.
[[nodiscard]] circuitbreaker::Settings complete_breaker_settings(circuitbreaker::Settings breaker,
                                                                 const StockClientSettings& client);

}  // namespace stockclient
