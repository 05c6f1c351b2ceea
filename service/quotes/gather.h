#pragma once
/// Fetches several values from the stock client and responds when all are available, without
/// blocking a thread.

#include <functional>
#include <vector>

#include "service/http/http_message.h"
#include "stockclient/stock_client.h"

namespace service {

/// Renders the outcomes, one for each query and in the order of the queries.
using RenderOutcomes = std::function<HttpResponse(std::vector<stockclient::Outcome>)>;

/// Returns the response if every outcome is known immediately, otherwise a pending response.
/// `render` is called exactly once, by the caller of this function or of `take`; everything that it
/// refers to must exist until then.
[[nodiscard]] HandlerResult gather(stockclient::StockClient& client,
                                   const std::vector<stockclient::Query>& queries,
                                   const stockclient::GetOptions& options, RenderOutcomes render);

}  // namespace service
