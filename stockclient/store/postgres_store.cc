#include "stockclient/store/postgres_store.h"

#include <algorithm>
#include <utility>

namespace stockclient {

using circuitbreaker::TimePoint;
using circuitbreaker::unexpected;

namespace {

constexpr std::int64_t kPostgresSchemaVersion = 1;
/// Maximum rows that one call of `load` reads.
constexpr int kRowsPerPage = 500;

constexpr const char* kSchema = R"sql(
  CREATE TABLE stock_service_value (
    id bigserial PRIMARY KEY,
    origin text NOT NULL,
    key text NOT NULL,
    trading_day text NOT NULL,
    -- In nanoseconds since 1970; `fetched` by the database's clock, `asked` by the replicas'.
    fetched bigint NOT NULL,
    asked bigint NOT NULL,
    encoded bytea NOT NULL,
    UNIQUE (origin, key)
  ))sql";

/// The database's time in nanoseconds since 1970. now() would be the transaction's start.
#define DATABASE_TIME "(extract(epoch FROM clock_timestamp()) * 1000000000)::bigint"

PostgresArgument text(std::string value) {
  return {std::move(value), false};
}

PostgresArgument number(std::int64_t value) {
  return {std::to_string(value), false};
}

template <class T>
unexpected<StoreError> error_of(StoreResult<T>& result) {
  return unexpected<StoreError>(std::move(result.error()));
}

}  // namespace

StoreResult<std::unique_ptr<PostgresStore>> PostgresStore::open(PostgresStoreSettings settings,
                                                                Clocks clocks, std::stop_token stop,
                                                                TimePoint deadline) {
  auto connection =
      PostgresConnection::connect(settings.url, clocks.monotonic, std::move(stop), deadline);
  if (!connection) return error_of(connection);
  std::unique_ptr<PostgresStore> store(
      new PostgresStore(std::move(settings), clocks, std::move(*connection)));
  if (auto prepared = store->prepare(deadline); !prepared) return error_of(prepared);
  return store;
}

StoreResult<void> PostgresStore::prepare(TimePoint deadline) {
  return connection_->transaction(deadline, [&]() -> StoreResult<void> {
    const auto run = [&](const char* sql) { return connection_->run(sql, {}, deadline); };
    // Without the lock, replicas that start simultaneously would both try to create the tables.
    if (auto locked = run("SELECT pg_advisory_xact_lock(8345127750263)"); !locked) {
      return error_of(locked);
    }
    if (auto made =
            run("CREATE TABLE IF NOT EXISTS stock_service_schema (version bigint NOT NULL)");
        !made) {
      return error_of(made);
    }
    auto version = run("SELECT max(version) FROM stock_service_schema HAVING count(*) > 0");
    if (!version) return error_of(version);
    if (version->count() > 0) {
      const std::int64_t found = version->integer(0, 0);
      if (found <= kPostgresSchemaVersion) return {};
      return unexpected<StoreError>(StoreError{
          StoreError::Kind::newer_version,
          "the database has schema version " + std::to_string(found) +
              "; this program supports versions up to " + std::to_string(kPostgresSchemaVersion)});
    }
    for (const char* sql :
         {kSchema,
          "CREATE INDEX stock_service_value_by_origin_and_asked"
          " ON stock_service_value (origin, asked, id)",
          "CREATE INDEX stock_service_value_by_asked ON stock_service_value (asked, id)",
          "INSERT INTO stock_service_schema VALUES (1)"}) {
      if (auto made = run(sql); !made) return error_of(made);
    }
    return {};
  });
}

std::optional<StoredValue> PostgresStore::read(const PostgresRows& rows, int row,
                                               std::string_view key) const {
  auto value = decode(rows.bytes(row, 0));
  if (!value || value->key != key) return std::nullopt;
  const std::int64_t age = rows.integer(row, 1);
  value->fetched_at = age < 0 ? WallTime() : clocks_.wall.now() - std::chrono::nanoseconds(age);
  value->asked_at = wall_time_of(rows.integer(row, 2));
  return *std::move(value);
}

StoreResult<LoadedPage> PostgresStore::load(const LoadCursor& after, std::size_t max_bytes,
                                            TimePoint deadline) {
  auto rows = connection_->run("SELECT encoded, " DATABASE_TIME
                               " - fetched, asked, id, key FROM stock_service_value"
                               " WHERE origin = $1 AND (asked, id) < ($2::bigint, $3::bigint)"
                               " ORDER BY asked DESC, id DESC LIMIT $4::bigint",
                               {text(settings_.origin), number(after.asked_before),
                                number(after.row_before), number(kRowsPerPage)},
                               deadline);
  if (!rows) return error_of(rows);
  LoadedPage page;
  std::size_t bytes = 0;
  int row = 0;
  for (; row < rows->count() && bytes < max_bytes; ++row) {
    bytes += rows->bytes(row, 0).size();
    page.next = LoadCursor{rows->integer(row, 2), rows->integer(row, 3)};
    if (auto value = read(*rows, row, rows->bytes(row, 4))) {
      page.values.push_back(*std::move(value));
    } else {
      ++page.invalid_rows;
    }
  }
  if (row == rows->count() && row < kRowsPerPage) page.next.reset();
  return page;
}

