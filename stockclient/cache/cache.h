#pragma once
/// The cache of values in memory.

#include <cstddef>
#include <optional>
#include <string_view>

#include "stockclient/cache/lru_map.h"
#include "stockclient/cache/older_day.h"
#include "stockclient/domain/answer.h"
#include "stockclient/domain/query.h"
#include "stockclient/time/boot_clock.h"

namespace stockclient {

/// A good value, and what has become of its refreshes since.
struct Known : Value {
  /// Why the last refresh failed; empty when none has failed since the value was fetched.
  std::optional<FailureKind> refresh_failure = std::nullopt;
  /// Callers cause no refresh before this time.
  BootTime refresh_not_before{};
  /// An operator wants a newer value, however fresh this one is.
  bool is_expired = false;
  /// Evidence for an older trading day than the record's.
  OlderDayEvidence older_day{};
};

/// Remembers for a while that there is nothing to be had: a failure that is likely to last, or a
/// search result without matches.
struct Negative {
  /// The answer to callers.
  FetchResult answer;
  /// When the entry is forgotten.
  BootTime until;
};

/// The memory that a record takes in a cache, in bytes, bookkeeping included.
[[nodiscard]] std::size_t cache_weight(const Query& query, const Record& record);

/// Good values and, apart from them, negative entries, both bounded in bytes. An eighth belongs to
/// the negative entries, so they never evict a value, however many symbols a caller makes up. The
/// least recently used entries are evicted first.
///
/// Thread-safety: every member function may be called from any thread.
class Cache {
 public:
  /// At most `max_bytes` in total.
  explicit Cache(std::size_t max_bytes);

  /// The known value, however old. Cost: one uncontended lock; no data are copied.
  [[nodiscard]] std::optional<Known> find(const Query& query) { return values_.get(query); }
  /// The negative entry, unless its time is over.
  [[nodiscard]] std::optional<Negative> find_negative(const Query& query, BootTime now);

  /// Enters a new value. It replaces the known one, and earlier failures are forgotten.
  void put(const Query& query, Value value);
  /// Enters a negative entry; a known value stays.
  void put_negative(const Query& query, Negative negative);
  /// Makes a known value due for a refresh, however fresh it is, until one has succeeded or failed;
  /// forgets a negative entry.
  void expire(const Query& query);
  /// Forgets the value and the negative entry.
  void forget(const Query& query);
  /// Notes at a known value that a refresh failed.
  void note_refresh_failure(const Query& query, FailureKind failure, BootTime refresh_not_before);
  /// Notes an answer for an older trading day than the known value's. True when the older day is
  /// now to be believed, or when the value has been evicted meanwhile.
  [[nodiscard]] bool note_older_day(const Query& query, std::string_view day, BootTime now);

  /// Bytes and entries of both kinds.
  [[nodiscard]] LruTotals totals() const;
  /// Number of good values.
  [[nodiscard]] std::size_t values() const { return values_.totals().entries; }

 private:
  LruMap<Known> values_;
  LruMap<Negative> negatives_;
};

}  // namespace stockclient
