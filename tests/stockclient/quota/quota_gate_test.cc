// The calls that the quota gate admits or refuses, in manual time.

#include "stockclient/quota/quota_gate.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/stockclient/quota/memory_ledger.h"
#include "tests/stockclient/quota/quota_world.h"

namespace stockclient::testing {
namespace {

using namespace std::chrono_literals;  // NOLINT: a test's vocabulary
using circuitbreaker::Duration;
using circuitbreaker::TimePoint;

using World = QuotaWorld;

TEST(QuotaGate, TheFreePlanNeverSendsTwoInASecond) {
  World world(plan("free"));
  EXPECT_TRUE(world.leaves());
  const auto refusal = world.gate.charge({});
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->kind, FailureKind::rate_limited);
  EXPECT_GT(*refusal->retry_after, 1s);
  world.clock.advance(*refusal->retry_after);
  EXPECT_TRUE(world.leaves());
}

TEST(QuotaGate, AQueuedCallIsToldWhenItsTurnComes) {
  World world(plan("free"));
  ASSERT_TRUE(world.leaves());
  const auto first = world.gate.check(0);
  const auto third = world.gate.check(2);
  ASSERT_TRUE(first && third);
  EXPECT_EQ(*third->retry_after - *first->retry_after, 2 * *first->retry_after);
}

TEST(QuotaGate, PremiumPlansLimitTheMinuteToo) {
  World world(plan("premium-75"));
  int left = 0;
  for (int i = 0; i < 600; ++i) {
    if (world.leaves()) ++left;
    world.clock.advance(100ms);
  }
  EXPECT_EQ(left, 75);
  EXPECT_EQ(world.gate.state().remaining.minute, 0u);
}

TEST(QuotaGate, ANewDayBringsNewCalls) {
  World world(plan("free"));
  EXPECT_EQ(world.leave_in_a_row(), 25) << "all of them can be used immediately";
  const auto refusal = world.gate.check();
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->kind, FailureKind::day_spent);
  world.clock.advance(*refusal->retry_after - 1ns);
  EXPECT_FALSE(world.leaves());
  world.clock.advance(1ns);
  EXPECT_EQ(world.gate.state().remaining.day, 25u);
  EXPECT_TRUE(world.leaves());
}

TEST(QuotaGate, WithoutAResetThePlanHoldsForAny24Hours) {
  QuotaSettings settings = plan("free");
  settings.reset.reset();
  World world(settings);
  for (int i = 0; i < 10; ++i) {
    EXPECT_TRUE(world.leaves());
    world.clock.advance(1h);
  }
  EXPECT_EQ(world.leave_in_a_row(), 15);
  const auto refusal = world.gate.check();
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->kind, FailureKind::day_spent);
  EXPECT_NEAR(std::chrono::duration<double>(*refusal->retry_after).count(), 14 * 3600, 60);
  EXPECT_EQ(world.gate.state().held_until, world.wall.now() + *refusal->retry_after);
  world.clock.advance(*refusal->retry_after);
  EXPECT_TRUE(world.leaves());
  EXPECT_FALSE(world.leaves()) << "the second call of the day before still counts";
}

TEST(QuotaGate, WithoutAResetADayOfTheUpstreamIsAskedAboutEveryHour) {
  QuotaSettings settings = plan("free");
  settings.reset.reset();
  World world(settings);
  EXPECT_EQ(world.gate.hold({.kind = FailureKind::throttled_day}).retry_after, 1h);
}

TEST(QuotaGate, ACallsBudgetSaysWhatTheDayHasLeft) {
  World world(plan("free"));
  world.clock.advance(6h);
  EXPECT_TRUE(world.leaves());
  const auto day = world.gate.budget().day;
  ASSERT_TRUE(day);
  EXPECT_EQ(day->limit, 25u);
  EXPECT_EQ(day->left, 24u);
  EXPECT_EQ(day->begins, world.wall.now() - 6h);
  EXPECT_EQ(day->ends, world.wall.now() + 18h);
  EXPECT_EQ(day->returns, day->ends);
  QuotaSettings rolling = plan("free");
  rolling.reset.reset();
  World any_day(rolling);
  EXPECT_TRUE(any_day.leaves());
  const WallTime began = any_day.wall.now();
  any_day.clock.advance(5h);
  EXPECT_EQ(any_day.gate.budget().day->begins, began);
  EXPECT_EQ(any_day.gate.budget().day->ends, began + 24h);
  EXPECT_EQ(any_day.gate.budget().day->returns, any_day.wall.now() + 24h);
  any_day.clock.advance(20h);
  EXPECT_EQ(any_day.gate.budget().day->begins, any_day.wall.now()) << "the next call begins it";
}

