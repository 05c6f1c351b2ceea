#pragma once
/// A store in PostgreSQL, which replicas share.

#include <memory>
#include <string>

#include "stockclient/store/postgres_connection.h"
#include "stockclient/store/store.h"
#include "stockclient/time/clocks.h"

namespace stockclient {

/// Location of the database, and the origin of the values.
struct PostgresStoreSettings {
  /// `postgresql://user:password@host:port/database`. Secret; never logged.
  std::string url;
  /// Upstream and entitlement of the values; see `Store`.
  std::string origin;
};

/// A store in a table that several replicas may open simultaneously. The first one creates the
/// schema, under an advisory lock. Works through pgbouncer in transaction mode.
///
/// The replicas' clocks may differ, so fetch times are kept by the database's clock: a value is
/// written with its age, and `fetched_at` is computed from its age when it is read. A value whose
/// fetch lies in the database's future has an unknown age. It is read as fetched in 1970, so that
/// it never appears younger than it is.
///
/// Thread-safety: as `Store`.
class PostgresStore final : public Store {
 public:
  /// Connects, and creates the schema if it is missing. `clocks` must outlive the store.
  [[nodiscard]] static StoreResult<std::unique_ptr<PostgresStore>> open(
      PostgresStoreSettings settings, Clocks clocks, std::stop_token stop,
      circuitbreaker::TimePoint deadline);

  /// See `Store::load`.
  [[nodiscard]] StoreResult<LoadedPage> load(const LoadCursor& after, std::size_t max_bytes,
                                             circuitbreaker::TimePoint deadline) override;
  /// See `Store::find`.
  [[nodiscard]] StoreResult<std::optional<StoredValue>> find(
      const std::string& key, circuitbreaker::TimePoint deadline) override;
  /// See `Store::put`.
  [[nodiscard]] StoreResult<void> put(std::span<const StoredValue> values,
                                      circuitbreaker::TimePoint deadline) override;
  /// See `Store::forget`.
  [[nodiscard]] StoreResult<void> forget(const std::string& key,
                                         circuitbreaker::TimePoint deadline) override;
  /// See `Store::trim`.
  [[nodiscard]] StoreResult<bool> trim(std::uint64_t max_bytes,
                                       circuitbreaker::TimePoint deadline) override;
  /// See `Store::statistics`.
  [[nodiscard]] StoreResult<StoreStatistics> statistics(
      circuitbreaker::TimePoint deadline) override;
  /// See `Store::ping`.
  [[nodiscard]] StoreResult<void> ping(circuitbreaker::TimePoint deadline) override;

 private:
  PostgresStore(PostgresStoreSettings settings, Clocks clocks,
                std::unique_ptr<PostgresConnection> connection)
      : settings_(std::move(settings)), clocks_(clocks), connection_(std::move(connection)) {}
  [[nodiscard]] StoreResult<void> prepare(circuitbreaker::TimePoint deadline);
  /// Reads a row of (encoded, age in nanoseconds, asked). Empty if it fails validation.
  [[nodiscard]] std::optional<StoredValue> read(const PostgresRows& rows, int row,
                                                std::string_view key) const;

  const PostgresStoreSettings settings_;
  const Clocks clocks_;
  std::unique_ptr<PostgresConnection> connection_;
};

}  // namespace stockclient
