// Learning when an exchange's end-of-day data appear.

#include "stockclient/refresh/publication_watch.h"

#include <string>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/stockclient/time/calendars.h"

namespace stockclient::testing {
namespace {

using namespace std::chrono_literals;

class Publication : public ::testing::Test {
 protected:
  Publication() { watch.advance(close()); }

  [[nodiscard]] WallTime close() const { return calendar.session(day).closes; }
  [[nodiscard]] TradingDay day_before() const { return calendar.last_before(day).day; }

  void look(const std::string& symbol, std::chrono::minutes after_close, TradingDay seen) {
    watch.look_begins();
    watch.saw(symbol, seen, close() + after_close);
  }

  void next_evening() {
    day = calendar.next_after(day).day;
    watch.advance(close());
  }

  /// Looks whenever the watch allows it, with the data published `lag` after the close. Returns the
  /// number of looks.
  int live_through_evening(std::chrono::minutes lag) {
    int looks = 0;
    while (const auto next = watch.next_look()) {
      const auto after_close = std::chrono::ceil<std::chrono::minutes>(*next - close());
      look("S" + std::to_string(looks), after_close, after_close >= lag ? day : day_before());
      ++looks;
    }
    return looks;
  }

  ExchangeCalendar calendar = calendar_of("IBM");
  TradingDay day = day_of(2026, 10, 5);
  PublicationWatch watch{calendar, 1h};
};

TEST_F(Publication, TheFirstLookIsAnHourAfterTheClose) {
  EXPECT_EQ(watch.next_look(), close() + 1h);
  EXPECT_FALSE(watch.is_published());
}

TEST_F(Publication, WhileOneLooksNobodyElseDoes) {
  watch.look_begins();
  EXPECT_EQ(watch.next_look(), std::nullopt);
  watch.look_failed();
  EXPECT_EQ(watch.next_look(), close() + 1h);
}

TEST_F(Publication, NewDataEndTheWatch) {
  look("IBM", 60min, day);
  EXPECT_TRUE(watch.is_published());
  EXPECT_EQ(watch.next_look(), std::nullopt);
}

TEST_F(Publication, DataThatAnybodySeesEndTheWatch) {
  watch.saw("IBM", day, close() + 10min);
  EXPECT_TRUE(watch.is_published());
  EXPECT_EQ(watch.expected_lag(), 10min);
}

TEST_F(Publication, ALookThatComesTooEarlyIsRepeated) {
  look("IBM", 60min, day_before());
  EXPECT_FALSE(watch.is_published());
  EXPECT_EQ(watch.next_look(), close() + 2h);
  EXPECT_TRUE(watch.has_looked("IBM"));
  EXPECT_FALSE(watch.has_looked("MSFT"));
  look("MSFT", 120min, day_before());
  EXPECT_EQ(watch.next_look(), close() + 2h + 30min);
}

TEST_F(Publication, TheNextEveningAimsBetweenTheLastOldAndTheFirstNew) {
  look("IBM", 60min, day_before());
  look("MSFT", 120min, day);
  next_evening();
  EXPECT_EQ(watch.next_look(), close() + 90min);
}

TEST_F(Publication, ASteadyLagIsSoonFoundWithOneLook) {
  for (int evening = 0; evening < 5; ++evening) {
    EXPECT_LE(live_through_evening(47min), 2);
    next_evening();
  }
  EXPECT_EQ(live_through_evening(47min), 1);
  EXPECT_LE(watch.expected_lag(), 67min);
}

TEST_F(Publication, APublicationThatBecomesEarlierIsNoticed) {
  for (int evening = 0; evening < 10; ++evening, next_evening()) live_through_evening(120min);
  for (int evening = 0; evening < 40; ++evening, next_evening()) live_through_evening(30min);
  EXPECT_LE(watch.expected_lag(), 60min);
}

TEST_F(Publication, AQuietEveningMeansAHolidayAndNoMoreLooks) {
  EXPECT_EQ(live_through_evening(24h), 5);
  EXPECT_TRUE(watch.is_silent());
  EXPECT_EQ(watch.silent_days().size(), 1u);
  EXPECT_EQ(watch.next_look(), std::nullopt);
  next_evening();
  EXPECT_FALSE(watch.is_silent());
  EXPECT_EQ(watch.next_look(), close() + 1h) << "a holiday teaches nothing about the lag";
}

TEST_F(Publication, DataThatAppearAfterAllEndTheSilence) {
  live_through_evening(24h);
  watch.saw("IBM", day, close() + 12h);
  EXPECT_TRUE(watch.is_published());
  EXPECT_TRUE(watch.silent_days().empty());
}

TEST_F(Publication, OneQuietSymbolInTheMorningDoesNotMakeAHoliday) {
  // As after a restart in the night.
  look("HALTED", 15 * 60min, day_before());
  EXPECT_FALSE(watch.is_silent());
  EXPECT_EQ(watch.next_look(), close() + 15h + 10min);
}

TEST_F(Publication, QuotesOfTheDayBeforeItsCloseAreNoPublication) {
  watch.saw("IBM", day, close() - 1h);
  EXPECT_FALSE(watch.is_published());
}

TEST_F(Publication, TheRevisionChangesWithEverythingThatDecidesFreshness) {
  const auto at_first = watch.revision();
  look("IBM", 60min, day_before());
  const auto after_old = watch.revision();
  EXPECT_NE(at_first, after_old);
  look("IBM", 120min, day);
  EXPECT_NE(after_old, watch.revision());
}

RC_GTEST_PROP(PublicationWatch, NeverLooksMoreThanSixTimesAnEveningAndSeesWhatIsPublishedInIt, ()) {
  const ExchangeCalendar calendar = calendar_of("IBM");
  PublicationWatch watch(calendar, 1h);
  TradingDay day = day_of(2026, 10, 5);
  for (const int minutes : *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 8 * 60))) {
    const Session session = calendar.session(day);
    const WallTime published = session.closes + std::chrono::minutes(minutes);
    watch.advance(session.closes);
    int looks = 0;
    while (const auto look = watch.next_look()) {
      watch.look_begins();
      watch.saw("S" + std::to_string(looks),
                *look >= published ? day : calendar.last_before(day).day, *look);
      RC_ASSERT(++looks <= 6);
    }
    RC_ASSERT(watch.is_published() || watch.is_silent());
    if (minutes <= 4 * 60) RC_ASSERT(watch.is_published());
    day = calendar.next_after(day).day;
  }
}

}  // namespace
}  // namespace stockclient::testing
