// The ages of a known value: fresh, revalidated in the background, waited for, and too old.

#include "tests/stockclient/client_fixture.h"

namespace stockclient::testing {
namespace {

class StockClientWindows : public ClientTest {
 protected:
  StockClientWindows() {
    settings.fresh_ttl = 60s;
    settings.stale_while_revalidate = 5min;
    settings.stale_wait = 250ms;
    settings.stale_if_error = 24h;
  }
};

TEST_F(StockClientWindows, AnUnknownSymbolIsFetchedOnceAndIsAMiss) {
  const Asked asked = ask_and_run("IBM");
  ASSERT_TRUE(asked.has_value());
  EXPECT_EQ(asked.value().cache_result, CacheResult::miss);
  EXPECT_FALSE(asked.value().stale());
  EXPECT_EQ(asked.value().age, 0s);
  EXPECT_EQ(asked.value().fresh_ttl, 60s);
  EXPECT_EQ(std::get<Quote>(asked.value().record->data).price.text(), "100.5");
  EXPECT_EQ(asked.value().record->fetched_at, wall.now());
  EXPECT_EQ(upstream.calls(), 1u);
}

TEST_F(StockClientWindows, AValueIsFreshUntilItsAgeReachesTheTtl) {
  know("IBM", 60s - 1ns);
  const Asked last_fresh = ask("IBM");
  ASSERT_TRUE(last_fresh.has_value());
  EXPECT_FALSE(last_fresh.value().stale());
  EXPECT_EQ(last_fresh.value().cache_result, CacheResult::hit);
  EXPECT_EQ(last_fresh.value().age, 60s - 1ns);
  scheduler.advance(1ns);
  const Asked first_stale = ask("IBM");
  ASSERT_TRUE(first_stale.has_value());
  EXPECT_EQ(first_stale.value().stale_reason, StaleReason::revalidating);
  EXPECT_EQ(first_stale.value().cache_result, CacheResult::stale);
}

TEST_F(StockClientWindows, AHitSharesTheRecordInsteadOfCopyingIt) {
  const Asked first = ask_and_run("IBM");
  const Asked second = ask("IBM");
  EXPECT_EQ(first.value().record.get(), second.value().record.get());
}

TEST_F(StockClientWindows, AYoungStaleValueIsAnsweredImmediatelyAndRefreshedOnceInTheBackground) {
  know("IBM", 61s);
  EXPECT_TRUE(ask("IBM").has_value());
  EXPECT_TRUE(ask("IBM").has_value());
  scheduler.run_ready();
  EXPECT_EQ(upstream.calls(), 2u);
  const Asked fresh = ask("IBM");
  ASSERT_TRUE(fresh.has_value());
  EXPECT_FALSE(fresh.value().stale());
  EXPECT_EQ(fresh.value().age, 0s);
}

TEST_F(StockClientWindows, AnOlderStaleValueWaitsForItsRefresh) {
  know("IBM", 60s + 5min);
  const Asked waiting = ask("IBM");
  EXPECT_FALSE(waiting.answered());
  scheduler.run_ready();
  ASSERT_TRUE(waiting.has_value());
  EXPECT_FALSE(waiting.value().stale());
  EXPECT_EQ(waiting.value().cache_result, CacheResult::miss);
}

TEST_F(StockClientWindows, AtTheEndOfRevalidationNoCallerWaitsYet) {
  know("IBM", 60s + 5min - 1ns);
  EXPECT_TRUE(ask("IBM").has_value());
}

TEST_F(StockClientWindows, WaitingForARefreshEndsAfterTheStaleWait) {
  know("IBM", 1h);
  upstream.answers([&](const Query& query, auto, const auto&) -> AttemptResult {
    scheduler.advance(300ms);
    return Data(quote_of(query.argument, "7"));
  });
  const Asked waiting = ask("IBM");
  scheduler.run_ready();
  ASSERT_TRUE(waiting.has_value());
  EXPECT_EQ(waiting.value().stale_reason, StaleReason::revalidating);
  EXPECT_EQ(waiting.value().age, 1h + 250ms);
  EXPECT_EQ(std::get<Quote>(ask("IBM").value().record->data).price.text(), "7")
      << "the refresh goes on without the caller";
}

TEST_F(StockClientWindows, NoCallerWaitsForARefreshThatCannotBeMade) {
  know("IBM", 1h);
  breaker().force_open("test");
  const Asked asked = ask("IBM");
  ASSERT_TRUE(asked.has_value());
  EXPECT_EQ(asked.value().stale_reason, StaleReason::circuit_open);
}

TEST_F(StockClientWindows, AValueThatIsTooOldIsNotServed) {
  know("IBM", 24h - 1ns);
  upstream.fails(FailureKind::upstream_failure);
  EXPECT_TRUE(ask("IBM", 0s).has_value());
  scheduler.run_ready();
  scheduler.advance(1ns);
  const Asked asked = ask_and_run("IBM");
  ASSERT_FALSE(asked.has_value());
  EXPECT_EQ(asked.error().kind, FailureKind::upstream_failure);
}

TEST_F(StockClientWindows, AValueAgesWhileTheMachineIsSuspended) {
  know("IBM");
  boot.suspend(1h);
  const Asked waiting = ask("IBM");
  EXPECT_FALSE(waiting.answered()) << "too old to be answered without waiting for its refresh";
  upstream.fails(FailureKind::upstream_failure);
  scheduler.run_ready();
  ASSERT_TRUE(waiting.has_value());
  EXPECT_EQ(waiting.value().age, 1h);
  boot.suspend(24h);
  EXPECT_FALSE(ask_and_run("IBM").has_value()) << "older than any value that is served";
}

TEST_F(StockClientWindows, EachFunctionHasItsOwnTtl) {
  settings.history_ttl = 1h;
  settings.search_ttl = 24h;
  upstream.answers([](const Query& query, auto, const auto&) -> AttemptResult {
    if (query.function == Function::daily_series) return Data(DailySeries{});
    SymbolMatches found;
    found.matches.emplace_back();
    return Data(found);
  });
  const Query daily{Function::daily_series, "IBM"};
  const Query search{Function::symbol_search, "ibm"};
  const Asked first_daily = ask(daily);
  const Asked first_search = ask(search);
  scheduler.advance(1h - 1ns);
  EXPECT_FALSE(ask(daily).value().stale());
  scheduler.advance(1ns);
  EXPECT_TRUE(ask(daily).value().stale());
  EXPECT_FALSE(ask(search).value().stale());
  EXPECT_EQ(ask(search).value().fresh_ttl, 24h);
}

TEST_F(StockClientWindows, AFailedRefreshKeepsTheValueAndIsNotRepeatedImmediately) {
  know("IBM", 61s);
  upstream.fails(FailureKind::upstream_failure);
  EXPECT_EQ(ask_and_run("IBM").value().stale_reason, StaleReason::revalidating);
  for (int i = 0; i < 10; ++i) {
    const Asked asked = ask_and_run("IBM");
    ASSERT_TRUE(asked.has_value());
    EXPECT_EQ(asked.value().stale_reason, StaleReason::upstream_failure);
    EXPECT_EQ(std::get<Quote>(asked.value().record->data).price.text(), "100.5");
  }
  EXPECT_EQ(upstream.calls(), 2u);
  scheduler.advance(1s);
  ask_and_run("IBM");
  EXPECT_EQ(upstream.calls(), 3u);
}

TEST_F(StockClientWindows, AKnownSymbolThatTheUpstreamNoLongerKnowsIsDataMissing) {
  know("IBM", 61s);
  upstream.fails(FailureKind::not_found);
  ask_and_run("IBM");
  const Asked asked = ask_and_run("IBM");
  ASSERT_TRUE(asked.has_value());
  EXPECT_EQ(asked.value().stale_reason, StaleReason::data_missing);
  EXPECT_EQ(observer.failures[FailureKind::data_missing], 1);
  EXPECT_EQ(observer.failures[FailureKind::not_found], 0);
  scheduler.advance(settings.negative_ttl - 1ns);
  ask_and_run("IBM");
  EXPECT_EQ(upstream.calls(), 2u);
  scheduler.advance(1ns);
  ask("IBM");
  scheduler.run_ready();
  EXPECT_EQ(upstream.calls(), 3u);
}

TEST_F(StockClientWindows, NotFoundIsRememberedForTheNegativeTtl) {
  upstream.fails(FailureKind::not_found);
  EXPECT_FALSE(ask_and_run("NOPE").error().is_remembered);
  const Asked again = ask("NOPE");
  ASSERT_TRUE(again.answered());
  EXPECT_EQ(again.error().kind, FailureKind::not_found);
  EXPECT_TRUE(again.error().is_remembered);
  scheduler.advance(settings.negative_ttl);
  upstream.heals();
  EXPECT_TRUE(ask_and_run("NOPE").has_value());
  EXPECT_EQ(upstream.calls(), 2u);
}

TEST_F(StockClientWindows, ASearchWithoutMatchesIsAnAnswer) {
  upstream.fails(FailureKind::not_found);
  const Query search{Function::symbol_search, "zzzz"};
  const Asked first = ask(search);
  scheduler.run_ready();
  ASSERT_TRUE(first.has_value());
  EXPECT_TRUE(std::get<SymbolMatches>(first.value().record->data).matches.empty());
  const Asked second = ask(search);
  ASSERT_TRUE(second.has_value());
  EXPECT_EQ(second.value().cache_result, CacheResult::negative);
  EXPECT_EQ(upstream.calls(), 1u);
}

TEST_F(StockClientWindows, AValueThatWouldBecomeTooOldDuringTheWaitIsAnsweredImmediately) {
  know("A", *settings.stale_if_error - settings.stale_wait - 1ns);
  EXPECT_FALSE(ask("A").answered()) << "a nanosecond too young for that";
  scheduler.run_ready();
  scheduler.advance(*settings.stale_if_error - settings.stale_wait);
  const Asked asked = ask("A");
  ASSERT_TRUE(asked.has_value());
  EXPECT_EQ(asked.value().stale_reason, StaleReason::revalidating);
  EXPECT_LT(asked.value().age, *settings.stale_if_error);
}

}  // namespace
}  // namespace stockclient::testing
