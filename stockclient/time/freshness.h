#pragma once
/// Determines how long a value stays fresh: until it may have changed at the upstream.
///
/// A quote changes while its exchange trades or, for end-of-day data, once after each close. The
/// end of a value's lifetime is therefore a point in time that follows from the exchange's
/// calendar. It is computed from wall-clock time whenever the value is read, and never stored as a
/// duration.

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>

#include "circuitbreaker/clock.h"

#include "stockclient/time/exchange_calendar.h"

namespace stockclient {

/// When the upstream changes its quotes.
enum class QuoteUpdates : std::uint8_t {
  /// During trading, without delay.
  realtime,
  /// During trading, with a delay of 15 minutes.
  delayed,
  /// Once per trading day, some time after the close.
  end_of_day,
};

/// How late delayed quotes are.
inline constexpr std::chrono::minutes kQuoteDelay{15};
/// How long after a close the day's figures may still change: the closing auction and late trades
/// are reported within minutes.
inline constexpr std::chrono::minutes kSettling{5};

/// The facts that determine how long one value stays fresh.
struct ValueTimes {
  /// The trading day of the value; empty if the upstream did not state it.
  std::optional<TradingDay> trading_day;
  /// When the upstream answered.
  WallTime fetched;
};

/// The rules that determine when an exchange's values change. The pointers must outlive the rules.
struct FreshnessRules {
  /// The exchange's calendar. Null if it is unknown or not used; every value is then fresh for
  /// `fresh_ttl`.
  const ExchangeCalendar* calendar = nullptr;
  /// When the upstream changes its quotes.
  QuoteUpdates updates = QuoteUpdates::end_of_day;
  /// The shortest lifetime of a value.
  circuitbreaker::Duration fresh_ttl = std::chrono::seconds(60);
  /// How long after a close the upstream publishes end-of-day data.
  circuitbreaker::Duration publication_lag = std::chrono::hours(1);
  /// Trading days in the calendar on which no data were published: holidays that no rule predicts.
  std::span<const TradingDay> silent_days = {};
  /// Whether the upstream reports that the market is open. It can only shorten a lifetime.
  bool reported_open = false;
};

/// The first session after `day` that is not on a silent day.
[[nodiscard]] Session next_session(const FreshnessRules& rules, TradingDay day);

/// When the figures of `session` become final at the upstream: the close plus, for intraday data,
/// the delay and the settling time or, for end-of-day data, the publication lag. Requires a
/// calendar.
[[nodiscard]] WallTime final_time(const FreshnessRules& rules, const Session& session);
/// The latest session whose figures are final at `now`. Requires a calendar.
[[nodiscard]] Session last_final_session(const FreshnessRules& rules, WallTime now);

/// The time until which a value is fresh, at least `fresh_ttl` after its fetch. A value must be
/// refreshed once after each close, even if the refresh returns the same figures. If the clock was
/// set back and the fetch time is therefore in the future, the value counts as fetched at `now`.
///
/// - An end-of-day value of trading day D that was fetched before D became final is fresh until
///   then. One that was fetched later is fresh until the next session becomes final.
/// - An intraday value that was fetched during trading is fresh for `fresh_ttl`. One that was
///   fetched between the close and the time when the day became final is fresh until that time. Any
///   other is fresh until the next open. A value older than the last final trading day is due after
///   `fresh_ttl`.
/// - Without a trading day or a calendar, values are fresh for `fresh_ttl`.
[[nodiscard]] WallTime fresh_until(const ValueTimes& value, const FreshnessRules& rules,
                                   WallTime now);

}  // namespace stockclient
