// How long values stay fresh, with the calendar of New York's exchanges.

#include "stockclient/time/freshness.h"

#include <array>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/stockclient/time/calendars.h"

namespace stockclient::testing {
namespace {

using namespace std::chrono_literals;

/// Monday to Friday of an ordinary week, and the Monday after it.
const TradingDay kMonday = day_of(2026, 10, 5);
const TradingDay kTuesday = day_of(2026, 10, 6);
const TradingDay kFriday = day_of(2026, 10, 9);

WallTime monday(int hour, int minute = 0, int second = 0) {
  return new_york(2026, 10, 5, hour, minute, second);
}
WallTime tuesday(int hour, int minute = 0) {
  return new_york(2026, 10, 6, hour, minute);
}
WallTime next_monday(int hour, int minute = 0) {
  return new_york(2026, 10, 12, hour, minute);
}

class Freshness : public ::testing::Test {
 protected:
  [[nodiscard]] WallTime until(std::optional<TradingDay> day, WallTime fetched) const {
    return fresh_until({day, fetched}, rules, fetched + 365 * 24h);
  }

  ExchangeCalendar calendar = calendar_of("IBM");
  FreshnessRules rules{.calendar = &calendar};
};

class EndOfDayFreshness : public Freshness {};

TEST_F(EndOfDayFreshness, AValueFetchedAfterPublicationLastsUntilTheNext) {
  EXPECT_EQ(until(kMonday, monday(17, 30)), tuesday(17));
  EXPECT_EQ(until(kMonday, tuesday(12)), tuesday(17));
}

TEST_F(EndOfDayFreshness, FridaysCloseLastsOverTheWeekend) {
  EXPECT_EQ(until(kFriday, new_york(2026, 10, 9, 18)), next_monday(17));
}

TEST_F(EndOfDayFreshness, AHolidayIsSkipped) {
  // 26 November is Thanksgiving; on 27 November trading ends at 13:00.
  EXPECT_EQ(until(day_of(2026, 11, 25), new_york(2026, 11, 25, 18)), new_york(2026, 11, 27, 14));
}

TEST_F(EndOfDayFreshness, AValueOfTodayFetchedBeforeItIsFinalIsDueThen) {
  EXPECT_EQ(until(kMonday, monday(15)), monday(17));
  EXPECT_EQ(until(kMonday, monday(16, 30)), monday(17));
}

TEST_F(EndOfDayFreshness, AnOlderValueThanTheLastFinalSessionIsDueAfterTheShortestLifetime) {
  EXPECT_EQ(until(kMonday, tuesday(18)), tuesday(18) + 60s);
}

TEST_F(EndOfDayFreshness, PublicationLagMovesTheDueTime) {
  rules.publication_lag = 3h;
  EXPECT_EQ(until(kMonday, monday(20)), tuesday(19));
}

TEST_F(EndOfDayFreshness, ASilentDayIsNoSession) {
  const std::array silent{kTuesday};
  rules.silent_days = silent;
  EXPECT_EQ(until(kMonday, tuesday(18)), new_york(2026, 10, 7, 17));
}

class RealtimeFreshness : public Freshness {
 protected:
  RealtimeFreshness() { rules.updates = QuoteUpdates::realtime; }
};

TEST_F(RealtimeFreshness, DuringTradingAValueLastsForTheShortestLifetime) {
  EXPECT_EQ(until(kMonday, monday(9, 30)), monday(9, 31));
  EXPECT_EQ(until(kMonday, monday(15, 59, 30)), monday(16, 0, 30));
}

TEST_F(RealtimeFreshness, AfterTheCloseItIsDueWhenTheDayIsFinal) {
  EXPECT_EQ(until(kMonday, monday(16, 0, 30)), monday(16, 5));
}

TEST_F(RealtimeFreshness, AFinalValueLastsUntilTheNextOpen) {
  EXPECT_EQ(until(kMonday, monday(16, 5)), tuesday(9, 30));
  EXPECT_EQ(until(kFriday, new_york(2026, 10, 10, 12)), next_monday(9, 30));
}

TEST_F(RealtimeFreshness, BeforeTheOpenItNeverLastsLessThanTheShortestLifetime) {
  EXPECT_EQ(until(kFriday, next_monday(9, 29)), next_monday(9, 30));
  EXPECT_EQ(until(kFriday, next_monday(9, 30) - 1s), next_monday(9, 30) + 59s);
}

TEST_F(RealtimeFreshness, AValueOfAnEarlierDayThanTheLastCloseIsDue) {
  EXPECT_EQ(until(kMonday, tuesday(18)), tuesday(18, 1));
}

TEST_F(RealtimeFreshness, DelayedQuotesShiftEveryBoundaryByTheirDelay) {
  rules.updates = QuoteUpdates::delayed;
  EXPECT_EQ(until(kMonday, tuesday(9, 40)), tuesday(9, 45));
  EXPECT_EQ(until(kMonday, monday(16, 10)), monday(16, 11));
  EXPECT_EQ(until(kMonday, monday(16, 15)), monday(16, 20));
  EXPECT_EQ(until(kMonday, monday(16, 20)), tuesday(9, 45));
}

TEST_F(RealtimeFreshness, AMarketThatIsReportedOpenShortensTheLifetime) {
  rules.reported_open = true;
  EXPECT_EQ(until(kMonday, monday(20)), monday(20, 1));
}

TEST_F(Freshness, WithoutACalendarOrATradingDayItIsTheShortestLifetime) {
  EXPECT_EQ(until(std::nullopt, monday(20)), monday(20, 1));
  rules.calendar = nullptr;
  EXPECT_EQ(until(kMonday, monday(20)), monday(20, 1));
}

TEST_F(Freshness, AFetchInTheFutureCountsAsOneNow) {
  rules.calendar = nullptr;
  EXPECT_EQ(fresh_until({kMonday, monday(20)}, rules, monday(12)), monday(12, 1));
}

FreshnessRules any_rules(const ExchangeCalendar& calendar) {
  return {.calendar = &calendar,
          .updates = *rc::gen::element(QuoteUpdates::realtime, QuoteUpdates::delayed,
                                       QuoteUpdates::end_of_day),
          .fresh_ttl = std::chrono::seconds(*rc::gen::inRange(1, 3600)),
          .publication_lag = std::chrono::minutes(*rc::gen::inRange(0, 8 * 60))};
}

RC_GTEST_PROP(AnyValue, IsFreshForAtLeastTheShortestLifetimeAndAtMostALongWeekend, ()) {
  const ExchangeCalendar calendar = calendar_of("IBM");
  const FreshnessRules rules = any_rules(calendar);
  const WallTime fetched = any_time();
  const Session session = calendar.last_opened(fetched);
  const WallTime until = fresh_until({session.day, fetched}, rules, fetched);
  RC_ASSERT(until >= fetched + rules.fresh_ttl);
  RC_ASSERT(until <= fetched + std::chrono::days(6));
}

RC_GTEST_PROP(AnyValue, IsDueBetweenItsFetchAndTheNextFinalSession, ()) {
  const ExchangeCalendar calendar = calendar_of("IBM");
  const FreshnessRules rules = any_rules(calendar);
  const WallTime fetched = any_time();
  const Session session = calendar.last_opened(fetched);
  // One refresh after each close is mandatory.
  Session next_final = last_final_session(rules, fetched);
  next_final = calendar.next_after(next_final.day);
  const WallTime until = fresh_until({session.day, fetched}, rules, fetched);
  RC_ASSERT(until <= std::max(final_time(rules, next_final), fetched + rules.fresh_ttl));
}

RC_GTEST_PROP(AFinalValue, IsFreshUntilSomethingCanHaveChanged, ()) {
  const ExchangeCalendar calendar = calendar_of("IBM");
  const FreshnessRules rules = any_rules(calendar);
  const WallTime fetched = any_time();
  const Session final = last_final_session(rules, fetched);
  const WallTime until = fresh_until({final.day, fetched}, rules, fetched);
  const Session next = calendar.next_after(final.day);
  if (fetched < next.opens) RC_ASSERT(until >= next.opens);
  if (rules.updates == QuoteUpdates::end_of_day) RC_ASSERT(until >= final_time(rules, next));
}

}  // namespace
}  // namespace stockclient::testing
