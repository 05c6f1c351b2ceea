#include "stockclient/simulator/series.h"

#include <string>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace stockclient::simulator {
namespace {

using std::chrono::days;
using std::chrono::sys_days;
using namespace std::chrono_literals;

constexpr sys_days kFriday = 2026y / 11 / 20;

TEST(SimulatorSeries, IsTheSameOnEveryMachine) {
  const DailyBar bar = daily_bar("IBM", kFriday);
  EXPECT_EQ(bar.open, 9055);
  EXPECT_EQ(bar.high, 9121);
  EXPECT_EQ(bar.low, 9034);
  EXPECT_EQ(bar.close, 9121);
  EXPECT_EQ(bar.volume, 1431854);
}

TEST(SimulatorSeries, TradesFromMondayToFriday) {
  EXPECT_EQ(trading_day_at(kFriday), kFriday);
  EXPECT_EQ(trading_day_at(kFriday + days(1)), kFriday);
  EXPECT_EQ(trading_day_at(kFriday + days(2)), kFriday);
  EXPECT_EQ(trading_day_at(kFriday + days(3)), kFriday + days(3));
  EXPECT_EQ(trading_day_before(kFriday + days(3)), kFriday);
}

TEST(SimulatorSeries, DiffersBetweenSymbols) {
  EXPECT_NE(daily_bar("IBM", kFriday).close, daily_bar("MSFT", kFriday).close);
}

RC_GTEST_PROP(SimulatorSeries, HasPossiblePricesForEverySymbolAndDay, (const std::string& symbol)) {
  const int back = *rc::gen::inRange(0, 20'000);
  const sys_days day = trading_day_at(kFriday - days(back));
  const DailyBar bar = daily_bar(symbol, day);
  RC_ASSERT(bar.day == day);
  RC_ASSERT(bar.low > 0);
  RC_ASSERT(bar.low <= std::min(bar.open, bar.close));
  RC_ASSERT(bar.high >= std::max(bar.open, bar.close));
  RC_ASSERT(bar.volume > 0);
}

RC_GTEST_PROP(SimulatorSeries, OpensNearTheCloseOfTheDayBefore, (const std::string& symbol)) {
  const int back = *rc::gen::inRange(0, 20'000);
  const sys_days day = trading_day_at(kFriday - days(back));
  const std::int64_t before = daily_bar(symbol, trading_day_before(day)).close;
  RC_ASSERT(std::abs(daily_bar(symbol, day).open - before) <= before / 100);
}

}  // namespace
}  // namespace stockclient::simulator
