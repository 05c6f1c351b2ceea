// Restarts of the process and corrections of the calendar clock do not give any quota back.

#include <algorithm>
#include <functional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "stockclient/quota/quota_gate.h"
#include "tests/stockclient/quota/memory_ledger.h"
#include "tests/stockclient/quota/quota_world.h"

namespace stockclient::testing {
namespace {

using namespace std::chrono_literals;  // NOLINT: a test's vocabulary

using World = QuotaWorld;

TEST(QuotaRestart, ARestartForgetsNothing) {
  MemoryLedger ledger;
  World before(plan("free"), &ledger);
  const int spent = before.leave_in_a_row();
  EXPECT_EQ(ledger.records, spent);
  World after(plan("free"), &ledger);
  EXPECT_EQ(after.gate.state().remaining.day, 25u - static_cast<unsigned>(spent));
}

TEST(QuotaRestart, AHoldForTheDayOutlivesARestart) {
  MemoryLedger ledger;
  World before(plan("free"), &ledger);
  before.gate.hold({.kind = FailureKind::throttled_day});
  World after(plan("free"), &ledger);
  EXPECT_FALSE(after.leaves());
  EXPECT_EQ(after.gate.state().held_reason, FailureKind::throttled_day);
  after.clock.advance(24h);
  EXPECT_TRUE(after.leaves());
}

TEST(QuotaRestart, ARestartRemembersTheClientsThatCausedTheMostCalls) {
  QuotaSettings settings = plan("custom");
  settings.plan.per_day = 100;
  MemoryLedger ledger;
  World before(settings, &ledger);
  for (int i = 0; i < 16; ++i) EXPECT_TRUE(before.leaves(std::to_string(i)));
  for (int i = 0; i < 50; ++i) EXPECT_TRUE(before.leaves("greedy"));
  World after(settings, &ledger);
  const auto clients = after.gate.clients();
  EXPECT_EQ(clients.size(), DaySpending::kClientsKept);
  EXPECT_TRUE(std::any_of(clients.begin(), clients.end(), [](const ClientCalls& each) {
    return each.client == client_id("greedy") && each.calls == 50;
  }));
}

TEST(QuotaRestart, WithoutAResetARestartForgetsNoCallOfTheLast24Hours) {
  QuotaSettings settings = plan("free");
  settings.reset.reset();
  MemoryLedger ledger;
  World before(settings, &ledger);
  for (int i = 0; i < 5; ++i) {
    EXPECT_TRUE(before.leaves());
    before.clock.advance(4h);
  }
  World after(settings, &ledger);
  after.clock.advance(20h);
  QuotaGate again(settings, Clocks{after.clock, after.wall, after.boot}, &ledger);
  EXPECT_EQ(again.state().remaining.day, 20u);
  // A call becomes available again between 24 and 25 hours after it was made.
  after.clock.advance(5h + 2s);
  EXPECT_EQ(again.state().remaining.day, 21u);
  after.clock.advance(4h);
  EXPECT_EQ(again.state().remaining.day, 22u);
}

TEST(QuotaRestart, CallsOfAFormerLedgerCountAsMadeWithTheLastOne) {
  QuotaSettings settings = plan("free");
  settings.reset.reset();
  MemoryLedger ledger;
  World world(settings);
  const WallTime day = world.wall.now() - 6h;
  ledger.entry = LedgerEntry{{.day_start = day, .calls = 20}, {day + 5h, 0, 0}};
  World after(settings, &ledger);
  EXPECT_EQ(after.gate.state().remaining.day, 5u);
  after.clock.advance(22h);
  EXPECT_EQ(after.gate.state().remaining.day, 5u);
  after.clock.advance(2h);
  EXPECT_EQ(after.gate.state().remaining.day, 25u);
}

TEST(QuotaRestart, ARestartDoesNotRenewTheSecondsQuota) {
  MemoryLedger ledger;
  World before(plan("free"), &ledger);
  EXPECT_TRUE(before.leaves());
  World after(plan("free"), &ledger);
  const auto refusal = after.gate.check();
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->kind, FailureKind::rate_limited);
  EXPECT_GT(*refusal->retry_after, 1s);
  after.clock.advance(1100ms);
  EXPECT_TRUE(after.leaves());
}

TEST(QuotaRestart, ARestartDoesNotRenewTheMinutesQuota) {
  MemoryLedger ledger;
  World before(plan("premium-75"), &ledger);
  for (int i = 0; i < 40; ++i) {
    EXPECT_TRUE(before.leaves());
    before.clock.advance(1s);
  }
  EXPECT_EQ(ledger.durability, Durability::process_exit)
      << "a limit per minute does not need the disk";
  World after(plan("premium-75"), &ledger);
  EXPECT_EQ(after.gate.state().remaining.minute, 75u - 40u);
  after.clock.advance(61s);
  EXPECT_EQ(after.gate.state().remaining.minute, 75u);
}

TEST(QuotaRestart, AHoldOutlivesARestart) {
  for (const FailureKind hold : {FailureKind::throttled_second, FailureKind::throttled_minute,
                                 FailureKind::misconfigured, FailureKind::blocked}) {
    MemoryLedger ledger;
    World before(plan("unlimited"), &ledger);
    before.gate.hold({.kind = hold});
    World after(plan("unlimited"), &ledger);
    EXPECT_FALSE(after.leaves());
    EXPECT_EQ(after.gate.state().held_until, before.gate.state().held_until);
    EXPECT_EQ(after.gate.state().held_reason, before.gate.state().held_reason);
  }
}

TEST(QuotaRestart, ChangingTheHourOfTheResetDoesNotRenewTheDay) {
  MemoryLedger ledger;
  World before(plan("free"), &ledger);
  before.clock.advance(5h);
  const int spent = before.leave_in_a_row();
  QuotaSettings settings = plan("free");
  settings.reset = parse_daily_reset("04:00 UTC").value();
  World after(settings, &ledger);
  after.clock.advance(6h);
  QuotaGate again(settings, Clocks{after.clock, after.wall, after.boot}, &ledger);
  EXPECT_EQ(again.state().remaining.day, 25u - static_cast<unsigned>(spent));
}

TEST(QuotaRestart, AClockSetBackOverTheResetDoesNotRenewTheDay) {
  MemoryLedger ledger;
  World before(plan("free"), &ledger);
  before.clock.advance(24h + 1min);
  const int spent = before.leave_in_a_row();
  World after(plan("free"), &ledger);
  after.clock.advance(23h + 30min);
  QuotaGate again(plan("free"), Clocks{after.clock, after.wall, after.boot}, &ledger);
  EXPECT_EQ(again.state().remaining.day, 25u - static_cast<unsigned>(spent));
  after.clock.advance(1h);
  EXPECT_EQ(again.state().remaining.day, 25u - static_cast<unsigned>(spent)) << "the same midnight";
}

TEST(QuotaRestart, AClockSetBackOverTheResetDoesNotEndAHoldForTheDay) {
  MemoryLedger ledger;
  World before(plan("unlimited"), &ledger);
  before.clock.advance(24h + 1min);
  before.gate.hold({.kind = FailureKind::throttled_day});
  World after(plan("unlimited"), &ledger);
  after.clock.advance(23h + 30min);
  QuotaGate again(plan("unlimited"), Clocks{after.clock, after.wall, after.boot}, &ledger);
  EXPECT_EQ(again.state().held_until, before.gate.state().held_until);
}

TEST(QuotaRestart, ALedgerFromTheFutureDelaysCallsOnlyBriefly) {
  MemoryLedger ledger;
  World world(plan("free"));
  const WallTime far = world.wall.now() + 24h * 365;
  ledger.entry = LedgerEntry{
      {.day_start = far, .calls = 25}, {far, 1, 0}, Hold{FailureKind::throttled_minute, far}};
  World after(plan("free"), &ledger);
  EXPECT_FALSE(after.leaves()) << "the last call may have left within this second";
  after.clock.advance(1100ms);
  EXPECT_TRUE(after.leaves());
}

TEST(QuotaRestart, ACallJustBeforeTheResetDoesNotOverwriteTheNewDaysEntry) {
  // While the first entry is being written, the day ends and another call is made.
  struct SlowLedger final : SpendingLedger {
    std::optional<LedgerEntry> load() noexcept override { return std::nullopt; }
    bool record(const LedgerEntry& entry, Durability) noexcept override {
      days.push_back(entry.spent.day_start);
      if (days.size() == 1) meanwhile();
      return true;
    }
    std::function<void()> meanwhile;
    std::vector<WallTime> days;
  } ledger;
  World world(plan("free"), &ledger);
  world.clock.advance(24h - 1ms);
  std::thread other;
  ledger.meanwhile = [&] {
    world.clock.advance(2s);
    other = std::thread([&] { EXPECT_TRUE(world.leaves()); });
    while (world.gate.state().remaining.day == 25u) std::this_thread::yield();
  };
  EXPECT_TRUE(world.leaves());
  other.join();
  ASSERT_EQ(ledger.days.size(), 2u);
  EXPECT_LT(ledger.days[0], ledger.days[1]) << "the newer entry is written last";
}

TEST(QuotaRestart, ALedgerOfAnEarlierDayIsIgnored) {
  MemoryLedger ledger;
  ledger.entry = LedgerEntry{
      {.day_start = WallTime{}, .calls = 25}, {}, Hold{FailureKind::throttled_day, WallTime{}}};
  World world(plan("free"), &ledger);
  EXPECT_TRUE(world.leaves());
}

}  // namespace
}  // namespace stockclient::testing
