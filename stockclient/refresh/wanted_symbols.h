#pragma once
/// Tracks wanted symbols whose values are known, and selects the next one to refresh.

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <unordered_map>
#include <vector>

#include "circuitbreaker/clock.h"

#include "stockclient/domain/query.h"
#include "stockclient/refresh/client_shares.h"
#include "stockclient/refresh/exchange_watches.h"
#include "stockclient/refresh/refresh_value.h"

namespace stockclient {

/// The shortest lifetimes of values, by function.
using ShortestLifetimes = std::array<circuitbreaker::Duration, kFunctionCount>;

/// Limits on how long known values are kept fresh, and on their number.
struct RefreshSettings {
  /// How long after its last request an end-of-day value is still refreshed.
  circuitbreaker::Duration wanted_end_of_day = std::chrono::days(7);
  /// How long after its last request a value that changes during trading is still refreshed: two
  /// hours of trading, so that a value requested before a close is fresh after the next open. A
  /// value without a calendar is refreshed only once it has been asked for while it was due.
  circuitbreaker::Duration wanted_intraday = std::chrono::hours(2);
  /// Whether the plan counts calls per day, so that symbols without a calendar are refreshed once a
  /// day.
  bool rationed_by_day = false;
  /// Maximum number of symbols with a known value; beyond it the least requested is forgotten.
  std::size_t max_wanted = 4096;
  /// Maximum number of unknown symbols that wait for a call.
  std::size_t max_unknown = 1024;
};

/// One symbol with a known value. Owned and changed only by `WantedSymbols`; others may read it.
struct WantedSymbol {
  /// The query that the value answers.
  Query query;
  /// The symbol's exchange; null if the exchange has no calendar.
  ExchangeWatch* exchange = nullptr;
  /// The value's trading day and fetch time.
  ValueTimes value{};
  /// When any client last requested the symbol.
  WallTime asked_last{};
  /// When the last call for the symbol was sent.
  WallTime called_last{};
  /// The clients that requested the symbol most recently, the latest one last.
  std::vector<ClientId> clients;
  /// Whether the symbol is kept fresh without requests.
  bool watched = false;
  /// Whether an operator has requested an immediate refresh.
  bool urgent = false;
  /// Whether a call for the symbol is in progress.
  bool calling = false;

 private:
  friend class WantedSymbols;
  AskRate asks;
  double weight = 1;
  /// The reading of the exchange's trading clock at the last request.
  circuitbreaker::Duration asked_at{};
  /// The trading clock's reading at the time to which the value refers.
  circuitbreaker::Duration true_at{};
  /// After a failed call: the earliest time of the next one.
  WallTime not_before{};
  /// Breaks ties between refreshes of equal value.
  std::uint64_t turn = 0;
  /// The cached due time, and the revision of the rules that it was computed from.
  mutable WallTime due{};
  mutable std::uint64_t due_revision = 0;
};

/// A bounded table of wanted symbols. Knows when each one is due and selects the most valuable
/// refresh. Not thread-safe; reads no clock.
class WantedSymbols {
 public:
  /// `watches` must outlive the table. Only the table may change them.
  WantedSymbols(RefreshSettings settings, ExchangeWatches& watches);

  /// Sets the shortest lifetimes, which are initially one minute.
  void set_lifetimes(const ShortestLifetimes& lifetimes);
  /// Updates the state of the exchanges to `now`; does nothing if it is already up to date. All
  /// other functions use that time.
  void advance(WallTime now);

  /// Records a request. Returns false if no value of `query` is known.
  bool ask(const Query& query, ClientId client);
  /// Records an upstream answer, after which `query` is known. Returns true if the answer was a
  /// surprise (see `ExchangeWatch::saw`).
  bool store(const Query& query, const ValueTimes& value, ClientId client);
  /// Notes that a call for `query` has been sent.
  void called(WantedSymbol& wanted);
  /// Notes that the call has failed; it is not repeated within `pause`.
  void failed(WantedSymbol& wanted, circuitbreaker::Duration pause);
  /// Notes that the call has not been made.
  void not_made(WantedSymbol& wanted);
  /// The entry of `query`, or null.
  [[nodiscard]] WantedSymbol* find(const Query& query);
  /// Forgets `query`.
  void erase(const Query& query);

  /// When the value becomes due.
  [[nodiscard]] WallTime due_at(const WantedSymbol& wanted) const;
  /// Whether somebody still wants the symbol refreshed.
  [[nodiscard]] bool is_wanted(const WantedSymbol& wanted) const;

  /// Returns the rank of a symbol. The due symbol with the lowest rank is refreshed first; symbols
  /// of equal rank are ordered by how much a refresh is worth.
  using Precedence = std::function<double(const WantedSymbol&)>;
  /// Says whether a due symbol may be refreshed now.
  using Allowed = std::function<bool(const WantedSymbol&)>;
  /// The most valuable due symbol among those that are `allowed`, or null. While an exchange's data
  /// await publication, only a canary is eligible.
  [[nodiscard]] WantedSymbol* most_valuable_due(const Precedence& precedence,
                                                const Allowed& allowed);
  /// The most requested symbol, due or not, among those that were requested recently and are
  /// `allowed`; null if there is none.
  [[nodiscard]] WantedSymbol* most_asked(const Allowed& allowed);
  /// Counts the wanted symbols for which `predicate` holds.
  [[nodiscard]] std::size_t count(const Allowed& predicate) const;
  /// The earliest future time at which a symbol becomes due or a canary may check for new data.
  [[nodiscard]] std::optional<WallTime> next_due() const;

  /// A number that changes whenever the rules for the exchange of `query` may have changed; 0 if
  /// the exchange has no calendar.
  [[nodiscard]] std::uint64_t exchange_revision(const Query& query) const;
  /// Whether the symbol may be refreshed now. While the exchange's new data are awaited, only when
  /// the next check for them is due and none is in progress.
  [[nodiscard]] bool may_look(const WantedSymbol& wanted) const;

  /// The number of known symbols.
  [[nodiscard]] std::size_t size() const noexcept { return symbols_.size(); }

 private:
  [[nodiscard]] WallTime compute_due(const WantedSymbol& wanted) const;
  [[nodiscard]] std::uint64_t revision_of(const WantedSymbol& wanted) const;
  [[nodiscard]] bool awaits_publication(const WantedSymbol& wanted) const;
  [[nodiscard]] circuitbreaker::Duration staleness(const WantedSymbol& wanted) const;
  void weigh();
  void make_room();

  RefreshSettings settings_;
  ExchangeWatches& watches_;
  ShortestLifetimes lifetimes_;
  std::uint64_t lifetimes_revision_ = 1;
  std::unordered_map<Query, WantedSymbol, QueryHash> symbols_;
  /// Scratch space of `most_valuable_due`.
  std::vector<WantedSymbol*> due_;
  WallTime now_{};
  WallTime weighed_{};
  std::uint64_t turns_ = 0;
};

}  // namespace stockclient
