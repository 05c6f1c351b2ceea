#pragma once
/// A connection to PostgreSQL whose calls have deadlines.

#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "circuitbreaker/clock.h"

#include "stockclient/store/store.h"

struct pg_conn;
struct pg_result;

namespace stockclient {

/// The result of a statement, in PostgreSQL's binary format. Copies share the rows.
class PostgresRows {
 public:
  /// Takes ownership of `result`.
  explicit PostgresRows(pg_result* result) : result_(result, &PostgresRows::clear) {}

  /// Number of rows.
  [[nodiscard]] int count() const;
  /// Reads a `bigint`.
  [[nodiscard]] std::int64_t integer(int row, int column) const;
  /// Reads a `text` or `bytea`. Valid as long as the rows.
  [[nodiscard]] std::string_view bytes(int row, int column) const;
  /// Number of rows that the statement changed.
  [[nodiscard]] std::int64_t changed() const;

 private:
  static void clear(pg_result* result);
  std::shared_ptr<pg_result> result_;
};

/// One argument of a statement.
struct PostgresArgument {
  /// The argument in text format, or the bytes of a `bytea`.
  std::string text;
  /// Whether `text` holds the bytes of a `bytea`.
  bool is_binary = false;
};

/// A connection to PostgreSQL through libpq's asynchronous functions. libpq's own timeouts do not
/// cover a server that accepts connections but does not answer, so every call polls the socket
/// until its deadline. A connection that misses a deadline or fails stays broken: all later calls
/// fail with `unavailable`.
///
/// Statements are unnamed and leave no session state, as pgbouncer in transaction mode requires.
/// Errors never contain a password.
///
/// Thread-safety: none.
class PostgresConnection {
 public:
  /// Connects to `url` (`postgresql://...`). A stop request makes this call and all later ones fail
  /// with `cancelled` within 50 ms. `clock` must outlive the connection.
  [[nodiscard]] static StoreResult<std::unique_ptr<PostgresConnection>> connect(
      const std::string& url, const circuitbreaker::Clock& clock, std::stop_token stop,
      circuitbreaker::TimePoint deadline);

  /// Runs one statement; `arguments` replace `$1`, `$2` and so on.
  [[nodiscard]] StoreResult<PostgresRows> run(const char* sql,
                                              const std::vector<PostgresArgument>& arguments,
                                              circuitbreaker::TimePoint deadline);

  /// Runs `body` in a transaction, which is rolled back after any error.
  template <class Body>
  [[nodiscard]] StoreResult<void> transaction(circuitbreaker::TimePoint deadline, Body body) {
    if (auto begun = run("BEGIN", {}, deadline); !begun) return failure(std::move(begun.error()));
    StoreResult<void> result = body();
    if (result) {
      auto ended = run("COMMIT", {}, deadline);
      if (ended) return {};
      result = failure(std::move(ended.error()));
    }
    // The rollback has a deadline of its own, so that no transaction stays open on the connection.
    static_cast<void>(run("ROLLBACK", {}, clock_.now() + kRollbackTime));
    return result;
  }

 private:
  static constexpr std::chrono::seconds kRollbackTime{1};

  struct Close {
    void operator()(pg_conn* connection) const;
  };

  PostgresConnection(pg_conn* connection, const circuitbreaker::Clock& clock, std::stop_token stop)
      : connection_(connection), clock_(clock), stop_(std::move(stop)) {}

  [[nodiscard]] static circuitbreaker::unexpected<StoreError> failure(StoreError error) {
    return circuitbreaker::unexpected<StoreError>(std::move(error));
  }
  [[nodiscard]] StoreResult<void> finish_connecting(circuitbreaker::TimePoint deadline);
  [[nodiscard]] StoreResult<void> send_all(circuitbreaker::TimePoint deadline);
  [[nodiscard]] StoreResult<void> wait_for(short events, circuitbreaker::TimePoint deadline);
  [[nodiscard]] circuitbreaker::unexpected<StoreError> lost();

  std::unique_ptr<pg_conn, Close> connection_;
  const circuitbreaker::Clock& clock_;
  std::stop_token stop_;
  bool broken_ = false;
};

}  // namespace stockclient
