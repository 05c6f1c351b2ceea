#pragma once
/// How the breaker in front of the upstream is best set, where the stock client's own settings
/// decide that.
///
///     circuitbreaker::Settings breaker = default_breaker(client);
///     breaker.failure_threshold = 3;              // what an operator has chosen
///     breaker = suit_breaker(breaker, client);

#include "circuitbreaker/settings.h"

#include "stockclient/stock_client_settings.h"

namespace stockclient {

/// Whether the plan limits a day's calls. False for a plan that is none.
[[nodiscard]] bool has_daily_quota(const StockClientSettings& client);

/// What is recommended:
/// - a slow-call rule, so that an upstream that hangs opens the breaker before its timeouts come
///   in: half of the last calls, as many as the bulkhead has places (4 to 20), took two fifths of
///   the upstream timeout or longer (so twice as long is still no timeout);
/// - an open time that doubles when there is a daily quota, of which each failed probe costs a
///   share.
[[nodiscard]] circuitbreaker::Settings default_breaker(const StockClientSettings& client);

/// Completes an operator's settings with what is no matter of taste: probes keep their slot as long
/// as a call may take, every call under way is watched, and response times are kept.
[[nodiscard]] circuitbreaker::Settings suit_breaker(circuitbreaker::Settings breaker,
                                                    const StockClientSettings& client);

}  // namespace stockclient
