#pragma once
/// For how long values are fresh.

#include <chrono>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>

#include "circuitbreaker/clock.h"

#include "stockclient/domain/answer.h"
#include "stockclient/domain/query.h"
#include "stockclient/domain/settings_cell.h"
#include "stockclient/refresh/exchange_watch.h"
#include "stockclient/time/clocks.h"
#include "stockclient/time/exchange_calendars.h"

namespace stockclient {

/// What decides when values change, apart from the live settings.
struct LifetimeSettings {
  /// Whether exchanges' calendars are used. Without them every value lives for its `ttl`.
  bool market_hours = true;
  /// When the upstream changes its quotes.
  QuoteUpdates quote_updates = QuoteUpdates::end_of_day;
  /// The plan counts calls per day, so a symbol without a calendar is refreshed once a day.
  bool is_rationed_by_day = false;
};

/// Says until when values are fresh: quotes and daily series until they can have changed, by their
/// exchange's calendar and what the upstream's answers have revealed about it; everything else for
/// its `ttl`. No lifetime is shorter than `LiveSettings::ttl`.
///
///     ValueLifetimes lifetimes(settings, live, system_clocks());
///     lifetimes.saw(query, value);                        // each answer of the upstream
///     const bool hit = lifetimes.is_fresh(query, value);  // each request
///
/// Until the quotes of an ended session have been seen, only one call at a time should look for
/// them: see `may_look`. A symbol whose value stays behind although its exchange's data are
/// published is probably halted. Its value counts as fresh for two hours after the first vain look,
/// then for a day, and for longer the longer it is behind, up to a week; but if quotes change
/// during trading, only until the next open.
///
/// Thread-safety: every member function may be called from any thread. Cost: a lifetime takes about
/// a microsecond, under a lock that the symbols of one exchange share.
class ValueLifetimes {
 public:
  /// `live` and the clocks must outlive this object.
  ValueLifetimes(LifetimeSettings settings, const SettingsCell& live, Clocks clocks);

  /// For how long after its fetch `value`, the answer to `query`, is fresh.
  [[nodiscard]] circuitbreaker::Duration of(const Query& query, const Value& value);
  /// Whether `value` is fresh now.
  [[nodiscard]] bool is_fresh(const Query& query, const Value& value);
  /// Whether `query` asks for a quote that changes only after the close.
  [[nodiscard]] bool is_end_of_day_quote(const Query& query);

  /// Whether a refresh may be started now; false while another call looks whether the quotes that
  /// the exchange's symbols wait for have been published.
  [[nodiscard]] bool may_look(const Query& query);
  /// A refresh starts; it ends with `saw`, or without an answer after `LiveSettings::max_wait`.
  void look_begins(const Query& query);
  /// The upstream answered `query` with `value`. Returns true on a surprise: a quote that moves
  /// during trading, although only closes were expected. Its exchange's quotes then count as
  /// realtime until the next session.
  bool saw(const Query& query, const Value& value);

 private:
  /// An exchange, or its mutual funds, which are published later.
  struct WatchedExchange {
    WatchedExchange(const ExchangeCalendar& calendar, bool funds, ExchangeWatch first)
        : exchange(calendar.exchange()), is_for_funds(funds), watch(std::move(first)) {}

    const Exchange& exchange;
    const bool is_for_funds;
    std::mutex mutex;
    /// Guarded by `mutex`, like everything below.
    ExchangeWatch watch;
    /// Until then a call under way looks for the quotes of the last session.
    BootTime looking_until{};
  };

  /// The exchange whose calendar decides; null without one.
  [[nodiscard]] WatchedExchange* exchange_for(const Query& query);
  /// The same if quotes are asked for, which are the ones that look for a publication.
  [[nodiscard]] WatchedExchange* exchange_of_quote(const Query& query);
  /// The calendar time of the fetch is reckoned back from `now`, so that a clock which was wrong at
  /// that time does no harm.
  [[nodiscard]] ValueTimes times_of(const Value& value, WallTime now) const;

  const LifetimeSettings settings_;
  const SettingsCell& live_;
  const Clocks clocks_;
  /// Empty when calendars are not used.
  std::optional<ExchangeCalendars> calendars_;
  /// A deque, since its elements cannot move.
  std::deque<WatchedExchange> exchanges_;
};

}  // namespace stockclient