TEST(QuotaGate, HoldsHaveTheirConfiguredLengthsAndAreShown) {
  const std::pair<FailureKind, Duration> lengths[] = {
      {FailureKind::throttled_second, 2s}, {FailureKind::throttled_minute, 60s},
      {FailureKind::misconfigured, 5min},  {FailureKind::blocked, 60s},
      {FailureKind::throttled_day, 24h},
  };
  for (const auto& [hold, length] : lengths) {
    World world(plan("unlimited"));
    const Failure held = world.gate.hold({.kind = hold});
    EXPECT_EQ(held.retry_after, length);
    EXPECT_EQ(world.gate.state().held_until, world.wall.now() + length);
    EXPECT_EQ(world.gate.state().held_reason, hold);
    world.clock.advance(length - 1ns);
    EXPECT_FALSE(world.leaves());
    world.clock.advance(1ns);
    EXPECT_TRUE(world.leaves());
    EXPECT_FALSE(world.gate.state().held_until);
    EXPECT_FALSE(world.gate.state().held_reason);
  }
}

TEST(QuotaGate, AHoldIsNeverShortenedAndTheUpstreamMaySetItsLength) {
  World world(plan("unlimited"));
  const Failure asked{.kind = FailureKind::throttled_minute, .retry_after = 90s};
  EXPECT_EQ(world.gate.hold(asked).retry_after, 90s);
  const Failure still = world.gate.hold({.kind = FailureKind::throttled_second});
  EXPECT_EQ(still.retry_after, 90s);
  EXPECT_EQ(still.kind, FailureKind::throttled_minute);
  const Failure absurd{.kind = FailureKind::throttled_minute, .retry_after = 24h * 365};
  EXPECT_EQ(world.gate.hold(absurd).retry_after, 24h);
}

RC_GTEST_PROP(QuotaGateProperty, NoOrderOfEventsBreaksALimit, ()) {
  QuotaSettings settings = plan("custom");
  settings.plan.per_second = *rc::gen::inRange<std::uint32_t>(1, 4);
  settings.plan.per_minute = *rc::gen::inRange<std::uint32_t>(1, 20);
  settings.plan.per_day = *rc::gen::inRange<std::uint32_t>(1, 40);
  MemoryLedger ledger;
  World world(settings, &ledger);
  std::vector<TimePoint> departures;
  std::uint32_t today = 0;
  WallTime day_end = settings.reset->next(world.wall.now());
  TimePoint held_until{};
  const auto steps = *rc::gen::container<std::vector<std::pair<int, int>>>(
      300, rc::gen::pair(rc::gen::inRange(0, 20), rc::gen::inRange(0, 1'200)));
  for (const auto& [what, seconds] : steps) {
    if (what == 0) world.clock.advance(std::chrono::seconds(seconds * 10));
    world.clock.advance(std::chrono::milliseconds(seconds));
    const TimePoint now = world.clock.now();
    if (world.wall.now() >= day_end) {
      day_end = settings.reset->next(world.wall.now());
      today = 0;
    }
    if (what == 1) {
      const Failure held = world.gate.hold({.kind = FailureKind::throttled_second});
      held_until = std::max(held_until, now + *held.retry_after);
      continue;
    }
    const bool looked_free = !world.gate.check();
    const auto refusal = world.gate.charge({});
    RC_ASSERT(looked_free == !refusal);
    if (refusal) {
      RC_ASSERT(*refusal->retry_after > 0s);
      continue;
    }
    RC_ASSERT(now >= held_until);
    departures.push_back(now);
    ++today;
    const auto within = [&](Duration window) {
      return static_cast<std::uint32_t>(std::count_if(
          departures.begin(), departures.end(), [&](TimePoint t) { return now - t < window; }));
    };
    RC_ASSERT(within(1s) <= *settings.plan.per_second);
    RC_ASSERT(within(1min) <= *settings.plan.per_minute);
    RC_ASSERT(today <= *settings.plan.per_day);
    RC_ASSERT(ledger.entry->spent.calls == today);
  }
}

}  // namespace
}  // namespace stockclient::testing
