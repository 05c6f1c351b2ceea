// Holidays and early closes of the US exchanges, against NYSE's published calendars.

#include "stockclient/time/us_market_days.h"

#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace stockclient {
namespace {

using namespace std::chrono;  // NOLINT: calendar arithmetic only

template <class Predicate>
std::vector<year_month_day> days_of(int in, Predicate predicate) {
  std::vector<year_month_day> found;
  for (sys_days day(year(in) / January / 1); day < sys_days(year(in + 1) / January / 1);
       day += days(1)) {
    if (predicate(year_month_day(day))) found.emplace_back(day);
  }
  return found;
}

TEST(UsMarketHolidays, AreThoseThatNysePublishedFor2026) {
  const year y(2026);
  EXPECT_EQ(
      days_of(2026, is_us_market_holiday),
      (std::vector<year_month_day>{y / 1 / 1, y / 1 / 19, y / 2 / 16, y / 4 / 3, y / 5 / 25,
                                   y / 6 / 19, y / 7 / 3, y / 9 / 7, y / 11 / 26, y / 12 / 25}));
}

TEST(UsMarketHolidays, AreThoseThatNysePublishedFor2022) {
  const year y(2022);
  // New Year's Day was a Saturday, so no weekday was a holiday instead; Christmas was a Sunday.
  EXPECT_EQ(days_of(2022, is_us_market_holiday),
            (std::vector<year_month_day>{y / 1 / 17, y / 2 / 21, y / 4 / 15, y / 5 / 30, y / 6 / 20,
                                         y / 7 / 4, y / 9 / 5, y / 11 / 24, y / 12 / 26}));
}

TEST(UsMarketHolidays, HaveJuneteenthOnlySince2022) {
  EXPECT_FALSE(is_us_market_holiday(year(2020) / 6 / 19));
  EXPECT_TRUE(is_us_market_holiday(year(2023) / 6 / 19));
}

TEST(UsEarlyCloses, AreThoseThatNysePublished) {
  const auto early = [](int in) { return days_of(in, is_us_early_close); };
  EXPECT_EQ(early(2026), (std::vector<year_month_day>{year(2026) / 11 / 27, year(2026) / 12 / 24}));
  EXPECT_EQ(early(2025), (std::vector<year_month_day>{year(2025) / 7 / 3, year(2025) / 11 / 28,
                                                      year(2025) / 12 / 24}));
  // Independence Day was a Monday, and Christmas Eve a Saturday.
  EXPECT_EQ(early(2022), (std::vector<year_month_day>{year(2022) / 11 / 25}));
}

RC_GTEST_PROP(UsMarketHolidays, AreNineOrTenAYearAndNeverOnAWeekend, ()) {
  const int in = *rc::gen::inRange(2022, 2200);
  const auto holidays = days_of(in, is_us_market_holiday);
  RC_ASSERT(holidays.size() == 9u || holidays.size() == 10u);
  for (const auto& day : holidays) {
    const weekday on{sys_days(day)};
    RC_ASSERT(on != Saturday && on != Sunday);
    RC_ASSERT(!is_us_early_close(day));
  }
}

}  // namespace
}  // namespace stockclient
