#pragma once
/// Metrics of the store: `stock_store_errors_total`, `stock_store_values` and
/// `stock_store_write_lag_seconds`.

#include <array>
#include <atomic>
#include <cstdint>
#include <string_view>
#include <vector>

#include <prometheus/collectable.h>

#include "stockclient/store/store_worker.h"

namespace service {

/// Counts the failures of the store and of the quota ledger. Counting does not allocate memory.
///
/// Thread-safety: every member function may be called from any thread.
class StoreErrorMetrics final : public prometheus::Collectable {
 public:
  /// Counts a failed write of the quota ledger.
  void ledger_write_failed() noexcept { ledger_writes_.fetch_add(1, std::memory_order_relaxed); }
  /// Counts a failed store call. `operation` is one of `stockclient::kStoreOperations`.
  void store_failed(std::string_view operation) noexcept;

  /// The current values.
  [[nodiscard]] std::vector<prometheus::MetricFamily> Collect() const override;

 private:
  using Counter = std::atomic<std::uint64_t>;
  Counter ledger_writes_{0};
  std::array<Counter, stockclient::kStoreOperations.size()> operations_{};
};

/// Exports the number of stored values and the age of the oldest unwritten one, which are read at
/// each scrape.
///
/// Thread-safety: every member function may be called from any thread.
class StoreGauges final : public prometheus::Collectable {
 public:
  /// Creates the gauges. `worker` must outlive them. Without a store it is null, and both are 0.
  explicit StoreGauges(const stockclient::StoreWorker* worker) : worker_(worker) {}
  /// The current values.
  [[nodiscard]] std::vector<prometheus::MetricFamily> Collect() const override;

 private:
  const stockclient::StoreWorker* worker_;
};

}  // namespace service
