#include "service/quotes/average.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace service {
namespace {

using stockclient::Bar;
using stockclient::Decimal;

/// The average of bars without volumes, among which no split can be detected.
std::optional<std::string> average(const std::vector<std::string>& closes) {
  std::vector<Bar> bars;
  for (const std::string& close : closes) {
    Bar bar;
    bar.close = *Decimal::parse(close);
    bars.push_back(bar);
  }
  return average_close(bars).value;
}

TEST(Average, IsExactAndRoundedHalfAwayFromZero) {
  EXPECT_EQ(average({"1.0123", "1.0123"}), "1.0123");
  EXPECT_EQ(average({"1.0001", "1.0002"}), "1.0002") << "a double's 1.00015 is below the half";
  EXPECT_EQ(average({"-1.0001", "-1.0002"}), "-1.0002");
  EXPECT_EQ(average({"1", "2"}), "1.5");
  EXPECT_EQ(average({"100", "100"}), "100");
  EXPECT_EQ(average({"0.0001", "0"}), "0.0001");
  EXPECT_EQ(average({"1", "1", "2"}), "1.3333");
  EXPECT_EQ(average({"999999999999999999", "999999999999999999"}), "999999999999999999");
}

TEST(Average, IsMissingWhenAPriceHasTooManyDigits) {
  for (const char* close : {"1234567890123456789", "0.0000000000001"}) {
    Bar bar;
    bar.close = *Decimal::parse(close);
    const Average average = average_close(std::vector<Bar>{bar});
    EXPECT_EQ(average.value, std::nullopt) << close;
    EXPECT_EQ(average.missing_because, NoAverage::precision) << close;
  }
}

RC_GTEST_PROP(AverageProperty, AgreesWithIntegers, ()) {
  const auto cents =
      *rc::gen::nonEmpty(rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 10'000'000)));
  std::vector<std::string> closes;
  std::int64_t sum = 0;
  for (const int value : cents) {
    const std::string fraction = std::to_string(10000 + value % 10000).substr(1);
    closes.push_back(std::to_string(value / 10000) + "." + fraction);
    sum += value;
  }
  const auto count = static_cast<std::int64_t>(cents.size());
  const std::int64_t rounded = (2 * sum + count) / (2 * count);
  const Decimal want = *Decimal::parse(std::to_string(rounded / 10000) + "." +
                                       std::to_string(10000 + rounded % 10000).substr(1));
  RC_ASSERT(average(closes) == want.text());
}

/// A bar with the figures that reveal a split: open, close and volume. An empty `open` and a volume
/// of 0 mean unknown.
Bar bar_of(const std::string& open, const std::string& close, std::int64_t volume) {
  Bar bar;
  if (!open.empty()) bar.open = Decimal::parse(open);
  bar.close = *Decimal::parse(close);
  if (volume != 0) bar.volume = volume;
  return bar;
}

struct Days {
  const char* name;
  Bar older;
  Bar newer;
};

TEST(Split, IsRecognisedInUnadjustedFiguresOfRealSplits) {
  for (const Days& days : {Days{"AAPL 4:1, 2020", bar_of("504", "499.23", 46'907'479),
                                bar_of("127.58", "129.04", 225'702'688)},
                           Days{"TSLA 5:1, 2020", bar_of("2295", "2213.4", 20'081'176),
                                bar_of("444.61", "498.32", 118'374'406)},
                           Days{"TSLA 3:1, 2022", bar_of("893", "891.29", 19'086'000),
                                bar_of("302.36", "296.07", 53'230'000)},
                           Days{"NVDA 10:1, 2024", bar_of("1197", "1208.88", 41'238'580),
                                bar_of("120.37", "121.79", 314'162'700)},
                           Days{"GOOGL 20:1, 2022", bar_of("2237", "2235.55", 1'600'000),
                                bar_of("112.64", "109.03", 35'000'000)},
                           Days{"GE 1:8, 2021", bar_of("13", "12.95", 45'000'000),
                                bar_of("104.09", "103", 6'600'000)}}) {
    EXPECT_TRUE(is_split_between(days.older, days.newer)) << days.name;
  }
}

TEST(Split, IsNotSeenOnOrdinaryDays) {
  EXPECT_FALSE(is_split_between(bar_of("10", "10", 1000), bar_of("10.1", "10.2", 1100)));
  EXPECT_FALSE(is_split_between(bar_of("10", "10", 1000), bar_of("13.5", "13", 900)));
  EXPECT_FALSE(is_split_between(bar_of("10", "10", 1000), bar_of("4", "4", 1500))) << "2.5:1";
}

TEST(Split, IsNotSeenInACrashOrARallyWithHighVolume) {
  EXPECT_FALSE(is_split_between(bar_of("10", "10", 1000), bar_of("5", "4.8", 20'000)));
  EXPECT_FALSE(is_split_between(bar_of("10", "10", 1000), bar_of("20", "22", 20'000)));
}

TEST(Split, IsNotAssumedWithoutBothVolumes) {
  EXPECT_FALSE(is_split_between(bar_of("10", "10", 0), bar_of("5", "5", 2000)));
  EXPECT_FALSE(is_split_between(bar_of("10", "10", 1000), bar_of("5", "5", 0)));
}

TEST(Split, IsJudgedByTheCloseWhenTheOpenIsUnknown) {
  EXPECT_TRUE(is_split_between(bar_of("", "10", 1000), bar_of("", "5.1", 2000)));
  EXPECT_FALSE(is_split_between(bar_of("", "10", 1000), bar_of("", "6", 2000)));
}

TEST(Split, InTheWindowLeavesNoAverage) {
  const std::vector<Bar> bars{bar_of("127.58", "129.04", 225'702'688),
                              bar_of("504", "499.23", 46'907'479),
                              bar_of("500", "500", 40'000'000)};
  EXPECT_EQ(average_close(bars).value, std::nullopt);
  EXPECT_EQ(average_close(bars).missing_because, NoAverage::split);
  EXPECT_EQ(average_close(std::span(bars).first(1)).value, "129.04") << "all after the split";
  EXPECT_EQ(average_close(std::span(bars).last(2)).value, "499.615") << "all before the split";
}

}  // namespace
}  // namespace service
