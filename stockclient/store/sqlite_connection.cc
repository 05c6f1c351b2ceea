#include "stockclient/store/sqlite_connection.h"

#include <sqlite3.h>
#include <utility>

namespace stockclient {

using circuitbreaker::unexpected;

namespace {

/// Virtual-machine instructions between two checks of the deadline; a few microseconds.
constexpr int kInstructionsPerCheck = 1000;

StoreError::Kind kind_of(int result) {
  switch (result & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return StoreError::Kind::locked;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return StoreError::Kind::corrupt;
    case SQLITE_FULL:
      return StoreError::Kind::full;
    case SQLITE_INTERRUPT:
      return StoreError::Kind::timeout;
    default:
      return StoreError::Kind::unavailable;
  }
}

}  // namespace

SqliteConnection::Statement::Statement(SqliteConnection& connection, const char* sql)
    : connection_(connection) {
  result_ = sqlite3_prepare_v2(connection.database_, sql, -1, &statement_, nullptr);
}

SqliteConnection::Statement::~Statement() {
  sqlite3_finalize(statement_);
}

SqliteConnection::Statement& SqliteConnection::Statement::bind(int index, std::int64_t value) {
  if (result_ == SQLITE_OK) result_ = sqlite3_bind_int64(statement_, index, value);
  return *this;
}

SqliteConnection::Statement& SqliteConnection::Statement::bind(int index, std::string_view text) {
  if (result_ == SQLITE_OK) {
    result_ = sqlite3_bind_text64(statement_, index, text.data(), text.size(), SQLITE_STATIC,
                                  SQLITE_UTF8);
  }
  return *this;
}

SqliteConnection::Statement& SqliteConnection::Statement::bind_blob(int index,
                                                                    std::string_view bytes) {
  if (result_ == SQLITE_OK) {
    result_ = sqlite3_bind_blob64(statement_, index, bytes.data(), bytes.size(), SQLITE_STATIC);
  }
  return *this;
}

StoreResult<bool> SqliteConnection::Statement::step() {
  // SQLite checks the deadline only every `kInstructionsPerCheck` instructions.
  if (result_ == SQLITE_OK && out_of_time(&connection_) != 0) result_ = SQLITE_INTERRUPT;
  if (result_ == SQLITE_OK) result_ = sqlite3_step(statement_);
  if (result_ == SQLITE_ROW) {
    result_ = SQLITE_OK;
    return true;
  }
  if (result_ == SQLITE_DONE) return false;
  return unexpected<StoreError>(connection_.error_of(result_));
}

std::int64_t SqliteConnection::Statement::integer(int column) const {
  return sqlite3_column_int64(statement_, column);
}

std::string_view SqliteConnection::Statement::bytes(int column) const {
  const void* data = sqlite3_column_blob(statement_, column);
  const int size = sqlite3_column_bytes(statement_, column);
  return {static_cast<const char*>(data), static_cast<std::size_t>(size)};
}

SqliteConnection::SqliteConnection(const circuitbreaker::Clock& clock, std::stop_token stop)
    : clock_(clock), stop_(std::move(stop)) {}

SqliteConnection::~SqliteConnection() {
  sqlite3_close(database_);
}

StoreResult<void> SqliteConnection::open(const std::filesystem::path& file) {
  // Only one thread uses the connection, so SQLite's mutex is unnecessary.
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX;
  const int result = sqlite3_open_v2(file.c_str(), &database_, flags, nullptr);
  if (result != SQLITE_OK) return unexpected<StoreError>(error_of(result));
  sqlite3_extended_result_codes(database_, 1);
  sqlite3_progress_handler(database_, kInstructionsPerCheck, &SqliteConnection::out_of_time, this);
  // Closing must not apply the write-ahead log to a file that turns out not to be ours.
  sqlite3_db_config(database_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  return run("PRAGMA locking_mode=EXCLUSIVE; PRAGMA mmap_size=0");
}

StoreResult<void> SqliteConnection::take_over() {
  sqlite3_db_config(database_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, nullptr);
  if (auto done = run("PRAGMA auto_vacuum=INCREMENTAL; PRAGMA journal_mode=WAL;"
                      "PRAGMA synchronous=FULL");
      !done) {
    return done;
  }
  return run("BEGIN IMMEDIATE; COMMIT");
}

StoreResult<void> SqliteConnection::run(const char* sql) {
  const int result = sqlite3_exec(database_, sql, nullptr, nullptr, nullptr);
  if (result == SQLITE_OK) return {};
  return unexpected<StoreError>(error_of(result));
}

StoreResult<std::int64_t> SqliteConnection::number(const char* sql) {
  Statement query(*this, sql);
  auto row = query.step();
  if (!row) return unexpected<StoreError>(std::move(row.error()));
  return *row ? query.integer(0) : 0;
}

StoreError SqliteConnection::error_of(int result) {
  if ((result & 0xff) == SQLITE_INTERRUPT && stop_.stop_requested()) {
    return {StoreError::Kind::cancelled, "the store is closing"};
  }
  if (result == SQLITE_INTERRUPT) {
    return {StoreError::Kind::timeout, "the database did not finish the call in time"};
  }
  if (kind_of(result) == StoreError::Kind::corrupt) is_damaged_ = true;
  const char* const text = database_ != nullptr ? sqlite3_errmsg(database_) : nullptr;
  return {kind_of(result), text != nullptr ? text : sqlite3_errstr(result)};
}

int SqliteConnection::out_of_time(void* self) {
  const auto* connection = static_cast<const SqliteConnection*>(self);
  const bool out =
      connection->stop_.stop_requested() || connection->clock_.now() >= connection->deadline_;
  return out ? 1 : 0;
}

}  // namespace stockclient
