#include "service/metrics/store_metrics.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "service/metrics/metric_families.h"

namespace service {

using stockclient::kStoreOperations;

void StoreErrorMetrics::store_failed(std::string_view operation) noexcept {
  const auto found = std::find(kStoreOperations.begin(), kStoreOperations.end(), operation);
  if (found == kStoreOperations.end()) return;
  operations_[static_cast<std::size_t>(found - kStoreOperations.begin())].fetch_add(
      1, std::memory_order_relaxed);
}

std::vector<prometheus::MetricFamily> StoreErrorMetrics::Collect() const {
  auto errors =
      counter_family("stock_store_errors_total",
                     "Failed operations on durable data; write is a write of the quota ledger.");
  const auto add = [&errors](std::string_view operation, const Counter& counter) {
    add_sample(errors, {{"operation", operation}},
               static_cast<double>(counter.load(std::memory_order_relaxed)));
  };
  add("write", ledger_writes_);
  for (std::size_t i = 0; i < kStoreOperations.size(); ++i)
    add(kStoreOperations[i], operations_[i]);
  return {std::move(errors)};
}

std::vector<prometheus::MetricFamily> StoreGauges::Collect() const {
  const stockclient::StoreWorkerState state =
      worker_ != nullptr ? worker_->state() : stockclient::StoreWorkerState();
  const std::uint64_t values = state.statistics ? state.statistics->values : 0;
  return {with_sample(gauge_family("stock_store_values", "Values in the store."),
                      static_cast<double>(values)),
          with_sample(
              gauge_family("stock_store_write_lag_seconds", "Age of the oldest unwritten value."),
              std::chrono::duration<double>(state.write_lag).count())};
}

}  // namespace service
