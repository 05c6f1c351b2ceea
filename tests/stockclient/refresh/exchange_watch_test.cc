// An exchange's trading clock, its surprises and the rules in force.

#include "stockclient/refresh/exchange_watch.h"

#include <gtest/gtest.h>

#include "tests/stockclient/time/calendars.h"

namespace stockclient::testing {
namespace {

using namespace std::chrono_literals;

class WatchedExchange : public ::testing::Test {
 protected:
  ExchangeCalendar calendar = calendar_of("IBM");
  ExchangeWatch watch{calendar, QuoteUpdates::end_of_day, 1h};
  const TradingDay monday = day_of(2026, 10, 5);
};

TEST_F(WatchedExchange, ItsTradingClockRunsOnlyDuringSessions) {
  watch.advance(new_york(2026, 10, 5, 15));
  const auto origin = watch.traded();
  watch.advance(new_york(2026, 10, 5, 15, 30));
  EXPECT_EQ(watch.traded() - origin, 30min);
  watch.advance(new_york(2026, 10, 6, 3));
  EXPECT_EQ(watch.traded() - origin, 1h);
  watch.advance(new_york(2026, 10, 6, 10));
  EXPECT_EQ(watch.traded() - origin, 1h + 30min);
  watch.advance(new_york(2026, 10, 12, 9));
  EXPECT_EQ(watch.traded() - origin, 1h + 4 * 6h + 4 * 30min);
}

TEST_F(WatchedExchange, ItsTradingClockKnowsThePast) {
  watch.advance(new_york(2026, 10, 6, 10));
  EXPECT_EQ(watch.traded() - watch.traded_at(new_york(2026, 10, 5, 15, 45)), 45min);
}

TEST_F(WatchedExchange, ItsRulesFollowThePublication) {
  watch.advance(new_york(2026, 10, 5, 16));
  EXPECT_TRUE(watch.awaits_publication());
  EXPECT_EQ(watch.rules().publication_lag, 1h);
  const auto before = watch.revision();
  watch.saw("IBM", {monday, new_york(2026, 10, 5, 16, 40)});
  EXPECT_FALSE(watch.awaits_publication());
  EXPECT_EQ(watch.rules().publication_lag, 40min);
  EXPECT_NE(watch.revision(), before);
}

TEST_F(WatchedExchange, AQuoteOfTodayDuringTradingIsASurpriseThatLastsUntilTheNextOpen) {
  watch.advance(new_york(2026, 10, 5, 12));
  EXPECT_TRUE(watch.saw("IBM", {monday, new_york(2026, 10, 5, 12)}));
  EXPECT_EQ(watch.updates(), QuoteUpdates::realtime);
  EXPECT_FALSE(watch.saw("IBM", {monday, new_york(2026, 10, 5, 12)})) << "once a day is enough";
  watch.advance(new_york(2026, 10, 6, 9));
  EXPECT_EQ(watch.updates(), QuoteUpdates::realtime);
  watch.advance(new_york(2026, 10, 6, 9, 30));
  EXPECT_EQ(watch.updates(), QuoteUpdates::end_of_day);
}

TEST_F(WatchedExchange, AQuoteOfYesterdayDuringTradingIsNoSurprise) {
  watch.advance(new_york(2026, 10, 6, 12));
  EXPECT_FALSE(watch.saw("IBM", {monday, new_york(2026, 10, 6, 12)}));
  EXPECT_FALSE(watch.saw("IBM", {std::nullopt, new_york(2026, 10, 6, 12)}));
}

}  // namespace
}  // namespace stockclient::testing
