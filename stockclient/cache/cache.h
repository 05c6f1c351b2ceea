#pragma once
/// The in-memory cache of values.

#include <cstddef>
#include <optional>
#include <string_view>

#include "stockclient/cache/lru_map.h"
#include "stockclient/cache/older_day.h"
#include "stockclient/domain/answer.h"
#include "stockclient/domain/query.h"
#include "stockclient/time/boot_clock.h"

namespace stockclient {

/// A good value and the history of its refreshes since it was fetched.
struct Known : Value {
  /// The failure of the last refresh; empty if none has failed since the value was fetched.
  std::optional<FailureKind> refresh_failure = std::nullopt;
  /// Time before which requests do not start a refresh.
  BootTime refresh_not_before{};
  /// Whether an operator has requested a newer value, however fresh this one is.
  bool is_expired = false;
  /// Evidence that an older trading day than the record's is the correct one.
  OlderDayEvidence older_day{};
};

/// Records for a limited time that no value is available: a failure that is likely to last, or a
/// search result without matches.
struct Negative {
  /// The answer given to callers.
  FetchResult answer;
  /// When the entry expires.
  BootTime until;
};

/// The memory that a record occupies in a cache, in bytes, including bookkeeping.
[[nodiscard]] std::size_t cache_weight(const Query& query, const Record& record);

/// Holds good values and, separately, negative entries, both bounded in bytes. An eighth of the
/// memory is reserved for negative entries, so these never evict a value, however many symbols a
/// caller makes up. The least recently used entries are evicted first.
///
/// Thread-safety: every member function may be called from any thread.
class Cache {
 public:
  /// Uses at most `max_bytes` in total.
  explicit Cache(std::size_t max_bytes);

  /// The known value, regardless of its age. Cost: one uncontended lock; the data are not copied.
  [[nodiscard]] std::optional<Known> find(const Query& query) { return values_.get(query); }
  /// The negative entry, unless it has expired.
  [[nodiscard]] std::optional<Negative> find_negative(const Query& query, BootTime now);

  /// Stores a new value, which replaces the known one and clears earlier failures.
  void put(const Query& query, Value value);
  /// Stores a negative entry; keeps a known value.
  void put_negative(const Query& query, Negative negative);
  /// Makes a known value due for a refresh, even if it is fresh, until a refresh has succeeded or
  /// failed. Removes a negative entry.
  void expire(const Query& query);
  /// Removes the value and the negative entry.
  void forget(const Query& query);
  /// Records that a refresh of a known value failed.
  void note_refresh_failure(const Query& query, FailureKind failure, BootTime refresh_not_before);
  /// Records an answer for an older trading day than the known value's. Returns true if the older
  /// day should now be believed, or if the value has been evicted in the meantime.
  [[nodiscard]] bool note_older_day(const Query& query, std::string_view day, BootTime now);

  /// Whether more values fit without evicting others.
  [[nodiscard]] bool has_room() const;
  /// Total size and number of good values and negative entries.
  [[nodiscard]] LruTotals totals() const;
  /// Number of good values.
  [[nodiscard]] std::size_t values() const { return values_.totals().entries; }

 private:
  const std::size_t max_value_bytes_;
  LruMap<Known> values_;
  LruMap<Negative> negatives_;
};

}  // namespace stockclient
