#pragma once
/// A connection to an SQLite database. Every call has a deadline.

#include <cstdint>
#include <filesystem>
#include <stop_token>
#include <string_view>

#include "circuitbreaker/clock.h"

#include "stockclient/store/store.h"

struct sqlite3;
struct sqlite3_stmt;

namespace stockclient {

/// Translates SQLite's errors to `StoreError`. A statement is interrupted at the deadline and by a
/// stop request, within microseconds unless it waits for the disk.
///
///     SqliteConnection connection(clock, stop);
///     const SqliteConnection::DeadlineScope scope(connection, deadline);
///     if (auto opened = connection.open(file); !opened) return opened.error();
///     auto rows = connection.number("SELECT count(*) FROM value");
///
/// Thread-safety: none.
class SqliteConnection {
 public:
  /// A prepared statement, which is bound, stepped, and finalized by its destructor. The first
  /// error is reported by `step`. Must not outlive the connection.
  class Statement {
   public:
    /// Compiles one statement.
    Statement(SqliteConnection& connection, const char* sql);
    ~Statement();
    Statement(const Statement&) = delete;
    Statement& operator=(const Statement&) = delete;

    /// Binds an integer to the parameter `index`, counted from 1.
    Statement& bind(int index, std::int64_t value);
    /// Binds a text, which must live until the statement has been stepped.
    Statement& bind(int index, std::string_view text);
    /// Binds bytes, which must live until the statement has been stepped.
    Statement& bind_blob(int index, std::string_view bytes);
    /// Moves to the next row. False after the last one.
    [[nodiscard]] StoreResult<bool> step();
    /// The integer in a column of the row, counted from 0.
    [[nodiscard]] std::int64_t integer(int column) const;
    /// The text or bytes in a column of the row. Valid until the next step.
    [[nodiscard]] std::string_view bytes(int column) const;

   private:
    SqliteConnection& connection_;
    sqlite3_stmt* statement_ = nullptr;
    int result_ = 0;
  };

  /// Sets the deadline of all statements during its lifetime. Must not outlive the connection.
  class DeadlineScope {
   public:
    /// Begins the deadline.
    DeadlineScope(SqliteConnection& connection, circuitbreaker::TimePoint deadline)
        : connection_(connection) {
      connection_.deadline_ = deadline;
    }
    ~DeadlineScope() { connection_.deadline_ = circuitbreaker::TimePoint::max(); }
    DeadlineScope(const DeadlineScope&) = delete;
    DeadlineScope& operator=(const DeadlineScope&) = delete;

   private:
    SqliteConnection& connection_;
  };

  /// A connection to no file yet. `clock` must outlive it.
  SqliteConnection(const circuitbreaker::Clock& clock, std::stop_token stop);
  ~SqliteConnection();
  SqliteConnection(const SqliteConnection&) = delete;
  SqliteConnection& operator=(const SqliteConnection&) = delete;

  /// Opens an existing file without changing it, not even by its write-ahead log when it is closed.
  [[nodiscard]] StoreResult<void> open(const std::filesystem::path& file);
  /// Takes the file's lock, which is held until the connection is closed, and configures the
  /// journal. This changes the file, so it must be known to be ours.
  [[nodiscard]] StoreResult<void> take_over();
  /// Runs statements that return no rows.
  [[nodiscard]] StoreResult<void> run(const char* sql);
  /// The integer that a query returns; 0 if it returns no row.
  [[nodiscard]] StoreResult<std::int64_t> number(const char* sql);

  /// Runs `body` in a transaction, which is rolled back after any error.
  template <class Body>
  [[nodiscard]] StoreResult<void> transaction(Body body) {
    if (auto begun = run("BEGIN IMMEDIATE"); !begun) return begun;
    StoreResult<void> result = body();
    if (result) result = run("COMMIT");
    if (!result) {
      // The rollback must run even if the deadline has passed.
      const DeadlineScope unlimited(*this, circuitbreaker::TimePoint::max());
      static_cast<void>(run("ROLLBACK"));
    }
    return result;
  }

  /// Whether a statement has found the database damaged.
  [[nodiscard]] bool is_damaged() const { return is_damaged_; }

 private:
  static int out_of_time(void* self);
  [[nodiscard]] StoreError error_of(int result);

  const circuitbreaker::Clock& clock_;
  sqlite3* database_ = nullptr;
  circuitbreaker::TimePoint deadline_ = circuitbreaker::TimePoint::max();
  std::stop_token stop_;
  bool is_damaged_ = false;
};

}  // namespace stockclient
