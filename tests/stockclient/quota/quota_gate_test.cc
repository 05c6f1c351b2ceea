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
  const auto refusal = world.gate.charge(Purpose::never_seen, {});
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->kind, FailureKind::rate_limited);
  EXPECT_GT(*refusal->retry_after, 1s);
  world.clock.advance(*refusal->retry_after);
  EXPECT_TRUE(world.leaves());
}

TEST(QuotaGate, AQueuedCallIsToldWhenItsTurnComes) {
  World world(plan("free"));
  ASSERT_TRUE(world.leaves());
  const auto first = world.gate.check(Purpose::never_seen, {}, 0);
  const auto third = world.gate.check(Purpose::never_seen, {}, 2);
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

TEST(QuotaGate, ADaysCallsAreLimitedWhateverTheirPurpose) {
  World world(plan("free"));
  int left = 0;
  for (int i = 0; i < 24 * 60; ++i) {
    if (world.leaves(static_cast<Purpose>(i % kPurposeCount))) ++left;
    world.clock.advance(1min);
  }
  EXPECT_LE(left, 25);
  EXPECT_GE(left, 24) << "and the day's calls are used";
}

TEST(QuotaGate, ANewDayBringsNewCalls) {
  World world(plan("free"));
  world.leave_in_a_row(Purpose::never_seen);
  const auto refusal = world.gate.check(Purpose::never_seen, {});
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->kind, FailureKind::day_spent);
  world.clock.advance(24h);
  EXPECT_EQ(world.gate.state().remaining.day, 25u);
  EXPECT_TRUE(world.leaves());
}

TEST(QuotaGate, ABusyMorningLeavesSomethingForTheEvening) {
  World world(plan("free"));
  const int in_the_morning = world.leave_in_a_row(Purpose::never_seen);
  EXPECT_EQ(in_the_morning, 17);
  world.clock.advance(12h);
  EXPECT_EQ(world.leave_in_a_row(Purpose::never_seen), 4);
  world.clock.advance(11h);
  EXPECT_EQ(world.leave_in_a_row(Purpose::never_seen), 4);
}

TEST(QuotaGate, ARefusalForTheDayEndsWhenPredicted) {
  World world(plan("free"));
  world.leave_in_a_row(Purpose::never_seen);
  for (int i = 0; i < 6; ++i) {
    const auto refusal = world.gate.check(Purpose::never_seen, {});
    ASSERT_TRUE(refusal);
    world.clock.advance(*refusal->retry_after - 1s);
    EXPECT_FALSE(world.leaves());
    world.clock.advance(1s + 1ms);
    EXPECT_TRUE(world.leaves());
    world.clock.advance(2s);
  }
}

TEST(QuotaGate, RefreshesAndProbesDoNotTouchTheReserve) {
  World world(plan("free"));
  world.clock.advance(23h);
  const int behind = world.leave_in_a_row(Purpose::refresh) + world.leave_in_a_row(Purpose::probe);
  EXPECT_LE(behind, 15);
  EXPECT_GE(behind, 14);
  EXPECT_GE(world.leave_in_a_row(Purpose::never_seen), 9);
}

TEST(QuotaGate, ProbesGetAtMostAFifthOfTheDay) {
  World world(plan("free"));
  int probes = 0;
  for (int i = 0; i < 24 * 60 - 1; ++i) {
    if (world.leaves(Purpose::probe)) ++probes;
    world.clock.advance(1min);
  }
  EXPECT_LE(probes, 5);
  EXPECT_GE(probes, 4);
}

TEST(QuotaGate, ASuccessfulProbeCountsAsARefresh) {
  World world(plan("free"));
  world.clock.advance(20h);
  int probes = 0;
  while (probes < 100 && world.leaves(Purpose::probe)) {
    world.gate.probe_succeeded();
    ++probes;
    world.clock.advance(2s);
  }
  EXPECT_GT(probes, 5);
  EXPECT_LE(probes, 15);
}

TEST(QuotaGate, OneClientCannotSpendTheDayOnNewSymbols) {
  World world(plan("free"));
  EXPECT_EQ(world.leave_in_a_row(Purpose::never_seen, "greedy"), 12);
  const auto refusal = world.gate.check(Purpose::never_seen, "greedy");
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->kind, FailureKind::client_share_spent);
  EXPECT_GT(world.leave_in_a_row(Purpose::never_seen, "modest"), 0);
  world.clock.advance(24h);
  EXPECT_TRUE(world.leaves(Purpose::never_seen, "greedy"));
}

TEST(QuotaGate, AClientsShareIsReleasedOverTheDay) {
  World world(plan("free"));
  const TimePoint reset = world.clock.now() + 24h;
  EXPECT_EQ(world.leave_in_a_row(Purpose::never_seen, "only"), 12);
  int later = 0;
  while (const auto refusal = world.gate.check(Purpose::never_seen, "only")) {
    EXPECT_EQ(refusal->kind, FailureKind::client_share_spent);
    if (world.clock.now() + *refusal->retry_after >= reset) break;
    world.clock.advance(*refusal->retry_after);
    EXPECT_TRUE(world.leaves(Purpose::never_seen, "only"));
    world.clock.advance(1100ms);
    ++later;
  }
  EXPECT_EQ(later, 6) << "18 of the 25 calls are its share";
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
  std::uint32_t behind = 0;
  WallTime day_end = settings.reset.next(world.wall.now());
  TimePoint held_until{};
  const auto steps = *rc::gen::container<std::vector<std::pair<int, int>>>(
      300, rc::gen::pair(rc::gen::inRange(0, 20), rc::gen::inRange(0, 1'200)));
  for (const auto& [what, seconds] : steps) {
    if (what == 0) world.clock.advance(std::chrono::seconds(seconds * 10));
    world.clock.advance(std::chrono::milliseconds(seconds));
    const TimePoint now = world.clock.now();
    if (world.wall.now() >= day_end) {
      day_end = settings.reset.next(world.wall.now());
      today = 0;
      behind = 0;
    }
    if (what == 1) {
      const Failure held = world.gate.hold({.kind = FailureKind::throttled_second});
      held_until = std::max(held_until, now + *held.retry_after);
      continue;
    }
    const auto purpose = static_cast<Purpose>(what % 3);
    const bool looked_free = !world.gate.check(purpose, {});
    const auto refusal = world.gate.charge(purpose, {});
    RC_ASSERT(looked_free == !refusal);
    if (refusal) {
      RC_ASSERT(*refusal->retry_after > 0s);
      continue;
    }
    RC_ASSERT(now >= held_until);
    departures.push_back(now);
    ++today;
    if (purpose != Purpose::never_seen) ++behind;
    const auto within = [&](Duration window) {
      return static_cast<std::uint32_t>(std::count_if(
          departures.begin(), departures.end(), [&](TimePoint t) { return now - t < window; }));
    };
    RC_ASSERT(within(1s) <= *settings.plan.per_second);
    RC_ASSERT(within(1min) <= *settings.plan.per_minute);
    RC_ASSERT(today <= *settings.plan.per_day);
    RC_ASSERT(behind <= 0.6 * *settings.plan.per_day + 1e-6);
    RC_ASSERT(ledger.entry->spent.total() == today);
  }
}

}  // namespace
}  // namespace stockclient::testing
