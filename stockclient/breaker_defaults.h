#pragma once
/// How the breaker in front of the upstream is best set, where the stock client's own settings
/// decide that.

#include "circuitbreaker/settings.h"

#include "stockclient/stock_client_settings.h"

namespace stockclient {

/// Completes an operator's settings: a slow-call rule, unless there is one already, so that an
/// upstream that hangs opens the breaker before its timeouts come in (calls as slow as half the
/// timeout, half the window or more); and probes that keep their slot as long as a call may take.
[[nodiscard]] circuitbreaker::Settings suit_breaker(circuitbreaker::Settings breaker,
                                                    const StockClientSettings& client);

/// 2 with a daily quota, where each failed probe costs a share of the day, else 1. For
/// `Settings::open_timeout_multiplier` when the operator has not chosen. Throws like `validate`.
[[nodiscard]] double default_open_timeout_multiplier(const StockClientSettings& client);

}  // namespace stockclient
