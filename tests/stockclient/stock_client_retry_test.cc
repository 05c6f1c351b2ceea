// Retries within a flight: how many are made, when, and at what cost.

#include <algorithm>
#include <string>
#include <vector>

#include "tests/stockclient/client_fixture.h"

namespace stockclient::testing {
namespace {

class StockClientRetry : public ClientTest {
 protected:
  StockClientRetry() {
    settings.retry_attempts = 3;
    breaker_settings.failure_threshold = 1000;
  }
};

TEST_F(StockClientRetry, ATransientFailureIsRetriedWithinTheFlight) {
  upstream.answers([&](const Query& query, auto, const auto&) -> AttemptResult {
    if (upstream.calls() < 3) {
      return fault(FailureKind::upstream_failure);
    }
    return Data(quote_of(query.argument));
  });
  const Asked asked = ask("A");
  scheduler.advance(100ms + 200ms);
  ASSERT_TRUE(asked.has_value());
  EXPECT_EQ(upstream.calls(), 3u);
}

TEST_F(StockClientRetry, TheKindOfFailureAndTheSettingsLimitTheAttempts) {
  const std::pair<std::optional<Oddity>, std::size_t> expectations[] = {
      {Oddity::certificate_refused, 1}, {Oddity::unknown_form, 2}, {std::nullopt, 3}};
  for (const auto& [oddity, attempts] : expectations) {
    const std::size_t before = upstream.calls();
    Failure failure{.kind = FailureKind::upstream_failure, .oddity = oddity};
    upstream.answers([failure](const Query&, auto, const auto&) -> AttemptResult {
      return circuitbreaker::unexpected<Failure>(failure);
    });
    const Asked asked = ask("A" + std::to_string(before));
    scheduler.advance(5s);
    ASSERT_TRUE(asked.answered());
    EXPECT_EQ(asked.error().kind, FailureKind::upstream_failure);
    EXPECT_EQ(upstream.calls() - before, attempts);
  }
}

TEST_F(StockClientRetry, AFlightThatBacksOffOccupiesNoWorker) {
  upstream.fails(FailureKind::upstream_failure);
  const Asked backing_off = ask_and_run("A");
  EXPECT_FALSE(backing_off.answered());
  EXPECT_EQ(scheduler.ready(), 0u);
  EXPECT_EQ(client().stats().flights, 1u);
}

TEST_F(StockClientRetry, ARetryThatCouldNotEndInTimeIsNotStarted) {
  settings.max_wait = 6s;
  upstream.answers([&](const Query&, auto timeout, const auto&) -> AttemptResult {
    scheduler.advance(timeout);
    return fault(FailureKind::timeout);
  });
  const Asked asked = ask_and_run("A");
  ASSERT_TRUE(asked.answered());
  EXPECT_EQ(asked.error().kind, FailureKind::timeout);
  EXPECT_EQ(upstream.calls(), 1u);
}

TEST_F(StockClientRetry, AnAbandonedFlightIsNotRetried) {
  upstream.fails(FailureKind::upstream_failure);
  { const Asked impatient = ask_and_run("A"); }
  scheduler.advance(5s);
  EXPECT_EQ(upstream.calls(), 1u);
  EXPECT_EQ(client().stats().flights, 0u);
}

TEST_F(StockClientRetry, RetriesAreLimitedToAShareOfFirstAttempts) {
  upstream.fails(FailureKind::upstream_failure);
  std::vector<Asked> all;
  all.reserve(500);
  for (int i = 0; i < 500; ++i) all.push_back(ask("A" + std::to_string(i)));
  scheduler.advance(5s);
  EXPECT_TRUE(std::all_of(all.begin(), all.end(), [](const Asked& a) { return a.answered(); }));
  EXPECT_LE(upstream.calls(), 500u + 50u + 10u);
  EXPECT_GE(upstream.calls(), 500u + 50u);
  EXPECT_EQ(client().stats().retry_budget_remaining, 0u);
}

TEST_F(StockClientRetry, EveryAttemptIsChargedAndARefreshOnTheFreePlanIsNotRetried) {
  settings.quota_plan = "free";
  know("A", 61s);
  upstream.fails(FailureKind::upstream_failure);
  const std::size_t before = upstream.calls();
  static_cast<void>(ask("A"));
  scheduler.advance(5s);
  EXPECT_EQ(upstream.calls() - before, 1u);
  const Asked unknown = ask("B");
  scheduler.advance(10s);
  EXPECT_TRUE(unknown.answered());
  EXPECT_EQ(upstream.calls() - before, 4u);
  EXPECT_EQ(client().quota().remaining.day, 25u - 5u);
}

TEST_F(StockClientRetry, WithADailyQuotaRefreshesAreNotRetried) {
  // The plan has no per-second limit, which would also prevent a retry.
  settings.quota_plan = "custom";
  settings.quota_per_day = 100;
  know("A", 61s);
  upstream.fails(FailureKind::upstream_failure);
  const std::size_t before = upstream.calls();
  EXPECT_TRUE(ask("A").has_value());
  scheduler.advance(5s);
  EXPECT_EQ(upstream.calls() - before, 1u);
}

TEST_F(StockClientRetry, ARetryIsRejectedByTheBreakerThatItsFailureOpened) {
  breaker_settings.failure_threshold = 1;
  upstream.fails(FailureKind::upstream_failure);
  const Asked asked = ask_and_run("A");
  ASSERT_TRUE(asked.answered()) << "an opening breaker answers waiters immediately";
  EXPECT_EQ(asked.error().kind, FailureKind::circuit_open);
  scheduler.advance(1s);
  EXPECT_EQ(upstream.calls(), 1u);
  EXPECT_EQ(client().stats().flights, 0u);
}

}  // namespace
}  // namespace stockclient::testing
