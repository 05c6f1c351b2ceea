#include "service/metrics/breaker_metrics.h"

#include <chrono>
#include <utility>

#include "circuitbreaker/adapters/prometheus.h"

#include "service/json/time_text.h"
#include "service/metrics/metric_families.h"

namespace service {

using circuitbreaker::Snapshot;
using circuitbreaker::State;
using prometheus::MetricFamily;

circuitbreaker::State worse_state(circuitbreaker::State a, circuitbreaker::State b) noexcept {
  // The enumerators are not ordered by severity.
  const auto badness = [](State state) {
    return state == State::open ? 2 : state == State::half_open ? 1 : 0;
  };
  return badness(a) >= badness(b) ? a : b;
}

BreakerMetrics::BreakerMetrics(std::vector<ExportedBreaker> breakers, stockclient::Clocks clocks)
    : breakers_(std::move(breakers)), clocks_(clocks) {}

std::vector<MetricFamily> BreakerMetrics::Collect() const {
  State upstream = State::closed;
  const PairedTime now = PairedTime::read(clocks_.monotonic, clocks_.wall);
  circuitbreaker::BreakerFamilies families([&now](circuitbreaker::TimePoint time) {
    return std::chrono::duration<double>(now.to_wall(time).time_since_epoch()).count();
  });
  for (const ExportedBreaker& exported : breakers_) {
    const Snapshot snapshot = exported.breaker->snapshot();
    if (exported.is_upstream) upstream = worse_state(upstream, snapshot.state);
    families.add(snapshot);
  }
  auto upstream_state =
      gauge_family("stock_api_circuit_breaker_state",
                   "Worst state of Alpha Vantage's circuit breakers: 0 closed, 1 open, 2 "
                   "half-open.");
  add_sample(upstream_state, {}, static_cast<double>(upstream));
  std::vector<MetricFamily> all = std::move(families).take();
  all.insert(all.begin(), std::move(upstream_state));
  return all;
}

}  // namespace service
