#pragma once
/// Decides on which symbol to spend each available upstream call.

#include <bitset>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <unordered_set>

#include "circuitbreaker/clock.h"

#include "stockclient/domain/failure.h"
#include "stockclient/domain/query.h"
#include "stockclient/quota/call_budget.h"
#include "stockclient/refresh/client_shares.h"
#include "stockclient/refresh/unknown_symbols.h"
#include "stockclient/refresh/wanted_symbols.h"

namespace stockclient {

/// The reason for a call.
enum class CallReason : std::uint8_t {
  /// No value of the symbol is known yet.
  unknown,
  /// The known value may have changed.
  refresh,
  /// The breaker needs a probe, and no value is due.
  probe,
};

/// A call chosen by the planner.
struct PlannedCall {
  /// The query to send to the upstream.
  Query query;
  /// The reason for the call.
  CallReason reason = CallReason::refresh;
  /// For an unknown symbol, the client that requested it.
  ClientId client = kNobody;
};

/// The effect of a request for a known value.
enum class Interest : std::uint8_t {
  unknown,     ///< The planner has no value for it: report one with `fetched`.
  unchanged,   ///< The request makes no call necessary.
  became_due,  ///< The value is due; before this request, nobody wanted it refreshed.
};

/// The refresh planner. It keeps all wanted symbols in a bounded table and gives each available
/// call to the most valuable refresh. A wanted symbol is never dropped for lack of a call; it waits
/// for a later one.
///
/// Whenever the quota has a call available, the owner calls `next`, makes the returned call, and
/// reports its result through exactly one of `fetched`, `not_found`, `failed` and `not_made`:
///
///     while (!gate.check()) {
///       const auto call = planner.next(now, gate.budget());
///       if (!call) break;              // ask again at planner.next_event(), or after a request
///       start(*call);
///     }
///
/// Calls are given out in this order:
/// 1. Refreshes requested by an operator.
/// 2. Unknown symbols with a waiting caller; their clients take turns. While values are due, these
///    symbols get at most every second call. With a daily quota, they get neither calls needed for
///    due closes (for which up to 60 % of the day's calls are reserved) nor calls beyond their
///    client's fair share.
/// 3. Due values, ordered by `refresh_value`, which is computed from their staleness in trading
/// time
///    and the demand for them. With a daily quota, values of the client with the fewest calls today
///    come before all others.
/// 4. Unknown symbols whose caller has left, and those of clients that guess. While values are due,
///    they get one call in twenty; with a daily quota, only calls that no due close needs.
/// 5. Probes.
///
/// With a daily quota, three quarters of the day's calls are available to unknown symbols at the
/// start of the day, and the rest becomes available at an even rate, so that a busy morning leaves
/// calls for the evening. End-of-day values that could not be refreshed before the next open give
/// up their calls to the coming close. Values that change during trading are refreshed at a rate
/// that makes the day's calls last until the close; values without a calendar, at a rate that makes
/// them last until the end of the day. Calls that fail while the breaker is not closed may use at
/// most a fifth of the day's calls: two fifths of that at the start of the day and the rest at an
/// even rate.
///
/// Not thread-safe; does no I/O and reads no clock. Time must not go back between calls.
class Planner {
 public:
  /// `watches` must outlive the planner. Only the planner may change them.
  Planner(RefreshSettings settings, ExchangeWatches& watches);

  /// Sets the shortest lifetimes of values.
  void set_lifetimes(const ShortestLifetimes& lifetimes);
  /// Continues an earlier process's count of the calls that `client` has caused today.
  void restore(ClientId client, double calls, WallTime day_begins);

