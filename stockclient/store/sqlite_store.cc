#include "stockclient/store/sqlite_store.h"

#include <array>
#include <cerrno>
#include <ctime>
#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace stockclient {

using circuitbreaker::TimePoint;
using circuitbreaker::unexpected;

namespace {

/// "SQSV", which distinguishes this program's files from other databases.
constexpr int kApplicationId = 0x53515356;
/// Virtual-machine instructions between two checks of the deadline; a few microseconds.
constexpr int kInstructionsPerCheck = 1000;
/// Maximum rows that one call of `trim` removes.
constexpr int kRowsPerTrim = 200;
/// Returns at most 64 free pages to the file system.
constexpr const char* kVacuum = "PRAGMA incremental_vacuum(64)";
/// Includes the check of the whole file after a crash.
constexpr std::chrono::seconds kOpenTimeout{30};

constexpr const char* kFirstSchema = R"sql(
  CREATE TABLE value (
    id INTEGER PRIMARY KEY,
    origin TEXT NOT NULL,
    key TEXT NOT NULL,
    trading_day TEXT NOT NULL,
    fetched INTEGER NOT NULL,
    asked INTEGER NOT NULL,
    encoded BLOB NOT NULL,
    UNIQUE (origin, key)
  ) STRICT;
  CREATE INDEX value_by_origin_and_asked ON value (origin, asked, id);
  CREATE INDEX value_by_asked ON value (asked);
  CREATE TABLE state (name TEXT PRIMARY KEY, number INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  INSERT INTO state VALUES ('highest_wall_time', 0), ('closed_cleanly', 1);
)sql";

/// The statements that migrate each schema version to the next one.
constexpr std::array kMigrations{kFirstSchema};
constexpr std::int64_t kSchemaVersion = kMigrations.size();

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

StoreError error(StoreError::Kind kind, std::string detail) {
  return {kind, std::move(detail)};
}

std::int64_t nanoseconds_of(WallTime time) {
  return time.time_since_epoch().count();
}

std::string utc_stamp(WallTime time) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(
      std::chrono::time_point_cast<std::chrono::system_clock::duration>(time));
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char text[32];
  std::strftime(text, sizeof text, "%Y%m%dT%H%M%SZ", &parts);
  return text;
}

/// Creates the file with mode 0600, which SQLite copies to the write-ahead log.
StoreResult<void> create_private_file(const std::filesystem::path& file) {
  std::error_code failed;
  if (file.has_parent_path()) std::filesystem::create_directories(file.parent_path(), failed);
  if (!failed) {
    const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (descriptor >= 0) {
      ::close(descriptor);
      return {};
    }
    failed = std::error_code(errno, std::generic_category());
  }
  return unexpected<StoreError>(error(StoreError::Kind::unavailable,
                                      "cannot open " + file.string() + ": " + failed.message()));
}

/// An unused name, so that files that were damaged earlier are kept.
std::filesystem::path name_for_damaged(const std::filesystem::path& file, WallTime now) {
  const std::string name = file.string() + ".corrupt-" + utc_stamp(now);
  std::filesystem::path free = name;
  for (int n = 2; std::filesystem::exists(free); ++n) free = name + "-" + std::to_string(n);
  return free;
}

}  // namespace

/// An SQLite connection. Translates SQLite's errors to `StoreError`.
class SqliteStore::Database {
 public:
  /// A prepared statement, which is bound, stepped, and finalized by its destructor.
  class Statement {
   public:
    Statement(Database& connection, const char* sql) : connection_(connection) {
      result_ = sqlite3_prepare_v2(connection.database_, sql, -1, &statement_, nullptr);
    }
    ~Statement() { sqlite3_finalize(statement_); }
    Statement(const Statement&) = delete;
    Statement& operator=(const Statement&) = delete;

    Statement& bind(int index, std::int64_t value) {
      if (result_ == SQLITE_OK) result_ = sqlite3_bind_int64(statement_, index, value);
      return *this;
    }
    Statement& bind(int index, std::string_view text) {
      if (result_ == SQLITE_OK) {
        result_ = sqlite3_bind_text64(statement_, index, text.data(), text.size(), SQLITE_STATIC,
                                      SQLITE_UTF8);
      }
      return *this;
    }
    Statement& bind_blob(int index, std::string_view bytes) {
      if (result_ == SQLITE_OK) {
        result_ = sqlite3_bind_blob64(statement_, index, bytes.data(), bytes.size(), SQLITE_STATIC);
      }
      return *this;
    }
    /// Moves to the next row. False after the last one.
    [[nodiscard]] StoreResult<bool> step() {
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
    [[nodiscard]] std::int64_t integer(int column) const {
      return sqlite3_column_int64(statement_, column);
    }
    /// Valid until the next step.
    [[nodiscard]] std::string_view bytes(int column) const {
      const void* data = sqlite3_column_blob(statement_, column);
      const int size = sqlite3_column_bytes(statement_, column);
      return {static_cast<const char*>(data), static_cast<std::size_t>(size)};
    }

   private:
    Database& connection_;
    sqlite3_stmt* statement_ = nullptr;
    int result_ = SQLITE_OK;
  };

