#include "stockclient/domain/trading_date.h"

#include <gtest/gtest.h>

namespace stockclient {
namespace {

using namespace std::chrono_literals;

constexpr WallTime kMidnightUtc{std::chrono::sys_days(std::chrono::year(2026) / 11 / 21)};

TEST(TradingDay, IsReadFromItsIsoForm) {
  EXPECT_EQ(parse_trading_day("2024-02-29"), TradingDay(std::chrono::year(2024) / 2 / 29));
  for (const char* text : {"", "2026-11-2", "2026-11-31", "2026/11/20", "-026-11-20", "2026-11-20 ",
                           "2026-11-20 16:00", "2026-1a-20"}) {
    EXPECT_FALSE(parse_trading_day(text)) << text;
  }
}

TEST(NewestPossibleDay, OfAUsListingIsTodayInNewYork) {
  EXPECT_EQ(newest_possible_day("IBM", kMidnightUtc), "2026-11-20");
  EXPECT_EQ(newest_possible_day("BRK.B", kMidnightUtc + 5h - 1s), "2026-11-20");
  EXPECT_EQ(newest_possible_day("IBM", kMidnightUtc + 5h), "2026-11-21");
}

TEST(NewestPossibleDay, OfAnyOtherSymbolIsTodayInTheEarliestZone) {
  for (const char* symbol : {"TSCO.LON", "6190.HKG", "^FCHI", "EUR=X"}) {
    EXPECT_EQ(newest_possible_day(symbol, kMidnightUtc + 10h - 1s), "2026-11-21") << symbol;
    EXPECT_EQ(newest_possible_day(symbol, kMidnightUtc + 10h), "2026-11-22") << symbol;
  }
}

TEST(NewYorkDate, FollowsDaylightSavingTime) {
  const WallTime summer{std::chrono::sys_days(std::chrono::year(2026) / 7 / 1)};
  EXPECT_EQ(new_york_date(summer + 4h - 1s), std::chrono::year(2026) / 6 / 30);
  EXPECT_EQ(new_york_date(summer + 4h), std::chrono::year(2026) / 7 / 1);
}

}  // namespace
}  // namespace stockclient
