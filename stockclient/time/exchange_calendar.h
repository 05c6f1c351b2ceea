#pragma once
/// Trading sessions of an exchange in UTC, correct across clock changes.

#include <chrono>
#include <cstdint>
#include <optional>

#include "circuitbreaker/clock.h"

#include "stockclient/time/exchange.h"
#include "stockclient/time/time_zone.h"
#include "stockclient/time/wall_clock.h"

namespace stockclient {

/// A date on an exchange's local calendar.
using TradingDay = std::chrono::local_days;

/// When `exchange` closes on `day`, counted from local midnight; earlier than usual before some
/// holidays. Thread-safe.
[[nodiscard]] std::chrono::minutes closing_time(const Exchange& exchange, TradingDay day);

/// One day's trading: `opens` is before `closes`.
struct Session {
  /// The local date.
  TradingDay day;
  /// When trading begins.
  WallTime opens;
  /// When trading ends.
  WallTime closes;
};

/// The trading sessions of one exchange: weekdays except the holidays that are known by rule.
/// Immutable, so safe to use from any thread. Finding a session converts a few local times, which
/// takes a few microseconds.
///
///     const ExchangeCalendar calendar(*exchange_of("IBM"), new_york);
///     const Session today = calendar.last_opened(now);
///     const bool trading = now < today.closes;
class ExchangeCalendar {
 public:
  /// `exchange` is a row of the table, and `zone` is the time zone that the row names.
  ExchangeCalendar(const Exchange& exchange, TimeZone zone);

  /// The exchange whose calendar this is.
  [[nodiscard]] const Exchange& exchange() const noexcept { return *exchange_; }

  /// The local date of the exchange at `time`.
  [[nodiscard]] TradingDay day_at(WallTime time) const;
  /// Whether the exchange trades on `day`.
  [[nodiscard]] bool is_session(TradingDay day) const;
  /// The session of `day`, or its usual hours if there is no session on that day.
  [[nodiscard]] Session session(TradingDay day) const;

  /// The first session after `day`.
  [[nodiscard]] Session next_after(TradingDay day) const;
  /// The last session before `day`.
  [[nodiscard]] Session last_before(TradingDay day) const;
  /// The latest session that has opened by `time`; it may have closed.
  [[nodiscard]] Session last_opened(WallTime time) const;
  /// The latest session that has closed by `time`.
  [[nodiscard]] Session last_closed(WallTime time) const;

  /// The exchange's trading time between `from` and `to`; zero unless `to` is after `from`. Only
  /// the last 366 days of a longer span count, which bounds the cost.
  [[nodiscard]] circuitbreaker::Duration trading_time(WallTime from, WallTime to) const;

 private:
  const Exchange* exchange_;
  TimeZone zone_;
};

}  // namespace stockclient
