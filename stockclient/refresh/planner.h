#pragma once
/// Decides which symbol every free upstream call is spent on.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_set>

#include "circuitbreaker/clock.h"

#include "stockclient/refresh/client_shares.h"
#include "stockclient/refresh/unknown_symbols.h"
#include "stockclient/refresh/wanted_symbols.h"

namespace stockclient {

/// The calls of the current day under a plan that counts them.
struct DayCalls {
  /// Calls that the plan allows.
  std::uint32_t limit = 0;
  /// Calls that may still be made now.
  std::uint32_t left = 0;
  /// When the day began. With a plan for any 24 hours, a day begins with the first call after the
  /// end of the one before.
  WallTime begins;
  /// When the day ends.
  WallTime ends;
  /// When a call that leaves now is available again: the day's end, or 24 hours from now.
  WallTime returns;
};

/// What may be spent when a call is free.
struct CallBudget {
  /// Present when the plan counts calls per day.
  std::optional<DayCalls> day;
  /// The mean distance of two calls under the plan's limit per minute; zero without one. Refreshes
  /// keep this distance, so that they are spread evenly and leave bursts to unknown symbols.
  circuitbreaker::Duration spacing{0};
  /// The breaker is half-open and waits for a call: when nothing is due, a fresh value is
  /// refreshed.
  bool probing = false;
};

/// Why a call is made.
enum class CallReason : std::uint8_t {
  /// No value of the symbol is known.
  unknown,
  /// The known value can have changed.
  refresh,
  /// The breaker needs a call, and nothing is due.
  probe,
};

/// A call that the planner wants to be made.
struct PlannedCall {
  /// The symbol to ask for.
  std::string symbol;
  /// Why it is asked for.
  CallReason reason = CallReason::refresh;
  /// The client on whose behalf an unknown symbol is asked for.
  ClientId client = kNobody;
};

/// The refresh planner: keeps what is wanted in a bounded table and gives every free call to the
/// refresh that is worth most. Nothing that is wanted is dropped because there was no call for it;
/// it waits for the next one.
///
/// Whenever the quota has a call to give, the owner asks `next`, makes the call that it returns,
/// and reports the result through exactly one of `fetched`, `not_found` and `failed`:
///
///     while (quota.has_free_call()) {
///       const auto call = planner.next(now, quota.budget());
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
/// With a daily quota, end-of-day values that could not be refreshed before the next open leave
/// their calls to the coming close, and values that change during trading are refreshed at the pace
/// at which the day's calls last until the close.
///
/// Not thread-safe; does no I/O and reads no clock. Time must not go back between calls.
class Planner {
 public:
  /// `calendars` must outlive the planner; null switches calendars off.
  Planner(RefreshSettings settings, const ExchangeCalendars* calendars);

  /// `client` asks for `symbol`. Returns true when its value is known. Otherwise the caller is
  /// taken to wait, until `stop_waiting` or a result.
  bool asked(const std::string& symbol, ClientId client, WallTime now);
  /// A caller that waited for `symbol` has gone. The symbol stays wanted for a day, unless its
  /// client guesses.
  void stop_waiting(const std::string& symbol, WallTime now);
  /// Keeps `symbol` fresh from now on without being asked for. The owner bounds how many there are.
  void watch(const std::string& symbol, WallTime now);
  /// An operator wants `symbol` refreshed by the next free call.
  void refresh_now(const std::string& symbol, WallTime now);
  /// Forgets `symbol`, until somebody asks for it again.
  void forget(const std::string& symbol);

  /// The call that should be made now, or nothing. A call of the budget must be free.
  [[nodiscard]] std::optional<PlannedCall> next(WallTime now, const CallBudget& budget);
  /// When `next` may have a call to make although nothing is reported meanwhile; never more than a
  /// minute after `now`.
  [[nodiscard]] WallTime next_event(WallTime now);

  /// The upstream answered for `symbol`, whether it was planned or not. Returns true when the
  /// answer was a surprise, as an end-of-day quote that moves during trading is.
  bool fetched(const std::string& symbol, const ValueTimes& value, WallTime now);
  /// The upstream does not know `symbol`. A known symbol stays known.
  void not_found(const std::string& symbol, WallTime now);
  /// The call for `symbol` failed.
  void failed(const std::string& symbol, Blame blame, WallTime now);

  /// How many wanted values are due and how many unknown symbols wait.
  [[nodiscard]] std::size_t queued(WallTime now);
  /// The symbols with a known value.
  [[nodiscard]] const WantedSymbols& wanted() const noexcept { return wanted_; }

 private:
  void advance(WallTime now);
  void begin_day(const std::optional<DayCalls>& day);
  [[nodiscard]] WantedSymbol* due(const CallBudget& budget);
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
  std::unordered_set<std::string> watched_;
  WallTime now_{};
  WallTime tidied_{};
  /// The earliest time of the next refresh, by the plan's mean distance.
  WallTime next_refresh_{};
  /// Refreshes since the last call for an unknown symbol.
  unsigned refreshes_in_a_row_ = 1;
  WallTime day_begins_{};
  unsigned probes_today_ = 0;
  /// The open before which a probe has been sent.
  WallTime probed_open_{};
};

}  // namespace stockclient
