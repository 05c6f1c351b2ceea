#pragma once
/// The handlers that say how the service is: breakers, health, liveness, readiness, metrics. None
/// of them ever calls the upstream.

#include <functional>
#include <string>

#include "circuitbreaker/circuit_breaker.h"

#include "service/http/router.h"
#include "service/lifecycle.h"
#include "service/quotes/stale_answers.h"
#include "stockclient/stock_client.h"

namespace service {

/// What the handlers need; everything must outlive them.
struct StatusDependencies {
  circuitbreaker::CircuitBreaker& alpha_vantage;
  const stockclient::StockClient& client;
  stockclient::Clocks clocks;
  const Lifecycle& lifecycle;
  const StaleAnswers& stale_answers;
  /// The page of GET /metrics.
  std::function<std::string()> metrics_page;
  circuitbreaker::TimePoint started;
};

/// `/circuit-breaker`, `/health`, `/livez`, `/readyz`, `/metrics`.
void add_status_routes(Router& router, const StatusDependencies& dependencies);

}  // namespace service
