// The retry plan's decisions, without clocks, threads or an upstream.

#include "stockclient/flights/retry_plan.h"

#include <gtest/gtest.h>

namespace stockclient::testing {
namespace {

using namespace std::chrono_literals;  // NOLINT: a test's vocabulary
using circuitbreaker::TimePoint;

class RetryPlanTest : public ::testing::Test {
 protected:
  RetryPlanTest() {
    settings.upstream_timeout = 4s;
    settings.max_wait = 10s;
  }
  [[nodiscard]] RetryPlan plan(bool has_daily_limit = false) const {
    return {settings, 3, has_daily_limit};
  }
  /// A flight that has made its first attempt.
  [[nodiscard]] Flight flight(Purpose purpose = Purpose::never_seen) const {
    Flight flight({Function::global_quote, "A"}, purpose, {}, start + settings.max_wait);
    flight.attempts = 1;
    return flight;
  }

  LiveSettings settings;
  const TimePoint start{1h};
  const Failure broken{.kind = FailureKind::upstream_failure};
};

TEST_F(RetryPlanTest, AnAttemptNeedsHalfOfItsNormalTime) {
  EXPECT_EQ(plan().shortest_attempt(), 2s);
  EXPECT_TRUE(plan().fits(start, start + 2s));
  EXPECT_FALSE(plan().fits(start, start + 2s - 1ns));
  settings.max_wait = 1s;
  EXPECT_EQ(plan().shortest_attempt(), 500ms) << "a short deadline is not a reason not to try";
}

TEST_F(RetryPlanTest, OnlyCallersWithoutAValueWaitAndOnlyForShortRefusals) {
  const Failure paced{.kind = FailureKind::rate_limited, .retry_after = 1s};
  const Failure held{.kind = FailureKind::throttled_second, .retry_after = 2s};
  const Failure day{.kind = FailureKind::day_spent, .retry_after = 1s};
  const TimePoint deadline = start + 4s;
  EXPECT_TRUE(plan().waits_for(paced, Purpose::never_seen, start, deadline));
  EXPECT_TRUE(plan().waits_for(held, Purpose::never_seen, start, deadline));
  EXPECT_FALSE(plan().waits_for(held, Purpose::never_seen, start + 1ns, deadline));
  EXPECT_FALSE(plan().waits_for(paced, Purpose::refresh, start, deadline));
  EXPECT_FALSE(plan().waits_for(day, Purpose::never_seen, start, deadline));
}

TEST_F(RetryPlanTest, AFailureIsRetriedAfterItsBackoffUntilTheAttemptsAreUsedUp) {
  Flight repeated = flight();
  const auto next = plan().next(repeated, broken, start, 100ms);
  ASSERT_TRUE(next);
  EXPECT_EQ(next->phase, FlightPhase::backing_off);
  EXPECT_EQ(next->when, start + 100ms);
  repeated.attempts = 3;
  EXPECT_FALSE(plan().next(repeated, broken, start, 100ms));
}

TEST_F(RetryPlanTest, ARetryThatCannotEndInTimeIsNotMade) {
  const Flight late = flight();
  EXPECT_TRUE(plan().next(late, broken, late.deadline - 2s, 0ms));
  EXPECT_FALSE(plan().next(late, broken, late.deadline - 2s, 1ns));
}

TEST_F(RetryPlanTest, AFlightWaitsForTheEndOfAShortHoldOnce) {
  const Failure throttled{.kind = FailureKind::throttled_second, .retry_after = 2s};
  Flight held = flight();
  const auto next = plan().next(held, throttled, start, 100ms);
  ASSERT_TRUE(next);
  EXPECT_EQ(next->phase, FlightPhase::pacing);
  EXPECT_EQ(next->when, start + 2s);
  held.attempts = 2;
  EXPECT_FALSE(plan().next(held, throttled, start, 100ms)) << "it would only add to the crowd";
}

TEST_F(RetryPlanTest, LongHoldsAndLastingFailuresAreNotRetried) {
  for (const FailureKind kind :
       {FailureKind::throttled_minute, FailureKind::throttled_day, FailureKind::misconfigured,
        FailureKind::blocked, FailureKind::not_found, FailureKind::data_fault}) {
    const Failure failure{.kind = kind, .retry_after = 1s};
    EXPECT_FALSE(plan().next(flight(), failure, start, 100ms)) << to_string(kind);
  }
}

TEST_F(RetryPlanTest, WithADailyQuotaARefreshIsNotRetried) {
  EXPECT_TRUE(plan(false).next(flight(Purpose::refresh), broken, start, 100ms));
  EXPECT_FALSE(plan(true).next(flight(Purpose::refresh), broken, start, 100ms));
  EXPECT_TRUE(plan(true).next(flight(Purpose::never_seen), broken, start, 100ms));
}

}  // namespace
}  // namespace stockclient::testing
