#pragma once
/// What is known: good values, and apart from them what is known not to be had.

#include <cstddef>
#include <optional>
#include <string_view>
#include <variant>

#include "circuitbreaker/clock.h"

#include "stockclient/cache/lru_map.h"
#include "stockclient/cache/older_day.h"
#include "stockclient/domain/answer.h"
#include "stockclient/domain/query.h"

namespace stockclient {

/// A good value, and what has happened to it since.
struct Known {
  RecordPtr record;
  /// When the upstream answered.
  circuitbreaker::TimePoint fetched;
  /// Why the last refresh since then brought nothing; empty: none has failed.
  std::optional<StaleReason> fault;
  /// No refresh on a caller's behalf before this.
  circuitbreaker::TimePoint refresh_not_before{};
  /// What speaks for an older trading day than the record's.
  OlderDayEvidence older_day{};
};

/// Something the upstream does not have, or will not give; for a search it is an answer: nothing
/// matches.
struct Negative {
  std::variant<StockError, RecordPtr> answer;
  circuitbreaker::TimePoint fetched;
  /// Forgotten at this time.
  circuitbreaker::TimePoint until;
};

/// What a record weighs in a cache: its own memory and the bookkeeping around it.
[[nodiscard]] std::size_t cache_weight(const Query& query, const Record& record);

/// Bounded in bytes. An eighth belongs to negative entries, which thus never evict a value, however
/// many symbols a caller makes up.
///
/// Thread-safety: every member function may be called from any thread.
class Cache {
 public:
  explicit Cache(std::size_t max_bytes);

  /// Cost: one uncontended lock; copies no quote.
  [[nodiscard]] std::optional<Known> find(const Query& query) { return values_.get(query); }
  /// Empty also when the entry's time is over.
  [[nodiscard]] std::optional<Negative> find_negative(const Query& query,
                                                      circuitbreaker::TimePoint now);

  /// A new value: whatever was wrong before is forgotten.
  void put(const Query& query, RecordPtr record, circuitbreaker::TimePoint fetched);
  void put_negative(const Query& query, Negative negative);
  /// Notes that a refresh failed; the value stays.
  void note_fault(const Query& query, StaleReason fault,
                  circuitbreaker::TimePoint refresh_not_before);
  /// Notes an answer for an older trading day than the known value's. True when the older day is
  /// now to be believed, or when the value has been evicted meanwhile.
  [[nodiscard]] bool note_older_day(const Query& query, std::string_view day,
                                    circuitbreaker::TimePoint now);

  [[nodiscard]] LruTotals totals() const;
  /// Good values, without the negative entries.
  [[nodiscard]] std::size_t values() const { return values_.totals().entries; }

 private:
  LruMap<Known> values_;
  LruMap<Negative> negatives_;
};

}  // namespace stockclient
