#pragma once
/// A value source backed by a store.

#include <atomic>
#include <memory>
#include <optional>
#include <string>

#include "stockclient/cache/value_source.h"
#include "stockclient/stock_client.h"
#include "stockclient/store/store_worker.h"
#include "stockclient/time/clocks.h"

namespace stockclient {

/// Settings of a `StoredValues`.
struct StoredValuesSettings {
  /// Longest time for which a flight waits for a stored value.
  circuitbreaker::Duration find_wait = std::chrono::milliseconds(100);
  /// Longest time for which a symbol's first answer waits until its value is durable.
  circuitbreaker::Duration first_value_wait = std::chrono::milliseconds(50);
  /// The current boot of this machine; see `stockclient::boot_id`.
  std::string boot_id;
  /// The source that is reported for restored records.
  Source source = Source::alpha_vantage;
};

/// The kernel's identifier of the current boot; empty if it cannot be read.
[[nodiscard]] std::string boot_id();

/// Keeps values in a store and restores them after a restart.
///
/// A value is stored as the upstream's bytes, which are validated and parsed like an upstream
/// answer when they are read. Within one boot of the machine, a value's age is measured by the
/// boot-time clock. Otherwise it is the time from the fetch to the current wall-clock time, or to
/// the latest wall-clock time on record if that is later, so a clock that was set back makes no
/// value appear younger. A value that was fetched in the future has an unknown age and counts as
/// fetched in 1970.
///
///     StoredValues stored(worker, system_clocks(), {.boot_id = boot_id()});
///     StockClient client(..., {.sources = {&stored}});
///     stored.load_into(client);
///
/// Thread-safety: every member function may be called from any thread.
class StoredValues final : public ValueSource {
 public:
  /// Creates the source. `worker` and the clocks must outlive it.
  StoredValues(StoreWorker& worker, Clocks clocks, StoredValuesSettings settings)
      : worker_(worker), clocks_(clocks), settings_(std::move(settings)) {}

  /// See `ValueSource::find`.
  [[nodiscard]] std::optional<Value> find(const Query& query) noexcept override;
  /// See `ValueSource::put`.
  void put(const Query& query, const Value& value, bool is_first) noexcept override;
  /// See `ValueSource::forget`.
  void forget(const Query& query) noexcept override;
  /// See `ValueSource::obstacle`.
  [[nodiscard]] std::optional<Failure> obstacle() noexcept override;

  /// Sets whether flights fail with `dependency_open` while the store's breaker is open. By
  /// default, they continue without the store.
  void set_fail_fast(bool fail_fast) noexcept { fail_fast_.store(fail_fast); }

  /// Loads the store's values into the client's memory, in the background, until the memory is
  /// full. Call `StoreWorker::stop_loading` before the client is destroyed.
  void load_into(StockClient& client);

 private:
  /// The query and its value; empty if the stored bytes are not a usable answer.
  [[nodiscard]] std::optional<std::pair<Query, Value>> restore(const StoredValue& stored) const;
  [[nodiscard]] BootTime fetched(const StoredValue& stored) const;

  StoreWorker& worker_;
  const Clocks clocks_;
  const StoredValuesSettings settings_;
  std::atomic<bool> fail_fast_{false};
};

}  // namespace stockclient
