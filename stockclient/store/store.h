#pragma once
/// The interface of a durable store of upstream answers.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "circuitbreaker/clock.h"
#include "circuitbreaker/expected.h"

#include "stockclient/store/stored_value.h"

namespace stockclient {

/// Describes why a store operation failed. Store errors never reach clients: a request whose store
/// operation fails continues with the upstream.
struct StoreError {
  /// The classes of failures.
  enum class Kind : std::uint8_t {
    unavailable,    ///< The database cannot be opened, reached or read.
    timeout,        ///< The call missed its deadline; it may still take effect.
    locked,         ///< Another process is using the database.
    newer_version,  ///< A newer version of this program wrote the schema, which is left untouched.
    corrupt,        ///< The database is damaged.
    full,           ///< The database has no space left.
    cancelled,      ///< The store is closing; the call had no effect.
  };
  /// The class of the failure.
  Kind kind = Kind::unavailable;
  /// Explanation for operators. Contains no stored value, key or password.
  std::string detail;
};

/// The name of a kind, such as `timeout`, for logs and metrics.
[[nodiscard]] std::string_view to_string(StoreError::Kind kind) noexcept;

/// The result of a store operation, or the error that ended it.
template <class T>
using StoreResult = circuitbreaker::expected<T, StoreError>;

/// The position from which `Store::load` continues; by default, the start.
struct LoadCursor {
  /// Request time of the last value that was loaded, in nanoseconds since 1970.
  std::int64_t asked_before = INT64_MAX;
  /// Row number of the last value that was loaded; breaks ties between equal request times.
  std::int64_t row_before = INT64_MAX;
};

/// One page of a store's values, the most recently requested first.
struct LoadedPage {
  /// The values that passed validation.
  std::vector<StoredValue> values;
  /// Number of rows that failed validation. They are skipped until they are overwritten or trimmed.
  std::size_t invalid_rows = 0;
  /// Empty when there are no more values.
  std::optional<LoadCursor> next;
};

/// The size of a store, and its record of the wall clock.
struct StoreStatistics {
  /// Number of values of the store's origin.
  std::uint64_t values = 0;
  /// Size of the values of all origins, including indexes, in bytes.
  std::uint64_t bytes = 0;
  /// The latest wall-clock time that was ever recorded; an earlier wall clock has been set back.
  /// Empty if the store does not depend on this machine's clock.
  std::optional<WallTime> highest_wall_time;
};

/// Maximum number of values that one call of `Store::trim` removes.
inline constexpr int kRowsPerTrim = 200;

/// A durable map from queries to their last known values. A store is opened for one origin
/// (upstream and entitlement); it neither returns nor changes the values of other origins.
///
/// Every call blocks until it completes or fails, with `timeout` once `deadline` has passed.
///
/// Thread-safety: none. `StoreWorker` makes all calls on one thread.
class Store {
 public:
  virtual ~Store() = default;

  /// Reads values in the order of `LoadedPage`, starting after `after`. Stops when `max_bytes` have
  /// been read.
  [[nodiscard]] virtual StoreResult<LoadedPage> load(const LoadCursor& after, std::size_t max_bytes,
                                                     circuitbreaker::TimePoint deadline) = 0;
  /// Reads one value. Empty if the key is unknown or its row fails validation.
  [[nodiscard]] virtual StoreResult<std::optional<StoredValue>> find(
      const std::string& key, circuitbreaker::TimePoint deadline) = 0;
  /// Writes all values in one transaction, which is durable on success. A value replaces the stored
  /// one only if it `is_newer`; otherwise only the request time is updated.
  [[nodiscard]] virtual StoreResult<void> put(std::span<const StoredValue> values,
                                              circuitbreaker::TimePoint deadline) = 0;
  /// Removes a value. Succeeds if there is none.
  [[nodiscard]] virtual StoreResult<void> forget(const std::string& key,
                                                 circuitbreaker::TimePoint deadline) = 0;
  /// If the store is larger than `max_bytes`, removes up to `kRowsPerTrim` of the least
  /// recently requested values. Returns whether the caller should trim again.
  [[nodiscard]] virtual StoreResult<bool> trim(std::uint64_t max_bytes,
                                               circuitbreaker::TimePoint deadline) = 0;
  /// Measures the store. The cost grows with the number of values.
  [[nodiscard]] virtual StoreResult<StoreStatistics> statistics(
      circuitbreaker::TimePoint deadline) = 0;
  /// Checks that the database can be read and written.
  [[nodiscard]] virtual StoreResult<void> ping(circuitbreaker::TimePoint deadline) = 0;
};

}  // namespace stockclient
