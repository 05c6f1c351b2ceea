#pragma once
/// The endpoints for data: quotes, histories, symbol search and markets.

#include <chrono>
#include <memory>

#include "circuitbreaker/clock.h"

#include "service/http/router.h"
#include "service/metrics/stale_answers.h"
#include "stockclient/stock_client.h"

namespace service {

class Currencies;
class Representations;

/// Context of the data endpoints; everything referenced must outlive the router.
struct StockContext {
  /// Answers the queries.
  stockclient::StockClient& client;
  /// Determines the callers' deadlines.
  const circuitbreaker::Clock& clock;
  /// Learns currencies from search results.
  Currencies& currencies;
  /// Renders the answers.
  Representations& representations;
  /// Counts the stale answers.
  StaleAnswers& stale_answers;
};

/// Answers with the quote of the symbol that a path names as `symbol`, fetched from the upstream
/// now although the known one may be fresh.
[[nodiscard]] HandlerResult refreshed_quote(const StockContext& context, const HttpRequest& request,
                                            const std::string& symbol);
/// Forgets the quote and the history of that symbol. Answers 204.
[[nodiscard]] HandlerResult forget_symbol(const StockContext& context, const std::string& symbol);

/// Adds the routes `/stocks`, `/stocks/{symbol}`, `/stocks/{symbol}/history`, `/search` and
/// `/markets`.
void add_stock_routes(Router& router, StockContext context);

}  // namespace service
