#pragma once
/// Calendars of real exchanges and moments on their clocks, for tests.

#include <chrono>
#include <string_view>

#include <rapidcheck.h>

#include "stockclient/time/exchange_calendar.h"

namespace stockclient::testing {

/// The calendar of the exchange that `symbol` trades on. The exchange must be a known one.
inline ExchangeCalendar calendar_of(std::string_view symbol) {
  const Exchange& exchange = *exchange_of(symbol);
  return {exchange, TimeZone::find(exchange.zone).value()};
}

inline TradingDay day_of(int year, unsigned month, unsigned day) {
  return TradingDay(std::chrono::year(year) / std::chrono::month(month) / std::chrono::day(day));
}

/// A local time in New York, as a point in time.
inline WallTime new_york(int year, unsigned month, unsigned day, int hour, int minute = 0,
                         int second = 0) {
  static const TimeZone zone = TimeZone::find("America/New_York").value();
  return zone.to_sys(day_of(year, month, day) + std::chrono::hours(hour) +
                     std::chrono::minutes(minute) + std::chrono::seconds(second));
}

inline WallTime utc(int year, unsigned month, unsigned day, int hour, int minute = 0) {
  return std::chrono::sys_days(std::chrono::year(year) / std::chrono::month(month) /
                               std::chrono::day(day)) +
         std::chrono::hours(hour) + std::chrono::minutes(minute);
}

/// Any time in the twenty years from 2020. For use inside a RapidCheck property.
inline WallTime any_time() {
  return utc(2020, 1, 1, 0) + std::chrono::seconds(*rc::gen::inRange(0, 20 * 366 * 86400));
}

}  // namespace stockclient::testing
