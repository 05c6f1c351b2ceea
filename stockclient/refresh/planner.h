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

/// Why a call is made.
enum class CallReason : std::uint8_t {
  /// No value of the symbol is known.
  unknown,
  /// The known value may have changed.
  refresh,
  /// The breaker needs a call, and nothing is due.
  probe,
};

/// A call that the planner wants to be made.
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
  unknown,     ///< The planner does not know a value: report it with `fetched`.
  unchanged,   ///< Nothing that would need a call.
  became_due,  ///< The value is due, and nobody has wanted it refreshed before.
};

/// When the planner can give a call to a value that is due.
enum class RefreshOutlook : std::uint8_t {
  soon,                 ///< By one of the next calls.
  once_published,       ///< After its exchange has been seen to publish newer values.
  once_calls_are_free,  ///< When the day's calls no longer have to be saved for other refreshes.
};

/// The refresh planner: keeps everything wanted in a bounded table and gives every free call to the
/// refresh that is worth most. Nothing that is wanted is dropped because there was no call for it;
/// it waits for the next one.
///
/// Whenever the quota has a call to give, the owner asks `next`, makes the call that it returns,
/// and reports the result through exactly one of `fetched`, `not_found`, `failed` and `not_made`:
///
///     while (!gate.check()) {
///       const auto call = planner.next(now, gate.budget());
///       if (!call) break;              // ask again at planner.next_event(), or after a request
///       start(*call);
///     }
///
/// The order of calls:
/// 1. Refreshes that an operator asked for.
/// 2. Unknown symbols with a waiting caller, taken in turn by client. While values are due these
///    get at most every second call; with a daily quota, none that due closes need (at most 60 % of
///    the day are kept for these) and none beyond the client's fair share.
/// 3. Due values: with a daily quota first those of the client that has had the fewest calls today,
///    then by `refresh_value` of their trading-time staleness and the demand for them.
/// 4. Unknown symbols whose caller has gone and those of clients that guess. While values are due,
///    one call in twenty; with a daily quota, only calls that no due close needs.
/// 5. Probes.
///
/// With a daily quota, three quarters of a day's calls can be used for unknown symbols at its
/// beginning and the rest evenly later, so that a busy morning leaves something for the evening.
/// End-of-day values that could not be refreshed before the next open leave their calls to the
/// coming close. Values that change during trading are refreshed at the pace at which the day's
/// calls last until the close, those without a calendar at the pace at which they last until the
/// day's end. Calls that fail while the breaker is not closed
/// get at most a fifth of the day, two fifths of that at its beginning and the rest evenly later.
///
/// Not thread-safe; does no I/O and reads no clock. Time must not go back between calls.
class Planner {
 public:
  /// `watches` must outlive the planner, which is the one that changes them.
  Planner(RefreshSettings settings, ExchangeWatches& watches);

  /// Sets the shortest lifetimes of values.
  void set_lifetimes(const ShortestLifetimes& lifetimes);
  /// Continues an earlier process's count of the calls that `client` has caused today.
  void restore(ClientId client, double calls, WallTime day_begins);

  /// `client` asks for a value that is known.
  Interest asked(const Query& query, ClientId client, WallTime now);
  /// `client` asks for `query`, whose value is not known, and waits until `stop_waiting` or a
  /// result. False if too many others wait.
  [[nodiscard]] bool wait_for(const Query& query, ClientId client, WallTime now);
  /// The reason why `client` is denied a call for an unknown symbol although the plan has calls
  /// left, and the time until which it is denied; empty if a call is allowed.
  [[nodiscard]] std::optional<Failure> refusal(ClientId client, WallTime now,
                                               const CallBudget& budget);
  /// When the known and due value of `query` can be refreshed.
  [[nodiscard]] RefreshOutlook outlook(const Query& query, WallTime now, const CallBudget& budget);
  /// A caller that waited for `query` has gone. The symbol stays wanted for a day, unless its
  /// client guesses.
  void stop_waiting(const Query& query, WallTime now);
  /// Keeps `query` fresh from now on without being asked for. The owner bounds how many there are.
  void watch(const Query& query, WallTime now);
  /// An operator wants `query` refreshed by the next free call.
  void refresh_now(const Query& query, WallTime now);
  /// Forgets `query`, until somebody asks for it again.
  void forget(const Query& query);

  /// The call that should be made now, or nothing. A call of the budget must be free.
  [[nodiscard]] std::optional<PlannedCall> next(WallTime now, const CallBudget& budget);
  /// When `next` may have a call to make although nothing is reported meanwhile; never more than a
  /// minute after `now`.
  [[nodiscard]] WallTime next_event(WallTime now);

  /// The upstream answered for `query`, whether it was planned or not. Returns true when the
  /// answer was a surprise, as an end-of-day quote that moves during trading is.
  bool fetched(const Query& query, const ValueTimes& value, WallTime now);
  /// The upstream does not know `query`. A known symbol stays known.
  void not_found(const Query& query, WallTime now);
  /// The call for `query` failed. It is not repeated within `pause`; a symbol that is still unknown
  /// is asked for again after a minute, unless nobody wants it any more.
  void failed(const Query& query, circuitbreaker::Duration pause, WallTime now);
  /// The call for `query` could not be made. A symbol without a value keeps its waiting callers.
  void not_made(const Query& query, WallTime now);

  /// How many wanted values are due and how many unknown symbols wait.
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
  /// Refreshes since the last call for an unknown symbol.
  unsigned refreshes_in_a_row_ = 1;
  WallTime day_begins_{};
  unsigned calls_today_ = 0;
  unsigned probes_today_ = 0;
  /// Calls that failed today while the breaker was not closed.
  unsigned failed_probes_today_ = 0;
  std::bitset<kFunctionCount> probing_;
  std::bitset<kFunctionCount> rejected_;
  /// Nothing has to be done before this, unless something is reported.
  WallTime idle_until_{};
  /// The market open for which a probe has already been sent.
  WallTime probed_open_{};
};

}  // namespace stockclient
