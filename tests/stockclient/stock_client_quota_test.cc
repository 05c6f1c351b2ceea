// The quota as callers experience it.

#include <stdexcept>
#include <string>
#include <vector>

#include "tests/stockclient/client_fixture.h"

namespace stockclient::testing {
namespace {

class StockClientQuota : public ClientTest {
 protected:
  StockClientQuota() {
    settings.quota_plan = "free";
    settings.quota_reset = "00:00 UTC";
    upstream.answers([&](const Query& query, auto, const auto&) -> AttemptResult {
      departures.push_back(clock.now());
      return Data(quote_of(query.argument));
    });
  }
  std::vector<circuitbreaker::TimePoint> departures;
};

TEST_F(StockClientQuota, CallersAreServedASecondApartInOrderOfArrival) {
  std::vector<Asked> all;
  all.reserve(5);
  for (int i = 0; i < 5; ++i) all.push_back(ask("S" + std::to_string(i)));
  scheduler.advance(10s);
  for (const Asked& asked : all) EXPECT_TRUE(asked.has_value());
  ASSERT_EQ(departures.size(), 5u);
  for (std::size_t i = 0; i < 5; ++i) {
    EXPECT_EQ(upstream.asked()[i].argument, "S" + std::to_string(i));
    if (i == 0) continue;
    EXPECT_GE(departures[i] - departures[i - 1], 1s);
  }
  EXPECT_EQ(breaker().snapshot().calls.ignored, 0u) << "none took a permit before its turn";
}

TEST_F(StockClientQuota, ACallerWhoseTurnWouldComeTooLateIsToldImmediatelyWhenToRetry) {
  std::vector<Asked> all;
  all.reserve(16);
  for (int i = 0; i < 16; ++i) all.push_back(ask("S" + std::to_string(i)));
  scheduler.run_ready();
  EXPECT_FALSE(all.front().answered() && !all.front().has_value());
  ASSERT_TRUE(all.back().answered());
  EXPECT_EQ(all.back().error().kind, FailureKind::rate_limited);
  EXPECT_GT(*all.back().error().retry_after, 5s);
  scheduler.advance(10s);
  std::size_t had = 0;
  for (const Asked& asked : all) had += asked.has_value() ? 1u : 0u;
  EXPECT_EQ(had, departures.size());
  EXPECT_GE(had, 7u);
}

TEST_F(StockClientQuota, ARefreshDoesNotDelayACaller) {
  know("OLD", 61s);
  const Asked first = ask_and_run("NEW1");
  const Asked second = ask("NEW2");
  scheduler.run_ready();
  EXPECT_EQ(ask("OLD").value().stale_reason, StaleReason::throttled);
  scheduler.advance(1100ms);
  EXPECT_TRUE(second.has_value());
}

TEST_F(StockClientQuota, ACompetingClientThatHasSpentItsShareIsRejected) {
  EXPECT_TRUE(ask_and_run("M", "modest").has_value());
  scheduler.advance(2s);
  for (int i = 0; i < 13; ++i) {
    EXPECT_TRUE(ask_and_run("S" + std::to_string(i), "greedy").has_value());
    scheduler.advance(2s);
  }
  const Asked refused = ask_and_run("ONE-MORE", "greedy");
  ASSERT_TRUE(refused.answered());
  EXPECT_EQ(refused.error().kind, FailureKind::client_share_spent);
  EXPECT_TRUE(refused.error().retry_after.has_value());
  EXPECT_TRUE(ask_and_run("ONE-MORE", "modest").has_value());
  EXPECT_TRUE(ask_and_run("S1", "greedy").has_value()) << "known values cost nothing";
}

TEST_F(StockClientQuota, ALoneClientCanUseTheWholePlan) {
  for (int i = 0; i < 25; ++i) {
    if (i == 19) scheduler.advance(23h);
    EXPECT_TRUE(ask_and_run("S" + std::to_string(i), "lone").has_value()) << i;
    scheduler.advance(2s);
  }
  EXPECT_EQ(departures.size(), 25u);
}

TEST_F(StockClientQuota, TheStateShowsTheRemainingQuota) {
  EXPECT_EQ(client().quota().plan, "free");
  EXPECT_EQ(client().quota().remaining.second, 1u);
  EXPECT_EQ(client().quota().remaining.minute, std::nullopt);
  EXPECT_EQ(client().quota().remaining.day, 25u);
  EXPECT_EQ(client().quota().held_until, std::nullopt);
  know("A");
  EXPECT_EQ(client().quota().remaining.second, 0u);
  EXPECT_EQ(client().quota().remaining.day, 24u);
}

TEST_F(StockClientQuota, AnInvalidSettingIsNamed) {
  const auto refuses = [](const StockClientSettings& with, const char* name) {
    try {
      static_cast<void>(quota_settings(with));
      ADD_FAILURE() << name << " was accepted";
    } catch (const std::invalid_argument& refused) {
      EXPECT_NE(std::string(refused.what()).find(name), std::string::npos) << refused.what();
    }
  };
  StockClientSettings bad;
  bad.quota_plan = "gratis";
  refuses(bad, "quota_plan");
  bad.quota_plan = "custom";
  refuses(bad, "quota_plan");
  bad.quota_per_day = 0;
  refuses(bad, "quota_per_day");
  bad.quota_plan = "free";
  bad.quota_per_day = 5;
  refuses(bad, "quota_per_day");
  bad = {};
  bad.quota_reset = "midnight";
  refuses(bad, "quota_reset");
}

TEST_F(StockClientQuota, ACustomPlanHasTheLimitsItIsGiven) {
  settings.quota_plan = "custom";
  settings.quota_per_minute = 2;
  EXPECT_EQ(client().quota().remaining.minute, 2u);
  EXPECT_EQ(client().quota().remaining.second, std::nullopt);
}

}  // namespace
}  // namespace stockclient::testing
