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

/// Adds the routes `/stocks`, `/stocks/{symbol}`, `/stocks/{symbol}/history`, `/search` and
/// `/markets`.
void add_stock_routes(Router& router, StockContext context);

}  // namespace service
