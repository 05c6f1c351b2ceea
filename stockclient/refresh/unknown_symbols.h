#pragma once
/// Queries of clients that have no known answer yet; most are about a symbol.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <unordered_map>
#include <utility>

#include "stockclient/domain/query.h"
#include "stockclient/refresh/client_shares.h"
#include "stockclient/time/wall_clock.h"

namespace stockclient {

/// An unknown symbol's place in the queue.
struct UnknownSymbol {
  /// The client that requested it first.
  ClientId client = kNobody;
  /// Position in the order of first requests.
  std::uint64_t turn = 0;
  /// When the symbol was last requested.
  WallTime asked_last;
  /// Number of callers that wait for the symbol.
  unsigned waiting = 0;
  /// Whether a call for the symbol is in progress.
  bool calling = false;
  /// Whether the symbol is wanted although no client has requested it.
  bool kept = false;
  /// After a failed call: the earliest time of the next one.
  WallTime not_before{};
};

/// The unknown symbol whose turn it is.
struct UnknownTurn {
  /// The query.
  Query query;
  /// The client that was the first to request it.
  ClientId client = kNobody;
  /// Whether a caller waits for it and the client does not guess.
  bool preferred = false;
};

/// A bounded queue of unknown symbols. Clients take turns: the next client is the one that has
/// caused the fewest calls for unknown symbols today, and its next symbol is the one that has
/// waited longest. Symbols with a waiting caller come first, then symbols whose caller has left,
/// then symbols of clients that guess. Not thread-safe; reads no clock.
class UnknownSymbols {
 public:
  /// The queue holds at most `capacity` symbols.
  explicit UnknownSymbols(std::size_t capacity) : capacity_(capacity) {}

  /// Records that a caller of `client` waits for `query`. If the queue is full, a symbol that
  /// nobody waits for is dropped to make room; returns false if there is none.
  bool ask(const Query& query, ClientId client, WallTime now);
  /// Keeps `query` in the queue until its value is known, even without requests. Exceeds the
  /// capacity if necessary.
  void keep(const Query& query, WallTime now);
  /// Records that a caller has stopped waiting for `query`. The symbol remains wanted.
  void stop_waiting(const Query& query);
  /// The entry of `query`, or null.
  [[nodiscard]] UnknownSymbol* find(const Query& query);
  /// Removes `query`.
  void erase(const Query& query) { entries_.erase(query); }

  /// The next symbol among those that may be called at `now`; empty if there is none.
  /// `may_use(query, client)` returns whether a call is possible and within the client's share.
  template <class MayUse>
  [[nodiscard]] std::optional<UnknownTurn> next(const ClientShares& shares, WallTime now,
                                                MayUse may_use) const {
    const std::pair<const Query, UnknownSymbol>* best = nullptr;
    for (const auto& each : entries_) {
      if (each.second.calling || each.second.not_before > now) continue;
      if (best != nullptr && !before(each.second, best->second, shares)) continue;
      if (may_use(each.first, each.second.client)) best = &each;
    }
    if (best == nullptr) return std::nullopt;
    return UnknownTurn{best->first, best->second.client, rank(best->second, shares) == 0};
  }
  /// When the earliest pause after a failure ends; empty if no symbol is paused.
  [[nodiscard]] std::optional<WallTime> next_retry(WallTime now) const;
  /// Drops symbols that nobody has requested within the last day.
  void drop_forgotten(WallTime now);
  /// The number of symbols in the queue.
  [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }

 private:
  /// The symbol's rank: 0 if a caller waits, 1 if nobody waits, 2 if the client guesses.
  [[nodiscard]] static int rank(const UnknownSymbol& entry, const ClientShares& shares);
  [[nodiscard]] static bool before(const UnknownSymbol& a, const UnknownSymbol& b,
                                   const ClientShares& shares);

  std::size_t capacity_;
  std::uint64_t turns_ = 0;
  std::unordered_map<Query, UnknownSymbol, QueryHash> entries_;
};

}  // namespace stockclient
