#pragma once
/// The metrics of circuit breakers, read from their snapshots at each scrape.

#include <vector>

#include <prometheus/collectable.h>

#include "circuitbreaker/circuit_breaker.h"

#include "stockclient/stock_client.h"

namespace service {

/// Thread-safety: `Collect` may be called from any thread. As a snapshot performs a transition that
/// is due, a scrape may notify listeners.
class BreakerMetrics final : public prometheus::Collectable {
 public:
  /// The first is Alpha Vantage's. Everything must outlive this.
  BreakerMetrics(std::vector<circuitbreaker::CircuitBreaker*> breakers, stockclient::Clocks clocks);
  [[nodiscard]] std::vector<prometheus::MetricFamily> Collect() const override;

 private:
  std::vector<circuitbreaker::CircuitBreaker*> breakers_;
  stockclient::Clocks clocks_;
};

}  // namespace service
