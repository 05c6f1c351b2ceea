#pragma once
/// Asks the stock client several questions and answers once all outcomes are there, without anyone
/// waiting for them.

#include <functional>
#include <vector>

#include "service/http/http_message.h"
#include "stockclient/stock_client.h"

namespace service {

/// One outcome a query, in their order.
using RenderOutcomes = std::function<HttpResponse(std::vector<stockclient::Outcome>)>;

/// The response at once when every outcome is known, else a pending one. `render` is called exactly
/// once, on the thread of the caller or of `take`; what it refers to must live until then.
[[nodiscard]] HandlerResult gather(stockclient::StockClient& client,
                                   const std::vector<stockclient::Query>& queries,
                                   const stockclient::GetOptions& options, RenderOutcomes render);

}  // namespace service
