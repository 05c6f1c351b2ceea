// How upstream refusals and failures affect callers, the breaker and later calls.

#include <vector>

#include "tests/stockclient/client_fixture.h"

namespace stockclient::testing {
namespace {

using circuitbreaker::State;

class StockClientFaults : public ClientTest {};

struct Row {
  FailureKind kind;
  const char* code;
  StaleReason reason;
  bool counts_as_failure;
  bool remembered;
};

void PrintTo(const Row& row, std::ostream* out) {
  *out << to_string(row.kind);
}

class StockClientFaultTable : public ClientTest, public ::testing::WithParamInterface<Row> {};

TEST_P(StockClientFaultTable, AnUnknownSymbolGetsTheCodeOfTheTable) {
  upstream.fails(GetParam().kind);
  const Asked asked = ask_and_run("ABC");
  ASSERT_TRUE(asked.answered());
  ASSERT_FALSE(asked.has_value());
  EXPECT_EQ(asked.error().kind, GetParam().kind);
  EXPECT_EQ(traits(asked.error().kind).code, GetParam().code);
  EXPECT_EQ(asked.error().retry_after.has_value(), traits(GetParam().kind).imposes_hold);
}

TEST_P(StockClientFaultTable, AKnownSymbolKeepsItsValueAndSaysWhy) {
  know("ABC", 61s);
  upstream.fails(GetParam().kind);
  ask_and_run("ABC");
  const Asked asked = ask_and_run("ABC");
  ASSERT_TRUE(asked.has_value());
  EXPECT_EQ(asked.value().stale_reason, GetParam().reason);
  EXPECT_EQ(std::get<Quote>(asked.value().record->data).symbol, "ABC");
}

TEST_P(StockClientFaultTable, OnlyABrokenUpstreamCountsAgainstTheBreaker) {
  upstream.fails(GetParam().kind);
  for (int i = 0; i < 20; ++i) {
    ask_and_run("S" + std::to_string(i));
    scheduler.advance(10min);
  }
  const auto snapshot = breaker().snapshot();
  const auto opened = snapshot.transitions.closed_to_open;
  EXPECT_EQ(opened > 0, GetParam().counts_as_failure);
}

TEST_P(StockClientFaultTable, LastingFailuresAreRemembered) {
  upstream.fails(GetParam().kind);
  ask_and_run("ABC");
  scheduler.advance(settings.negative_ttl - 1ns);
  ask_and_run("ABC");
  EXPECT_EQ(upstream.calls() == 1, GetParam().remembered);
}

INSTANTIATE_TEST_SUITE_P(
    Table, StockClientFaultTable,
    ::testing::Values(
        Row{FailureKind::not_found, "not_found", StaleReason::data_missing, false, true},
        Row{FailureKind::data_fault, "upstream_failure", StaleReason::data_fault, false, true},
        Row{FailureKind::our_fault, "internal", StaleReason::upstream_failure, false, true},
        Row{FailureKind::unsupported, "unsupported", StaleReason::unsupported, false, true},
        Row{FailureKind::misconfigured, "misconfigured", StaleReason::misconfigured, false, true},
        Row{FailureKind::throttled_minute, "upstream_throttled", StaleReason::throttled, false,
            false},
        Row{FailureKind::blocked, "upstream_failure", StaleReason::blocked, false, false},
        Row{FailureKind::upstream_failure, "upstream_failure", StaleReason::upstream_failure, true,
            false},
        Row{FailureKind::timeout, "upstream_timeout", StaleReason::upstream_timeout, true, false}),
    [](const auto& row) { return std::string(to_string(row.param.kind)); });

TEST_F(StockClientFaults, TwentyUnknownSymbolsLeaveTheBreakerClosed) {
  upstream.fails(FailureKind::not_found);
  for (int i = 0; i < 20; ++i) ask_and_run("U" + std::to_string(i));
  EXPECT_EQ(upstream.calls(), 20u);
  EXPECT_EQ(state(), State::closed);
}

TEST_F(StockClientFaults, TwentyThrottleNoticesLeaveTheBreakerClosed) {
  upstream.fails(FailureKind::throttled_minute);
  for (int i = 0; i < 20; ++i) {
    ask_and_run("T" + std::to_string(i));
    scheduler.advance(settings.throttle_hold_minute);
  }
  EXPECT_EQ(upstream.calls(), 20u);
  EXPECT_EQ(state(), State::closed);
}

TEST_F(StockClientFaults, NothingIsSentDuringAHold) {
  upstream.fails(FailureKind::throttled_minute);
  ask_and_run("A");
  upstream.heals();
  scheduler.advance(59s);
  const Asked asked = ask("B");
  ASSERT_TRUE(asked.answered());
  EXPECT_EQ(asked.error().kind, FailureKind::throttled_minute);
  EXPECT_EQ(asked.error().retry_after, 1s);
  EXPECT_EQ(upstream.calls(), 1u);
  scheduler.advance(1s);
  EXPECT_TRUE(ask_and_run("B").has_value());
}

TEST_F(StockClientFaults, AShortHoldIsWaitedOutWithinTheFlight) {
  upstream.answers([&](const Query& query, auto, const auto&) -> AttemptResult {
    if (upstream.calls() == 1) return fault(FailureKind::throttled_second);
    return Data(quote_of(query.argument));
  });
  const Asked asked = ask_and_run("A");
  EXPECT_FALSE(asked.answered());
  scheduler.advance(settings.throttle_hold_second - 1ns);
  EXPECT_FALSE(asked.answered());
  scheduler.advance(1ns);
  EXPECT_TRUE(asked.has_value());
}

TEST_F(StockClientFaults, AHoldAnswersWaitersImmediately) {
  const Asked waiting = ask("WAITS");
  upstream.answers([&](const Query& query, auto, const auto&) -> AttemptResult {
    if (query.argument == "WAITS") {
      // Another call is throttled while this one is in progress.
      upstream.fails(FailureKind::throttled_minute);
      ask_and_run("OTHER");
      EXPECT_TRUE(waiting.answered());
    }
    return Data(quote_of(query.argument));
  });
  scheduler.run_ready();
  EXPECT_EQ(waiting.error().kind, FailureKind::throttled_minute);
  EXPECT_EQ(waiting.error().retry_after, settings.throttle_hold_minute);
  EXPECT_TRUE(ask("WAITS").has_value()) << "the call was charged, so its answer is kept";
}

TEST_F(StockClientFaults, FiveFailuresOpenTheBreakerAndUnknownSymbolsAreRejectedImmediately) {
  upstream.fails(FailureKind::upstream_failure);
  for (int i = 0; i < 5; ++i) ask_and_run("F" + std::to_string(i));
  EXPECT_EQ(state(), State::open);
  EXPECT_EQ(upstream.calls(), 5u);
  scheduler.advance(10s);
  const Asked asked = ask("G");
  ASSERT_TRUE(asked.answered());
  EXPECT_EQ(asked.error().kind, FailureKind::circuit_open);
  EXPECT_EQ(asked.error().retry_after, breaker_settings.open_timeout - 10s);
  EXPECT_EQ(upstream.calls(), 5u);
}

TEST_F(StockClientFaults, TheCallerWhoseFailureOpensTheBreakerIsToldThatFailure) {
  upstream.fails(FailureKind::upstream_failure);
  breaker_settings.failure_threshold = 1;
  EXPECT_EQ(ask_and_run("A").error().kind, FailureKind::upstream_failure);
}

TEST_F(StockClientFaults, AnOpeningBreakerAnswersWaitersImmediately) {
  know("OLD", 1h);
  const Asked unknown = ask("NEW");
  const Asked known = ask("OLD");
  breaker().force_open("test");
  ASSERT_TRUE(unknown.answered());
  EXPECT_EQ(unknown.error().kind, FailureKind::forced_open);
  EXPECT_TRUE(unknown.error().retry_after.has_value());
  ASSERT_TRUE(known.has_value());
  EXPECT_EQ(known.value().stale_reason, StaleReason::circuit_open);
  scheduler.run_ready();
  EXPECT_EQ(upstream.calls(), 1u) << "abandoned flights make no call";
}

TEST_F(StockClientFaults, RequestsForKnownSymbolsCloseTheBreakerAfterAnOutage) {
  for (const char* symbol : {"A", "B", "C"}) know(symbol);
  upstream.fails(FailureKind::upstream_failure);
  for (int i = 0; i < 5; ++i) ask_and_run("F" + std::to_string(i));
  upstream.heals();
  scheduler.advance(61s);
  for (const char* symbol : {"A", "B", "C"}) EXPECT_TRUE(ask_and_run(symbol).has_value());
  EXPECT_EQ(state(), State::closed);
}

TEST_F(StockClientFaults, BeyondTheWaiterLimitUnknownSymbolsAreRejectedAndKnownOnesAnswered) {
  settings.max_waiters = 2;
  know("OLD", 1h);
  const Asked first = ask("A");
  const Asked second = ask("A");
  const Asked third = ask("B");
  ASSERT_TRUE(third.answered());
  EXPECT_EQ(third.error().kind, FailureKind::overloaded);
  EXPECT_TRUE(third.error().retry_after.has_value());
  const Asked known = ask("OLD");
  ASSERT_TRUE(known.has_value());
  EXPECT_EQ(known.value().stale_reason, StaleReason::overloaded);
}

}  // namespace
}  // namespace stockclient::testing
