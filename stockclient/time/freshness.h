#pragma once
/// How long a value stays fresh: until it can have changed at the upstream.
///
/// A quote changes while its exchange trades or, for end-of-day data, once after each close. So a
/// value's lifetime is a point in time that follows from the exchange's calendar. It is computed
/// whenever the value is read, from wall-clock time, and never stored as a duration.

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

/// By how much delayed quotes are late.
inline constexpr std::chrono::minutes kQuoteDelay{15};
/// How long after a close the figures of the day may still change: the closing auction and late
/// trades are reported within minutes.
inline constexpr std::chrono::minutes kSettling{5};

/// The known facts about one value's age.
struct ValueTimes {
  /// The trading day that the value belongs to; empty when the upstream did not say.
  std::optional<TradingDay> trading_day;
  /// When the upstream answered.
  WallTime fetched;
};

/// The rules by which an exchange's values change. The pointers must outlive the rules.
struct FreshnessRules {
  /// The exchange's calendar; null when it is not known or not to be used, and then every value is
  /// fresh for `fresh_ttl`.
  const ExchangeCalendar* calendar = nullptr;
  /// When the upstream changes its quotes.
  QuoteUpdates updates = QuoteUpdates::end_of_day;
  /// The shortest lifetime of a value.
  circuitbreaker::Duration fresh_ttl = std::chrono::seconds(60);
  /// How long after a close the upstream publishes end-of-day data.
  circuitbreaker::Duration publication_lag = std::chrono::hours(1);
  /// Days of the calendar on which nothing was published: holidays that no rule predicts.
  std::span<const TradingDay> silent_days = {};
  /// The upstream says that the market is open. Only ever shortens a lifetime.
  bool reported_open = false;
};

/// The first session after `day` that is not a silent one.
[[nodiscard]] Session next_session(const FreshnessRules& rules, TradingDay day);

/// When the figures of `session` are final at the upstream: its close, and the delay and settling
/// of intraday data or the publication lag of end-of-day data. Requires a calendar.
[[nodiscard]] WallTime final_time(const FreshnessRules& rules, const Session& session);
/// The latest session whose figures are final at `now`. Requires a calendar.
[[nodiscard]] Session last_final_session(const FreshnessRules& rules, WallTime now);

/// The time until which a value is fresh, never less than `fresh_ttl` after its fetch. The value
/// must be refreshed once after each close, also when that changes nothing. A fetch in the future,
/// by a clock that was set back, counts as one at `now`.
///
/// - End-of-day values of trading day D are fresh until D is final when they were fetched before
///   that, and until the next session is final when they were fetched after it.
/// - Intraday values are fresh for `fresh_ttl` when they were fetched during trading, until the day
///   is final when they were fetched between its close and that, and otherwise until the next open.
///   A value of an earlier day than the last final one is due after `fresh_ttl`.
/// - Without a trading day or a calendar, values are fresh for `fresh_ttl`.
[[nodiscard]] WallTime fresh_until(const ValueTimes& value, const FreshnessRules& rules,
                                   WallTime now);

}  // namespace stockclient
