// Sessions on the time line: weekends, holidays, early closes and changes of the clocks.

#include "stockclient/time/exchange_calendar.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/stockclient/time/calendars.h"

namespace stockclient::testing {
namespace {

using namespace std::chrono_literals;
using std::chrono::days;

TEST(ExchangeCalendar, ASessionIsTheRegularHoursInLocalTime) {
  const Session session = calendar_of("IBM").session(day_of(2026, 11, 25));
  EXPECT_EQ(session.opens, utc(2026, 11, 25, 14, 30));
  EXPECT_EQ(session.closes, utc(2026, 11, 25, 21, 0));
}

TEST(ExchangeCalendar, SessionsFollowTheClocksIntoAndOutOfSummer) {
  const ExchangeCalendar us = calendar_of("IBM");
  EXPECT_EQ(us.session(day_of(2026, 3, 6)).opens, utc(2026, 3, 6, 14, 30));
  EXPECT_EQ(us.session(day_of(2026, 3, 9)).opens, utc(2026, 3, 9, 13, 30));
  EXPECT_EQ(us.session(day_of(2026, 10, 30)).closes, utc(2026, 10, 30, 20, 0));
  EXPECT_EQ(us.session(day_of(2026, 11, 2)).closes, utc(2026, 11, 2, 21, 0));
  // London's clocks change on different Sundays from New York's.
  const ExchangeCalendar london = calendar_of("TSCO.LON");
  EXPECT_EQ(london.session(day_of(2026, 3, 27)).opens, utc(2026, 3, 27, 8, 0));
  EXPECT_EQ(london.session(day_of(2026, 3, 30)).opens, utc(2026, 3, 30, 7, 0));
}

TEST(ExchangeCalendar, TheDayAfterThanksgivingClosesAtOne) {
  EXPECT_EQ(calendar_of("IBM").session(day_of(2026, 11, 27)).closes, new_york(2026, 11, 27, 13));
}

TEST(ExchangeCalendar, WeekendsAndHolidaysAreNoSessions) {
  const ExchangeCalendar us = calendar_of("IBM");
  EXPECT_FALSE(us.is_session(day_of(2026, 11, 26)));
  EXPECT_FALSE(us.is_session(day_of(2026, 11, 28)));
  EXPECT_TRUE(us.is_session(day_of(2026, 11, 27)));
  EXPECT_TRUE(calendar_of("TSCO.LON").is_session(day_of(2026, 11, 26)));
}

TEST(ExchangeCalendar, TheNextSessionSkipsALongWeekend) {
  const ExchangeCalendar us = calendar_of("IBM");
  // Good Friday, 3 April 2026.
  EXPECT_EQ(us.next_after(day_of(2026, 4, 2)).day, day_of(2026, 4, 6));
  EXPECT_EQ(us.last_before(day_of(2026, 4, 6)).day, day_of(2026, 4, 2));
}

TEST(ExchangeCalendar, TheLastOpenedSessionIsTodaysOnlyAfterTheOpen) {
  const ExchangeCalendar us = calendar_of("IBM");
  EXPECT_EQ(us.last_opened(new_york(2026, 11, 23, 9, 29, 59)).day, day_of(2026, 11, 20));
  EXPECT_EQ(us.last_opened(new_york(2026, 11, 23, 9, 30)).day, day_of(2026, 11, 23));
  EXPECT_EQ(us.last_closed(new_york(2026, 11, 23, 15, 59, 59)).day, day_of(2026, 11, 20));
  EXPECT_EQ(us.last_closed(new_york(2026, 11, 23, 16, 0)).day, day_of(2026, 11, 23));
}

TEST(ExchangeCalendar, TheLocalDateIsTheExchangesAndNotUtcs) {
  EXPECT_EQ(calendar_of("0700.HKG").day_at(utc(2026, 11, 24, 23)), day_of(2026, 11, 25));
  EXPECT_EQ(calendar_of("IBM").day_at(utc(2026, 11, 25, 3)), day_of(2026, 11, 24));
}

TEST(ExchangeCalendar, TradingTimeCountsOnlySessions) {
  const ExchangeCalendar us = calendar_of("IBM");
  const auto friday_noon = new_york(2026, 11, 20, 12);
  EXPECT_EQ(us.trading_time(friday_noon, new_york(2026, 11, 22, 12)), 4h);
  EXPECT_EQ(us.trading_time(friday_noon, new_york(2026, 11, 23, 10)), 4h + 30min);
  EXPECT_EQ(us.trading_time(friday_noon, friday_noon), 0h);
  EXPECT_EQ(us.trading_time(friday_noon, friday_noon - 1h), 0h);
  // Thanksgiving, and a short day after it.
  EXPECT_EQ(us.trading_time(new_york(2026, 11, 25, 16), new_york(2026, 11, 29, 0)), 3h + 30min);
}

ExchangeCalendar any_calendar() {
  const auto all = exchanges();
  const Exchange& exchange = all[*rc::gen::inRange<std::size_t>(0, all.size())];
  return {exchange, TimeZone::find(exchange.zone).value()};
}

RC_GTEST_PROP(ExchangeCalendar, SessionsFollowEachOtherWithoutOverlap, ()) {
  const ExchangeCalendar calendar = any_calendar();
  const Session session = calendar.last_opened(any_time());
  const Session next = calendar.next_after(session.day);
  RC_ASSERT(session.opens < session.closes);
  RC_ASSERT(session.closes < next.opens);
  RC_ASSERT(next.day - session.day <= days(5));
  RC_ASSERT(calendar.last_before(next.day).day == session.day);
}

RC_GTEST_PROP(ExchangeCalendar, TheLastOpenedSessionHasOpenedAndTheNextHasNot, ()) {
  const ExchangeCalendar calendar = any_calendar();
  const WallTime time = any_time();
  const Session session = calendar.last_opened(time);
  RC_ASSERT(session.opens <= time);
  RC_ASSERT(calendar.next_after(session.day).opens > time);
  RC_ASSERT(calendar.last_closed(time).closes <= time);
}

RC_GTEST_PROP(ExchangeCalendar, TradingTimeAddsUp, ()) {
  const ExchangeCalendar calendar = any_calendar();
  const WallTime from = any_time();
  const WallTime middle = from + std::chrono::seconds(*rc::gen::inRange(0, 20 * 86400));
  const WallTime to = middle + std::chrono::seconds(*rc::gen::inRange(0, 20 * 86400));
  RC_ASSERT(calendar.trading_time(from, to) ==
            calendar.trading_time(from, middle) + calendar.trading_time(middle, to));
  RC_ASSERT(calendar.trading_time(from, to) <= to - from);
}

}  // namespace
}  // namespace stockclient::testing
