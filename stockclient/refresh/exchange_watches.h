#pragma once
/// The watches over all exchanges.

#include <deque>
#include <shared_mutex>
#include <string>

#include "stockclient/domain/query.h"
#include "stockclient/refresh/exchange_watch.h"
#include "stockclient/time/exchange_calendars.h"

namespace stockclient {

/// The assumptions about exchanges before anything has been seen.
struct WatchSettings {
  /// Whether calendars are used at all.
  bool market_hours = true;
  /// When the upstream changes its quotes.
  QuoteUpdates updates = QuoteUpdates::end_of_day;
  /// The publication lag of end-of-day data.
  circuitbreaker::Duration first_lag = std::chrono::hours(1);
  /// The publication lag of mutual funds' end-of-day data.
  circuitbreaker::Duration first_fund_lag = std::chrono::hours(3);
};

/// One watch for each exchange with a calendar, and one for the US mutual funds, which are
/// published later than the stocks of their exchange.
///
/// Thread-safety: one thread at a time changes the watches (the planner's), through the functions
/// below; that thread may read them without a lock. Other threads read a watch while they hold
/// `mutex()` shared.
class ExchangeWatches {
 public:
  /// Creates the watches.
  explicit ExchangeWatches(const WatchSettings& settings);

  /// The watch that decides when the answer to `query` changes; null without a calendar, and for
  /// questions that are not about a symbol.
  [[nodiscard]] ExchangeWatch* of(const Query& query);
  /// Whether the answer to `query` lives for a day because it has a trading day but no calendar,
  /// and the plan counts calls per day.
  [[nodiscard]] bool is_daily_without_calendar(const Query& query,
                                               bool rationed_by_day) const noexcept;
  /// When quotes change, unless an exchange's answers say otherwise.
  [[nodiscard]] QuoteUpdates updates() const noexcept { return settings_.updates; }
  /// Guards the watches against changes.
  [[nodiscard]] std::shared_mutex& mutex() noexcept { return mutex_; }

  /// Moves all watches to `now`.
  void advance(WallTime now);
  /// See `ExchangeWatch::saw`.
  bool saw(ExchangeWatch& watch, const std::string& symbol, const ValueTimes& value);
  /// Notes that a call is being sent. If new data of the exchange are awaited, it is the call that
  /// checks for them.
  void call_begins(ExchangeWatch& watch);
  /// A call ended without an answer.
  void call_failed(ExchangeWatch& watch);

 private:
  struct Watched {
    const Exchange& exchange;
    bool is_for_funds;
    ExchangeWatch watch;
  };

  const WatchSettings settings_;
  ExchangeCalendars calendars_;
  std::shared_mutex mutex_;
  /// A deque, since others refer to the watches.
  std::deque<Watched> watches_;
};

}  // namespace stockclient