  /// Records that `client` requested a known value.
  Interest asked(const Query& query, ClientId client, WallTime now);
  /// Records that a caller of `client` waits for `query`, whose value is unknown, until
  /// `stop_waiting` or a result. Returns false if too many others are waiting.
  [[nodiscard]] bool wait_for(const Query& query, ClientId client, WallTime now);
  /// The reason why `client` is denied a call for an unknown symbol although the plan has calls
  /// left, and the time until which it is denied; empty if a call is allowed.
  [[nodiscard]] std::optional<Failure> refusal(ClientId client, WallTime now,
                                               const CallBudget& budget);
  /// Whether one of the next calls may refresh `query`, whose value is known and due.
  [[nodiscard]] bool may_refresh(const Query& query, WallTime now, const CallBudget& budget);
  /// Records that a caller has stopped waiting for `query`. The symbol remains wanted for a day,
  /// unless its client guesses.
  void stop_waiting(const Query& query, WallTime now);
  /// Keeps `query` fresh from now on even if nobody requests it. The owner limits the number of
  /// such queries.
  void watch(const Query& query, WallTime now);
  /// Requests, on behalf of an operator, that the next available call refresh `query`.
  void refresh_now(const Query& query, WallTime now);
  /// Forgets `query` until it is requested again.
  void forget(const Query& query);

  /// The call to make now; empty if there is none. The budget must have a call available.
  [[nodiscard]] std::optional<PlannedCall> next(WallTime now, const CallBudget& budget);
  /// The next time at which `next` may return a call even if nothing is reported until then. At
  /// most a minute after `now`.
  [[nodiscard]] WallTime next_event(WallTime now);

  /// Records the upstream's answer to `query`, whether or not the planner chose the call. Returns
  /// true if the answer was a surprise (see `ExchangeWatch::saw`).
  bool fetched(const Query& query, const ValueTimes& value, WallTime now);
  /// Records that the upstream does not know `query`. A known symbol stays known.
  void not_found(const Query& query, WallTime now);
  /// Records that the call for `query` failed. It is not repeated within `pause`. A symbol that is
  /// still unknown is tried again after a minute if anybody still wants it.
  void failed(const Query& query, circuitbreaker::Duration pause, WallTime now);
  /// Records that the call for `query` could not be made. Callers that wait for an unknown symbol
  /// keep waiting.
  void not_made(const Query& query, WallTime now);

  /// Number of due values that are wanted, and of unknown symbols that are waiting.
  [[nodiscard]] std::size_t queued(WallTime now);
  /// The symbols with a known value.
  [[nodiscard]] const WantedSymbols& wanted() const noexcept { return wanted_; }

 private:
  void advance(WallTime now);
  void begin_day(const std::optional<DayCalls>& day);
  [[nodiscard]] WantedSymbol* due(const CallBudget& budget);
  [[nodiscard]] std::optional<PlannedCall> choose(const CallBudget& budget);
  [[nodiscard]] double elapsed(const DayCalls& day) const;
  [[nodiscard]] std::optional<WallTime> released_at(const DayCalls& day) const;
  [[nodiscard]] bool may_probe(const DayCalls& day) const;
  [[nodiscard]] std::size_t reserve(const DayCalls& day) const;
  [[nodiscard]] bool may_refresh(const ExchangeWatch& exchange, const DayCalls& day) const;
  [[nodiscard]] std::size_t unmet_claims(const DayCalls& day) const;
  [[nodiscard]] std::optional<UnknownTurn> unknown(const CallBudget& budget, bool values_are_due);
  [[nodiscard]] WantedSymbol* probe(const CallBudget& budget);
  [[nodiscard]] PlannedCall call_for(const UnknownTurn& unknown);
  [[nodiscard]] PlannedCall call_for(WantedSymbol& wanted, CallReason reason);
  void keep_distance(circuitbreaker::Duration spacing);

  RefreshSettings settings_;
  WantedSymbols wanted_;
  UnknownSymbols unknown_;
  ClientShares shares_;
  std::unordered_set<Query, QueryHash> watched_;
  WallTime now_{};
  WallTime tidied_{};
  /// The earliest time of the next refresh, given the plan's mean interval between calls.
  WallTime next_refresh_{};
  /// Number of refreshes since the last call for an unknown symbol.
  unsigned refreshes_in_a_row_ = 1;
  WallTime day_begins_{};
  unsigned calls_today_ = 0;
  unsigned probes_today_ = 0;
  /// Number of calls that failed today while the breaker was not closed.
  unsigned failed_probes_today_ = 0;
  std::bitset<kFunctionCount> probing_;
  std::bitset<kFunctionCount> rejected_;
  /// The planner has nothing to do before this time unless something is reported.
  WallTime idle_until_{};
  /// The market open for which a probe has already been sent.
  WallTime probed_open_{};
};

}  // namespace stockclient