  /// Sets the deadline of all statements during its lifetime.
  class DeadlineScope {
   public:
    DeadlineScope(Database& connection, TimePoint deadline) : connection_(connection) {
      connection_.deadline_ = deadline;
    }
    ~DeadlineScope() { connection_.deadline_ = TimePoint::max(); }
    DeadlineScope(const DeadlineScope&) = delete;
    DeadlineScope& operator=(const DeadlineScope&) = delete;

   private:
    Database& connection_;
  };

  Database(const circuitbreaker::Clock& clock, std::stop_token stop)
      : clock_(clock), stop_(std::move(stop)) {}
  ~Database() { sqlite3_close(database_); }
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  [[nodiscard]] StoreResult<void> open(const std::filesystem::path& file) {
    // Only one thread uses the connection, so SQLite's mutex is unnecessary.
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX;
    const int result = sqlite3_open_v2(file.c_str(), &database_, flags, nullptr);
    if (result != SQLITE_OK) return unexpected<StoreError>(error_of(result));
    sqlite3_extended_result_codes(database_, 1);
    sqlite3_progress_handler(database_, kInstructionsPerCheck, &Database::out_of_time, this);
    // Closing must not apply the write-ahead log to a file that turns out not to be ours.
    sqlite3_db_config(database_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    return run("PRAGMA locking_mode=EXCLUSIVE; PRAGMA mmap_size=0");
  }

  /// Takes the file's lock, which is held until the connection is closed, and configures the
  /// journal. This changes the file, so it must be known to be ours.
  [[nodiscard]] StoreResult<void> take_over() {
    sqlite3_db_config(database_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, nullptr);
    if (auto done = run("PRAGMA auto_vacuum=INCREMENTAL; PRAGMA journal_mode=WAL;"
                        "PRAGMA synchronous=FULL");
        !done) {
      return done;
    }
    return run("BEGIN IMMEDIATE; COMMIT");
  }

  [[nodiscard]] StoreResult<void> run(const char* sql) {
    const int result = sqlite3_exec(database_, sql, nullptr, nullptr, nullptr);
    if (result == SQLITE_OK) return {};
    return unexpected<StoreError>(error_of(result));
  }

  [[nodiscard]] StoreResult<std::int64_t> number(const char* sql) {
    Statement query(*this, sql);
    auto row = query.step();
    if (!row) return unexpected<StoreError>(std::move(row.error()));
    return *row ? query.integer(0) : 0;
  }

  /// Runs `body` in a transaction, which is rolled back after any error.
  template <class Body>
  [[nodiscard]] StoreResult<void> transaction(Body body) {
    if (auto begun = run("BEGIN IMMEDIATE"); !begun) return begun;
    StoreResult<void> result = body();
    if (result) result = run("COMMIT");
    if (!result) {
      // The rollback must run even if the deadline has passed.
      const DeadlineScope unlimited(*this, TimePoint::max());
      static_cast<void>(run("ROLLBACK"));
    }
    return result;
  }

  /// Whether a statement has found the database damaged.
  [[nodiscard]] bool is_damaged() const { return is_damaged_; }

  [[nodiscard]] StoreError error_of(int result) {
    if ((result & 0xff) == SQLITE_INTERRUPT && stop_.stop_requested()) {
      return error(StoreError::Kind::cancelled, "the store is closing");
    }
    if (result == SQLITE_INTERRUPT) {
      return error(StoreError::Kind::timeout, "the database did not finish the call in time");
    }
    if (kind_of(result) == StoreError::Kind::corrupt) is_damaged_ = true;
    const char* const text = database_ != nullptr ? sqlite3_errmsg(database_) : nullptr;
    return error(kind_of(result), text != nullptr ? text : sqlite3_errstr(result));
  }

 private:
  static int out_of_time(void* self) {
    const auto* connection = static_cast<const Database*>(self);
    const bool out =
        connection->stop_.stop_requested() || connection->clock_.now() >= connection->deadline_;
    return out ? 1 : 0;
  }

  const circuitbreaker::Clock& clock_;
  sqlite3* database_ = nullptr;
  TimePoint deadline_ = TimePoint::max();
  std::stop_token stop_;
  bool is_damaged_ = false;
};

SqliteStore::SqliteStore(SqliteStoreSettings settings, Clocks clocks,
                         std::unique_ptr<Database> connection)
    : settings_(std::move(settings)), clocks_(clocks), connection_(std::move(connection)) {}

SqliteStore::~SqliteStore() {
  // Damage that a call has found must be looked for when the file is opened again.
  if (!prepared_ || connection_->is_damaged()) return;
  static_cast<void>(connection_->run("UPDATE state SET number = 1 WHERE name = 'closed_cleanly'"));
}

StoreResult<std::unique_ptr<SqliteStore>> SqliteStore::open(
    const SqliteStoreSettings& settings, Clocks clocks, std::stop_token stop,
    const std::function<void(const std::filesystem::path&)>& damaged) {
  auto opened = open_once(settings, clocks, stop);
  if (opened || opened.error().kind != StoreError::Kind::corrupt) return opened;

  const auto kept = name_for_damaged(settings.file, clocks.wall.now());
  std::error_code failed;
  std::filesystem::rename(settings.file, kept, failed);
  if (failed) return opened;
  // The write-ahead log may hold the damaged file's last commits, and must not be applied to the
  // new file. Either of the two files may be missing.
  std::error_code ignored;
  for (const char* suffix : {"-wal", "-shm"}) {
    std::filesystem::rename(settings.file.string() + suffix, kept.string() + suffix, ignored);
  }
  if (damaged) damaged(kept);
  return open_once(settings, clocks, std::move(stop));
}

StoreResult<std::unique_ptr<SqliteStore>> SqliteStore::open_once(
    const SqliteStoreSettings& settings, const Clocks& clocks, std::stop_token stop) {
  if (auto created = create_private_file(settings.file); !created) {
    return unexpected<StoreError>(std::move(created.error()));
  }
  auto connection = std::make_unique<Database>(clocks.monotonic, std::move(stop));
  Database& database = *connection;
  std::unique_ptr<SqliteStore> store(new SqliteStore(settings, clocks, std::move(connection)));
  // Declared after the store, so that it ends before the connection that it refers to.
  const Database::DeadlineScope scope(database, clocks.monotonic.now() + kOpenTimeout);
  if (auto opened = database.open(settings.file); !opened) {
    return unexpected<StoreError>(std::move(opened.error()));
  }
  auto identity = identify(settings.file);
  if (!identity) return unexpected<StoreError>(std::move(identity.error()));
  store->identity_ = *identity;
  if (auto prepared = store->prepare(); !prepared) {
    return unexpected<StoreError>(std::move(prepared.error()));
  }
  return store;
}

StoreResult<void> SqliteStore::prepare() {
  const auto application = connection_->number("PRAGMA application_id");
  if (!application) return unexpected<StoreError>(application.error());
  const auto version = connection_->number("PRAGMA user_version");
  if (!version) return unexpected<StoreError>(version.error());
  const auto tables = connection_->number("SELECT count(*) FROM sqlite_schema");
  if (!tables) return unexpected<StoreError>(tables.error());
  if (*application != kApplicationId && (*version != 0 || *tables != 0)) {
    return unexpected<StoreError>(
        error(StoreError::Kind::unavailable,
              settings_.file.string() + " is the database of another program"));
  }
  if (*version > kSchemaVersion) {
    return unexpected<StoreError>(
        error(StoreError::Kind::newer_version,
              settings_.file.string() + " has schema version " + std::to_string(*version) +
                  "; this program supports versions up to " + std::to_string(kSchemaVersion)));
  }
  if (auto taken = connection_->take_over(); !taken) return taken;
  if (auto migrated = migrate(*version); !migrated) return migrated;

  const auto clean = connection_->number("SELECT number FROM state WHERE name = 'closed_cleanly'");
  if (!clean) return unexpected<StoreError>(clean.error());
  if (*clean == 0) {
    Database::Statement check(*connection_, "PRAGMA quick_check(1)");
    const auto row = check.step();
    if (!row) return unexpected<StoreError>(row.error());
    if (!*row || check.bytes(0) != "ok") {
      return unexpected<StoreError>(
          error(StoreError::Kind::corrupt, "the integrity check found damage"));
    }
  }
  auto marked = connection_->run("UPDATE state SET number = 0 WHERE name = 'closed_cleanly'");
  prepared_ = marked.has_value();
  return marked;
}

StoreResult<void> SqliteStore::migrate(std::int64_t version) {
  if (version == kSchemaVersion) return {};
  return connection_->transaction([&]() -> StoreResult<void> {
    for (auto next = static_cast<std::size_t>(version); next < kMigrations.size(); ++next) {
      if (auto done = connection_->run(kMigrations[next]); !done) return done;
    }
    const std::string stamp = "PRAGMA application_id = " + std::to_string(kApplicationId) +
                              "; PRAGMA user_version = " + std::to_string(kSchemaVersion);
    return connection_->run(stamp.c_str());
  });
}

StoreResult<SqliteStore::FileIdentity> SqliteStore::identify(const std::filesystem::path& file) {
  struct stat status {};
  if (::stat(file.c_str(), &status) == 0) return FileIdentity{status.st_dev, status.st_ino};
  const std::error_code failed(errno, std::generic_category());
  return unexpected<StoreError>(
      error(StoreError::Kind::unavailable, file.string() + ": " + failed.message()));
}

StoreResult<void> SqliteStore::check_file() const {
  const auto identity = identify(settings_.file);
  if (!identity) return unexpected<StoreError>(identity.error());
  if (*identity == identity_) return {};
  return unexpected<StoreError>(
      error(StoreError::Kind::unavailable, settings_.file.string() + " was replaced while in use"));
}

StoreResult<LoadedPage> SqliteStore::load(const LoadCursor& after, std::size_t max_bytes,
                                          TimePoint deadline) {
  const Database::DeadlineScope scope(*connection_, deadline);
  Database::Statement rows(*connection_,
                           "SELECT id, asked, encoded, key FROM value"
                           " WHERE origin = ?1 AND (asked, id) < (?2, ?3)"
                           " ORDER BY asked DESC, id DESC");
  rows.bind(1, settings_.origin).bind(2, after.asked_before).bind(3, after.row_before);
  LoadedPage page;
  std::size_t read = 0;
  while (read < max_bytes) {
    auto row = rows.step();
    if (!row) return unexpected<StoreError>(std::move(row.error()));
    if (!*row) return page;
    page.next = LoadCursor{rows.integer(1), rows.integer(0)};
    read += rows.bytes(2).size();
    auto value = decode(rows.bytes(2));
    if (value && value->key == rows.bytes(3)) {
      value->asked_at = WallTime(std::chrono::nanoseconds(rows.integer(1)));
      page.values.push_back(std::move(*value));
    } else {
      ++page.invalid_rows;
    }
  }
  return page;
}

StoreResult<std::optional<StoredValue>> SqliteStore::find(const std::string& key,
                                                          TimePoint deadline) {
  const Database::DeadlineScope scope(*connection_, deadline);
  Database::Statement rows(*connection_,
                           "SELECT asked, encoded FROM value WHERE origin = ?1 AND key = ?2");
  rows.bind(1, settings_.origin).bind(2, key);
  auto row = rows.step();
  if (!row) return unexpected<StoreError>(std::move(row.error()));
  if (!*row) return std::optional<StoredValue>();
  auto value = decode(rows.bytes(1));
  if (!value || value->key != key) return std::optional<StoredValue>();
  value->asked_at = WallTime(std::chrono::nanoseconds(rows.integer(0)));
  return std::optional<StoredValue>(std::move(*value));
}

StoreResult<void> SqliteStore::put(std::span<const StoredValue> values, TimePoint deadline) {
  const Database::DeadlineScope scope(*connection_, deadline);
  if (auto present = check_file(); !present) return present;
  return connection_->transaction([&]() -> StoreResult<void> {
    const WallTime now = clocks_.wall.now();
    for (const StoredValue& value : values) {
      if (auto written = write(value, now); !written) return written;
    }
    return note_wall_time();
  });
}

StoreResult<void> SqliteStore::write(const StoredValue& value, WallTime now) {
  const std::string encoded = encode(value);
  // The conditions implement `is_newer`.
  Database::Statement upsert(
      *connection_,
      "INSERT INTO value (origin, key, trading_day, fetched, asked, encoded)"
      " VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (origin, key) DO UPDATE"
      " SET trading_day = excluded.trading_day, fetched = excluded.fetched,"
      " asked = max(asked, excluded.asked), encoded = excluded.encoded"
      " WHERE ?7 OR value.fetched > ?8"
      " OR (excluded.trading_day, excluded.fetched) > (value.trading_day, value.fetched)");
  upsert.bind(1, settings_.origin).bind(2, value.key).bind(3, value.trading_day);
  upsert.bind(4, nanoseconds_of(value.fetched_at)).bind(5, nanoseconds_of(value.asked_at));
  upsert.bind_blob(6, encoded).bind(7, std::int64_t{value.corrects}).bind(8, nanoseconds_of(now));
  auto done = upsert.step();
  if (!done) return unexpected<StoreError>(std::move(done.error()));

  Database::Statement touch(*connection_,
                            "UPDATE value SET asked = ?3"
                            " WHERE origin = ?1 AND key = ?2 AND asked < ?3");
  touch.bind(1, settings_.origin).bind(2, value.key).bind(3, nanoseconds_of(value.asked_at));
  done = touch.step();
  if (!done) return unexpected<StoreError>(std::move(done.error()));
  return {};
}

StoreResult<void> SqliteStore::note_wall_time() {
  Database::Statement update(*connection_,
                             "UPDATE state SET number = max(number, ?1)"
                             " WHERE name = 'highest_wall_time'");
  update.bind(1, nanoseconds_of(clocks_.wall.now()));
  auto done = update.step();
  if (!done) return unexpected<StoreError>(std::move(done.error()));
  return {};
}

StoreResult<void> SqliteStore::forget(const std::string& key, TimePoint deadline) {
  const Database::DeadlineScope scope(*connection_, deadline);
  Database::Statement remove(*connection_, "DELETE FROM value WHERE origin = ?1 AND key = ?2");
  remove.bind(1, settings_.origin).bind(2, key);
  auto done = remove.step();
  if (!done) return unexpected<StoreError>(std::move(done.error()));
  return {};
}

StoreResult<bool> SqliteStore::trim(std::uint64_t max_bytes, TimePoint deadline) {
  const Database::DeadlineScope scope(*connection_, deadline);
  const auto used = used_bytes();
  if (!used) return unexpected<StoreError>(used.error());
  if (*used <= max_bytes) {
    Database::Statement vacuum(*connection_, kVacuum);
    auto row = vacuum.step();
    while (row && *row) row = vacuum.step();
    if (!row) return unexpected<StoreError>(std::move(row.error()));
    return false;
  }
  Database::Statement remove(*connection_,
                             "DELETE FROM value WHERE id IN"
                             " (SELECT id FROM value ORDER BY asked, id LIMIT ?1)");
  remove.bind(1, kRowsPerTrim);
  auto done = remove.step();
  if (!done) return unexpected<StoreError>(std::move(done.error()));
  return true;
}

StoreResult<std::uint64_t> SqliteStore::used_bytes() {
  const auto used = connection_->number(
      "SELECT (page_count - freelist_count) * page_size"
      " FROM pragma_page_count, pragma_freelist_count, pragma_page_size");
  if (!used) return unexpected<StoreError>(used.error());
  return static_cast<std::uint64_t>(*used);
}

StoreResult<StoreStatistics> SqliteStore::statistics(TimePoint deadline) {
  const Database::DeadlineScope scope(*connection_, deadline);
  StoreStatistics statistics;
  Database::Statement count(*connection_, "SELECT count(*) FROM value WHERE origin = ?1");
  count.bind(1, settings_.origin);
  auto row = count.step();
  if (!row) return unexpected<StoreError>(std::move(row.error()));
  statistics.values = static_cast<std::uint64_t>(count.integer(0));
  const auto used = used_bytes();
  if (!used) return unexpected<StoreError>(used.error());
  statistics.bytes = *used;
  const auto highest =
      connection_->number("SELECT number FROM state WHERE name = 'highest_wall_time'");
  if (!highest) return unexpected<StoreError>(highest.error());
  if (*highest > 0) {
    statistics.highest_wall_time = WallTime(std::chrono::nanoseconds(*highest));
  }
  return statistics;
}

StoreResult<void> SqliteStore::ping(TimePoint deadline) {
  const Database::DeadlineScope scope(*connection_, deadline);
  if (auto present = check_file(); !present) return present;
  return note_wall_time();
}

std::string_view to_string(StoreError::Kind kind) noexcept {
  using enum StoreError::Kind;
  switch (kind) {
    case unavailable:
      return "unavailable";
    case timeout:
      return "timeout";
    case locked:
      return "locked";
    case newer_version:
      return "newer_version";
    case corrupt:
      return "corrupt";
    case full:
      return "full";
    case cancelled:
      return "cancelled";
  }
  return "unknown";
}

}  // namespace stockclient
