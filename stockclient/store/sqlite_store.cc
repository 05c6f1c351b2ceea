#include "stockclient/store/sqlite_store.h"

#include <array>
#include <cerrno>
#include <ctime>
#include <fcntl.h>
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
constexpr std::int64_t kSqliteSchemaVersion = kMigrations.size();

StoreError error(StoreError::Kind kind, std::string detail) {
  return {kind, std::move(detail)};
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

SqliteStore::SqliteStore(SqliteStoreSettings settings, Clocks clocks,
                         std::unique_ptr<SqliteConnection> connection)
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
  auto connection = std::make_unique<SqliteConnection>(clocks.monotonic, std::move(stop));
  SqliteConnection& database = *connection;
  std::unique_ptr<SqliteStore> store(new SqliteStore(settings, clocks, std::move(connection)));
  // Declared after the store, so that it ends before the connection that it refers to.
  const SqliteConnection::DeadlineScope scope(database, clocks.monotonic.now() + kOpenTimeout);
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
  if (*version > kSqliteSchemaVersion) {
    return unexpected<StoreError>(error(
        StoreError::Kind::newer_version,
        settings_.file.string() + " has schema version " + std::to_string(*version) +
            "; this program supports versions up to " + std::to_string(kSqliteSchemaVersion)));
  }
  if (auto taken = connection_->take_over(); !taken) return taken;
  if (auto migrated = migrate(*version); !migrated) return migrated;

  const auto clean = connection_->number("SELECT number FROM state WHERE name = 'closed_cleanly'");
  if (!clean) return unexpected<StoreError>(clean.error());
  if (*clean == 0) {
    SqliteConnection::Statement check(*connection_, "PRAGMA quick_check(1)");
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
  if (version == kSqliteSchemaVersion) return {};
  return connection_->transaction([&]() -> StoreResult<void> {
    for (auto next = static_cast<std::size_t>(version); next < kMigrations.size(); ++next) {
      if (auto done = connection_->run(kMigrations[next]); !done) return done;
    }
    const std::string stamp = "PRAGMA application_id = " + std::to_string(kApplicationId) +
                              "; PRAGMA user_version = " + std::to_string(kSqliteSchemaVersion);
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
  const SqliteConnection::DeadlineScope scope(*connection_, deadline);
  SqliteConnection::Statement rows(*connection_,
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
      value->asked_at = wall_time_of(rows.integer(1));
      page.values.push_back(std::move(*value));
    } else {
      ++page.invalid_rows;
    }
  }
  return page;
}

StoreResult<std::optional<StoredValue>> SqliteStore::find(const std::string& key,
                                                          TimePoint deadline) {
  const SqliteConnection::DeadlineScope scope(*connection_, deadline);
  SqliteConnection::Statement rows(
      *connection_, "SELECT asked, encoded FROM value WHERE origin = ?1 AND key = ?2");
  rows.bind(1, settings_.origin).bind(2, key);
  auto row = rows.step();
  if (!row) return unexpected<StoreError>(std::move(row.error()));
  if (!*row) return std::optional<StoredValue>();
  auto value = decode(rows.bytes(1));
  if (!value || value->key != key) return std::optional<StoredValue>();
  value->asked_at = wall_time_of(rows.integer(0));
  return std::optional<StoredValue>(std::move(*value));
}

StoreResult<void> SqliteStore::put(std::span<const StoredValue> values, TimePoint deadline) {
  const SqliteConnection::DeadlineScope scope(*connection_, deadline);
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
  SqliteConnection::Statement upsert(
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

  SqliteConnection::Statement touch(*connection_,
                                    "UPDATE value SET asked = ?3"
                                    " WHERE origin = ?1 AND key = ?2 AND asked < ?3");
  touch.bind(1, settings_.origin).bind(2, value.key).bind(3, nanoseconds_of(value.asked_at));
  done = touch.step();
  if (!done) return unexpected<StoreError>(std::move(done.error()));
  return {};
}

StoreResult<void> SqliteStore::note_wall_time() {
  SqliteConnection::Statement update(*connection_,
                                     "UPDATE state SET number = max(number, ?1)"
                                     " WHERE name = 'highest_wall_time'");
  update.bind(1, nanoseconds_of(clocks_.wall.now()));
  auto done = update.step();
  if (!done) return unexpected<StoreError>(std::move(done.error()));
  return {};
}

StoreResult<void> SqliteStore::forget(const std::string& key, TimePoint deadline) {
  const SqliteConnection::DeadlineScope scope(*connection_, deadline);
  SqliteConnection::Statement remove(*connection_,
                                     "DELETE FROM value WHERE origin = ?1 AND key = ?2");
  remove.bind(1, settings_.origin).bind(2, key);
  auto done = remove.step();
  if (!done) return unexpected<StoreError>(std::move(done.error()));
  return {};
}

StoreResult<bool> SqliteStore::trim(std::uint64_t max_bytes, TimePoint deadline) {
  const SqliteConnection::DeadlineScope scope(*connection_, deadline);
  const auto used = used_bytes();
  if (!used) return unexpected<StoreError>(used.error());
  if (*used <= max_bytes) {
    SqliteConnection::Statement vacuum(*connection_, kVacuum);
    auto row = vacuum.step();
    while (row && *row) row = vacuum.step();
    if (!row) return unexpected<StoreError>(std::move(row.error()));
    return false;
  }
  SqliteConnection::Statement remove(*connection_,
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
  const SqliteConnection::DeadlineScope scope(*connection_, deadline);
  StoreStatistics statistics;
  SqliteConnection::Statement count(*connection_, "SELECT count(*) FROM value WHERE origin = ?1");
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
    statistics.highest_wall_time = wall_time_of(*highest);
  }
  return statistics;
}

StoreResult<void> SqliteStore::ping(TimePoint deadline) {
  const SqliteConnection::DeadlineScope scope(*connection_, deadline);
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
