#pragma once
/// The handlers of data: quotes, histories, searches, markets.

#include <chrono>
#include <memory>

#include "circuitbreaker/clock.h"

#include "service/http/router.h"
#include "service/metrics/stale_answers.h"
#include "stockclient/stock_client.h"

namespace service {

class Currencies;
class Representations;

/// What the handlers need; everything must outlive them.
struct StockContext {
  stockclient::StockClient& client;
  const circuitbreaker::Clock& clock;
  Currencies& currencies;
  Representations& representations;
  StaleAnswers& stale_answers;
};

/// `/stocks`, `/stocks/{symbol}`, `/stocks/{symbol}/history`, `/search`, `/markets`.
void add_stock_routes(Router& router, StockContext context);

}  // namespace service
