#include "stockclient/time/exchange_calendar.h"

#include <algorithm>

#include "stockclient/time/us_market_days.h"

namespace stockclient {

using circuitbreaker::Duration;
using std::chrono::days;
using std::chrono::year_month_day;

namespace {

constexpr std::chrono::minutes kUsEarlyClose{13 * 60};
constexpr days kLongestTradingTime{366};

}  // namespace

std::chrono::minutes closing_time(const Exchange& exchange, TradingDay day) {
  const bool early = exchange.holidays == HolidayRule::us && is_us_early_close(year_month_day(day));
  return early ? kUsEarlyClose : exchange.closes;
}

ExchangeCalendar::ExchangeCalendar(const Exchange& exchange, TimeZone zone)
    : exchange_(&exchange), zone_(zone) {}

TradingDay ExchangeCalendar::day_at(WallTime time) const {
  return std::chrono::floor<days>(zone_.to_local(std::chrono::floor<std::chrono::seconds>(time)));
}

bool ExchangeCalendar::is_session(TradingDay day) const {
  const std::chrono::weekday weekday(day);
  if (weekday == std::chrono::Saturday || weekday == std::chrono::Sunday) return false;
  return exchange_->holidays != HolidayRule::us || !is_us_market_holiday(year_month_day(day));
}

Session ExchangeCalendar::session(TradingDay day) const {
  return {day, zone_.to_sys(day + exchange_->opens),
          zone_.to_sys(day + closing_time(*exchange_, day))};
}

Session ExchangeCalendar::next_after(TradingDay day) const {
  do day += days(1);
  while (!is_session(day));
  return session(day);
}

Session ExchangeCalendar::last_before(TradingDay day) const {
  do day -= days(1);
  while (!is_session(day));
  return session(day);
}

Session ExchangeCalendar::last_opened(WallTime time) const {
  const TradingDay day = day_at(time);
  if (is_session(day)) {
    const Session today = session(day);
    if (today.opens <= time) return today;
  }
  return last_before(day);
}

Session ExchangeCalendar::last_closed(WallTime time) const {
  const Session opened = last_opened(time);
  return opened.closes <= time ? opened : last_before(opened.day);
}

Duration ExchangeCalendar::trading_time(WallTime from, WallTime to) const {
  from = std::max<WallTime>(from, to - kLongestTradingTime);
  Duration total{0};
  if (to <= from) return total;
  for (Session each = last_opened(to); each.closes > from; each = last_before(each.day)) {
    const WallTime begins = std::max(each.opens, from);
    const WallTime ends = std::min(each.closes, to);
    if (ends > begins) total += ends - begins;
  }
  return total;
}

}  // namespace stockclient
