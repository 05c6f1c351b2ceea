#pragma once
/// Metrics of the circuit breakers.

#include <vector>

#include <prometheus/collectable.h>

#include "circuitbreaker/circuit_breaker.h"

#include "stockclient/stock_client.h"

namespace service {

/// A breaker whose metrics are exported.
struct ExportedBreaker {
  /// Must outlive the metrics.
  circuitbreaker::CircuitBreaker* breaker = nullptr;
  /// Whether the breaker guards Alpha Vantage and therefore counts for
  /// `stock_api_circuit_breaker_state`.
  bool is_upstream = false;
};

/// The worse of two states: open is worse than half-open, and half-open is worse than closed.
[[nodiscard]] circuitbreaker::State worse_state(circuitbreaker::State a,
                                                circuitbreaker::State b) noexcept;

/// Exports the breakers' snapshots at each scrape. Thread-safety: `Collect` may be called from any
/// thread. A snapshot performs a transition that is due, so a scrape may notify listeners.
class BreakerMetrics final : public prometheus::Collectable {
 public:
  /// The breakers and the clocks must outlive this object.
  BreakerMetrics(std::vector<ExportedBreaker> breakers, stockclient::Clocks clocks);
  /// Every breaker metric, with all its label combinations.
  [[nodiscard]] std::vector<prometheus::MetricFamily> Collect() const override;

 private:
  std::vector<ExportedBreaker> breakers_;
  stockclient::Clocks clocks_;
};

}  // namespace service