StoreResult<std::optional<StoredValue>> PostgresStore::find(const std::string& key,
                                                            TimePoint deadline) {
  auto rows = connection_->run("SELECT encoded, " DATABASE_TIME
                               " - fetched, asked FROM stock_service_value"
                               " WHERE origin = $1 AND key = $2",
                               {text(settings_.origin), text(key)}, deadline);
  if (!rows) return error_of(rows);
  if (rows->count() == 0) return std::optional<StoredValue>();
  return read(*rows, 0, key);
}

StoreResult<void> PostgresStore::put(std::span<const StoredValue> values, TimePoint deadline) {
  return connection_->transaction(deadline, [&]() -> StoreResult<void> {
    const WallTime now = clocks_.wall.now();
    for (const StoredValue& value : values) {
      // The conditions implement `is_newer`.
      auto written = connection_->run(
          "INSERT INTO stock_service_value AS stored"
          " (origin, key, trading_day, fetched, asked, encoded)"
          " VALUES ($1, $2, $3, " DATABASE_TIME
          " - $4::bigint, $5::bigint, $6)"
          " ON CONFLICT (origin, key) DO UPDATE"
          " SET trading_day = excluded.trading_day, fetched = excluded.fetched,"
          " asked = greatest(stored.asked, excluded.asked), encoded = excluded.encoded"
          " WHERE $7::bigint = 1 OR stored.fetched > " DATABASE_TIME
          " OR (excluded.trading_day COLLATE \"C\", excluded.fetched)"
          " > (stored.trading_day COLLATE \"C\", stored.fetched)",
          {text(settings_.origin),
           text(value.key),
           text(value.trading_day),
           number((now - value.fetched_at).count()),
           number(nanoseconds_of(value.asked_at)),
           {encode(value), true},
           number(value.corrects ? 1 : 0)},
          deadline);
      if (!written) return error_of(written);
      if (written->changed() > 0) continue;
      auto touched = connection_->run(
          "UPDATE stock_service_value SET asked = $3::bigint"
          " WHERE origin = $1 AND key = $2 AND asked < $3::bigint",
          {text(settings_.origin), text(value.key), number(nanoseconds_of(value.asked_at))},
          deadline);
      if (!touched) return error_of(touched);
    }
    return {};
  });
}

StoreResult<void> PostgresStore::forget(const std::string& key, TimePoint deadline) {
  auto done = connection_->run("DELETE FROM stock_service_value WHERE origin = $1 AND key = $2",
                               {text(settings_.origin), text(key)}, deadline);
  if (!done) return error_of(done);
  return {};
}

StoreResult<bool> PostgresStore::trim(std::uint64_t max_bytes, TimePoint deadline) {
  auto statistics_now = statistics(deadline);
  if (!statistics_now) return error_of(statistics_now);
  if (statistics_now->bytes <= max_bytes) return false;
  auto done = connection_->run(
      "DELETE FROM stock_service_value WHERE id IN"
      " (SELECT id FROM stock_service_value ORDER BY asked, id LIMIT $1::bigint)",
      {number(kRowsPerTrim)}, deadline);
  if (!done) return error_of(done);
  return done->changed() > 0;
}

StoreResult<StoreStatistics> PostgresStore::statistics(TimePoint deadline) {
  // The size of the live rows, because the table shrinks only when the database vacuums it.
  auto rows = connection_->run(
      "SELECT count(*) FILTER (WHERE origin = $1),"
      " coalesce(sum(octet_length(encoded) + octet_length(key) + 128), 0)::bigint"
      " FROM stock_service_value",
      {text(settings_.origin)}, deadline);
  if (!rows) return error_of(rows);
  return StoreStatistics{static_cast<std::uint64_t>(rows->integer(0, 0)),
                         static_cast<std::uint64_t>(rows->integer(0, 1)), std::nullopt};
}

StoreResult<void> PostgresStore::ping(TimePoint deadline) {
  // This writes nothing but needs write access, so a read-only standby rejects it.
  auto done = connection_->run("DELETE FROM stock_service_value WHERE false", {}, deadline);
  if (!done) return error_of(done);
  return {};
}

}  // namespace stockclient
