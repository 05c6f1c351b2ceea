#pragma once
/// The endpoints that report the state of the service: breakers, health, liveness, readiness and
/// metrics. None of them calls the upstream.

#include <functional>
#include <string>

#include "service/http/router.h"
#include "service/operations/dependencies.h"
#include "service/operations/lifecycle.h"
#include "stockclient/stock_client.h"

namespace service {

/// Context of the status endpoints; everything referenced must outlive the router.
struct StatusContext {
  /// The dependencies to report.
  const Dependencies& dependencies;
  /// Reports the quota.
  const stockclient::StockClient& client;
  /// Clocks for uptime and for converting monotonic times.
  stockclient::Clocks clocks;
  /// Provides the stage for readiness.
  const Lifecycle& lifecycle;
  /// Name of this replica; set before the first request.
  const std::string& instance;
  /// Renders the page of GET /metrics.
  std::function<std::string()> metrics_page;
  /// When the service started.
  circuitbreaker::TimePoint started;
};

/// Adds the routes `/circuit-breaker`, `/circuit-breaker/{name}`, `/health`, `/livez`, `/readyz`
/// and `/metrics`.
void add_status_routes(Router& router, const StatusContext& context);

}  // namespace service
