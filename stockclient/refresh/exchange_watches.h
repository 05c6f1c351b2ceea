#pragma once
/// Holds the watches of all exchanges.

#include <deque>
#include <shared_mutex>
#include <string>

#include "stockclient/domain/query.h"
#include "stockclient/refresh/exchange_watch.h"
#include "stockclient/time/exchange_calendars.h"

namespace stockclient {

/// Assumptions about exchanges, used until the upstream's answers show otherwise.
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

  /// The watch that determines when the answer to `query` changes. Null if the exchange has no
  /// calendar or the query is not about a symbol.
  [[nodiscard]] ExchangeWatch* of(const Query& query);
  /// Whether the answer to `query` is fresh for a day, because the plan counts calls per day and
  /// the answer has a trading day but its exchange has no calendar.
  [[nodiscard]] bool is_daily_without_calendar(const Query& query,
                                               bool rationed_by_day) const noexcept;
  /// The configured update mode of quotes, which applies unless an exchange's answers show
  /// otherwise.
  [[nodiscard]] QuoteUpdates updates() const noexcept { return settings_.updates; }
  /// Guards the watches against changes.
  [[nodiscard]] std::shared_mutex& mutex() noexcept { return mutex_; }

  /// Sets the current time of all watches to `now`.
  void advance(WallTime now);
  /// See `ExchangeWatch::saw`.
  bool saw(ExchangeWatch& watch, const std::string& symbol, const ValueTimes& value);
  /// Notes that a call is being sent. If new data of the exchange are awaited, it is the call that
  /// checks for them.
  void call_begins(ExchangeWatch& watch);
  /// Records that a call for the exchange ended without an answer.
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
  /// A deque, because its growth leaves pointers to the watches valid.
  std::deque<Watched> watches_;
};

}  // namespace stockclient
