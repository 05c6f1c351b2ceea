#pragma once
/// A store in an SQLite file.
///
///     auto store = SqliteStore::open({.file = folder / "quotes.db", .origin = origin}, clocks);
///     if (!store) log(store.error().detail);

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>

#include "stockclient/store/sqlite_connection.h"
#include "stockclient/store/store.h"
#include "stockclient/time/clocks.h"

namespace stockclient {

/// Location of the file, and the origin of its values.
struct SqliteStoreSettings {
  /// The database. If it is missing, it is created with mode 0600, and so is its folder.
  std::filesystem::path file;
  /// Upstream and entitlement of the values; see `Store`.
  std::string origin;
};

/// A store in one SQLite file, through a single connection that holds an exclusive lock on the file
/// while it is open. The lock is necessary because SQLite 3.40 can corrupt a write-ahead log that
/// two connections share. Commits are durable: the file uses a write-ahead log and
/// `synchronous=FULL`.
///
/// Opening recovers from a crash. A damaged file, or one that is not a database, is renamed to
/// `<name>.corrupt-<UTC time>` and replaced by a new file; nothing is deleted. A file with a newer
/// schema is left untouched.
///
/// Thread-safety: as `Store`.
class SqliteStore final : public Store {
 public:
  /// Opens the file, and creates it if it is missing. After a crash the whole file is checked,
  /// which takes about a second for 256 MiB. If the file is damaged, `damaged` is called with its
  /// new path. A stop request makes this call and all later ones fail with `cancelled` within
  /// milliseconds, unless they wait for the disk. `clocks` must outlive the store.
  [[nodiscard]] static StoreResult<std::unique_ptr<SqliteStore>> open(
      const SqliteStoreSettings& settings, Clocks clocks, std::stop_token stop = {},
      const std::function<void(const std::filesystem::path&)>& damaged = {});
  /// Marks the file as closed cleanly, so that the next open need not check it.
  ~SqliteStore() override;
  SqliteStore(const SqliteStore&) = delete;
  SqliteStore& operator=(const SqliteStore&) = delete;

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
  /// Identifies a file independently of its name.
  struct FileIdentity {
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    friend bool operator==(const FileIdentity&, const FileIdentity&) = default;
  };

  SqliteStore(SqliteStoreSettings settings, Clocks clocks,
              std::unique_ptr<SqliteConnection> connection);
  [[nodiscard]] static StoreResult<FileIdentity> identify(const std::filesystem::path& file);
  [[nodiscard]] static StoreResult<std::unique_ptr<SqliteStore>> open_once(
      const SqliteStoreSettings& settings, const Clocks& clocks, std::stop_token stop);
  /// Migrates the schema, and checks the file if it was not closed cleanly.
  [[nodiscard]] StoreResult<void> prepare();
  [[nodiscard]] StoreResult<void> migrate(std::int64_t version);
  /// Fails if the file was moved, replaced or deleted while it was open, since anything written to
  /// it would be lost.
  [[nodiscard]] StoreResult<void> check_file() const;
  [[nodiscard]] StoreResult<void> write(const StoredValue& value, WallTime now);
  [[nodiscard]] StoreResult<void> note_wall_time();
  [[nodiscard]] StoreResult<std::uint64_t> used_bytes();

  const SqliteStoreSettings settings_;
  const Clocks clocks_;
  FileIdentity identity_;
  /// Whether the file is known to be ours and up to date, and therefore may be written.
  bool prepared_ = false;
  std::unique_ptr<SqliteConnection> connection_;
};

}  // namespace stockclient
