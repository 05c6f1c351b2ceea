#pragma once
/// The store of values as a dependency of the service.

#include <chrono>
#include <memory>
#include <string>

#include "circuitbreaker/circuit_breaker.h"

#include "service/metrics/store_metrics.h"
#include "service/operations/dependencies.h"
#include "service/settings/settings.h"
#include "stockclient/stored_values.h"
#include "stockclient/time/clocks.h"

namespace service {

class Log;

/// Opens the configured store in the background, protects it with the breaker `database`, logs its
/// failures and recoveries, and restores its values into a stock client.
///
///     ValueStore store(settings, clocks, log, error_metrics);
///     StockClient client(..., {.sources = {&store.values()}});
///     store.load_into(client);
///     ...
///     store.stop_loading();  // before the client is destroyed
///
/// Thread-safety: every member function may be called from any thread.
class ValueStore final : private stockclient::StoreObserver {
 public:
  /// Starts the store's thread, which retries until the store can be opened. Precondition:
  /// `stores_values(settings)`. `clocks`, `log` and `metrics` must outlive the store.
  ValueStore(const ServiceSettings& settings, stockclient::Clocks clocks, Log& log,
             StoreErrorMetrics& metrics);
  /// Writes the pending values, within the time limit of one store call.
  ~ValueStore() override;
  ValueStore(const ValueStore&) = delete;
  ValueStore& operator=(const ValueStore&) = delete;

  /// The store as a value source of the stock client.
  [[nodiscard]] stockclient::ValueSource& values() noexcept { return values_; }
  /// The store's thread, for metrics.
  [[nodiscard]] const stockclient::StoreWorker& worker() const noexcept { return worker_; }
  /// Waits, for at most five seconds, until the store has been opened or opening it has failed. The
  /// store finds no values before it is open, so the service becomes ready only after this call.
  void wait_until_opened() { worker_.wait_until_opened(std::chrono::seconds(5)); }
  /// Loads the stored values into the client's memory, in the background.
  void load_into(stockclient::StockClient& client) { values_.load_into(client); }
  /// Ends loading. When this returns, the client is no longer used.
  void stop_loading() { worker_.stop_loading(); }

  /// Applies the settings that can change at run time.
  void reconfigure(const ServiceSettings& settings);
  /// The store's entry in the list of dependencies. Must not outlive the store.
  [[nodiscard]] Dependency dependency();

 private:
  void store_failed(std::string_view operation,
                    const stockclient::StoreError& error) noexcept override;
  void store_recovered() noexcept override;

  Log& log_;
  StoreErrorMetrics& metrics_;
  circuitbreaker::CircuitBreaker breaker_;
  /// Kind of the last error that was logged. Only the store's thread uses it.
  std::string logged_error_;
  stockclient::StoreWorker worker_;
  stockclient::StoredValues values_;
};

}  // namespace service
