// Outages and recoveries: which calls open and close the breaker, and how many are made.

#include <string>
#include <vector>

#include "stockclient/breaker_defaults.h"
#include "tests/stockclient/client_fixture.h"

namespace stockclient::testing {
namespace {

using circuitbreaker::State;

class StockClientRecovery : public ClientTest {
 protected:
  void open_with_failures() {
    upstream.fails(FailureKind::upstream_failure);
    for (int i = 0; state() == State::closed && i < 20; ++i) {
      ask_and_run("FAILS" + std::to_string(i));
    }
    ASSERT_EQ(state(), State::open);
  }
};

TEST_F(StockClientRecovery, RequestsForKnownSymbolsAloneCloseTheBreaker) {
  for (const char* symbol : {"A", "B", "C", "D"}) know(symbol);
  scheduler.advance(61s);
  open_with_failures();
  for (const char* symbol : {"A", "B", "C", "D"}) EXPECT_TRUE(ask(symbol).has_value());
  upstream.heals();
  scheduler.advance(*breaker().snapshot().retry_after);
  EXPECT_EQ(state(), State::closed);
}

TEST_F(StockClientRecovery, TheBreakerClosesEvenIfAllRequestedValuesAreFresh) {
  know("A");
  open_with_failures();
  EXPECT_FALSE(ask("A").value().stale());
  upstream.heals();
  scheduler.advance(*breaker().snapshot().retry_after);
  EXPECT_EQ(state(), State::closed);
}

TEST_F(StockClientRecovery, TheBreakerClosesEvenIfNothingIsRequestedDuringTheOutage) {
  know("A", 61s);
  open_with_failures();
  upstream.heals();
  scheduler.advance(*breaker().snapshot().retry_after);
  EXPECT_EQ(state(), State::closed) << "what was asked for lately serves as a probe";
}

TEST_F(StockClientRecovery, EachOpenIntervalCostsAtMostTheProbesAllowed) {
  for (int i = 0; i < 10; ++i) know("S" + std::to_string(i));
  scheduler.advance(61s);
  open_with_failures();
  upstream.answers([&](const Query&, auto timeout, const auto&) -> AttemptResult {
    scheduler.advance(timeout);
    return fault(FailureKind::timeout);
  });
  for (int interval = 0; interval < 10; ++interval) {
    const std::size_t before = upstream.calls();
    for (int tenth = 0; tenth < 10; ++tenth) {
      for (int i = 0; i < 10; ++i) EXPECT_TRUE(ask("S" + std::to_string(i)).has_value());
      scheduler.advance(breaker_settings.open_timeout / 10);
    }
    EXPECT_LE(upstream.calls() - before, breaker_settings.half_open_max_calls);
  }
}

TEST_F(StockClientRecovery, ForcingAnOpenBreakerOpenStopsItsProbes) {
  know("A");
  open_with_failures();
  breaker().force_open("maintenance");
  scheduler.advance(breaker_settings.open_timeout + 1s);
  const auto rejected = breaker().snapshot().calls.rejected;
  const std::size_t before = upstream.calls();
  for (int i = 0; i < 100; ++i) EXPECT_FALSE(ask_and_run("A").value().stale());
  EXPECT_LE(breaker().snapshot().calls.rejected - rejected, 1u);
  EXPECT_EQ(upstream.calls(), before);
  upstream.heals();
  breaker().reset("maintenance is over");
  EXPECT_TRUE(ask_and_run("NEW").has_value());
}

TEST_F(StockClientRecovery, TheMostRequestedValuesAreProbes) {
  for (const char* symbol : {"RARE", "HOT", "WARM"}) know(symbol);
  scheduler.advance(61s);
  breaker_settings.half_open_max_calls = 1;
  breaker_settings.success_threshold = 1;
  open_with_failures();
  const std::size_t before = upstream.calls();
  for (int i = 0; i < 9; ++i) {
    if (i < 1) static_cast<void>(ask("RARE"));
    if (i < 4) static_cast<void>(ask("WARM"));
    static_cast<void>(ask("HOT"));
  }
  upstream.heals();
  scheduler.advance(*breaker().snapshot().retry_after);
  EXPECT_EQ(upstream.asked().at(before).argument, "HOT");
}

TEST_F(StockClientRecovery, AnInconclusiveProbeIsNotRepeatedImmediately) {
  know("A");
  scheduler.advance(61s);
  open_with_failures();
  static_cast<void>(ask("A"));
  upstream.fails(FailureKind::data_fault);
  const std::size_t before = upstream.calls();
  scheduler.advance(*breaker().snapshot().retry_after);
  for (int i = 0; i < 20; ++i) ask_and_run("A");
  EXPECT_EQ(upstream.calls() - before, 1u);
}

TEST_F(StockClientRecovery, SuccessfulProbesDoNotUseUpTheProbesOfTheNextOutage) {
  settings.quota_plan = "custom";
  settings.quota_per_day = 100;
  settings.quota_reset = "00:00 UTC";
  for (const char* symbol : {"A", "B", "C"}) know(symbol);
  scheduler.advance(23h);
  // Each outage uses three of the five probes that a day allows.
  for (int outage = 0; outage < 3; ++outage) {
    upstream.fails(FailureKind::upstream_failure);
    for (int i = 0; state() == State::closed && i < 20; ++i) {
      ask_and_run("FAILS" + std::to_string(outage * 20 + i));
    }
    for (const char* symbol : {"A", "B", "C"}) EXPECT_TRUE(ask(symbol).has_value());
    upstream.heals();
    scheduler.advance(*breaker().snapshot().retry_after);
    EXPECT_EQ(state(), State::closed) << "outage " << outage;
    scheduler.advance(2min);
  }
}

TEST_F(StockClientRecovery, NoProbeIsSentDuringAHold) {
  know("A");
  scheduler.advance(61s);
  open_with_failures();
  static_cast<void>(ask("A"));
  upstream.fails(FailureKind::throttled_minute);
  const std::size_t before = upstream.calls();
  scheduler.advance(*breaker().snapshot().retry_after);
  EXPECT_EQ(upstream.calls() - before, 1u);
  for (int i = 0; i < 59; ++i) {
    ask_and_run("A");
    scheduler.advance(1s);
  }
  EXPECT_EQ(upstream.calls() - before, 1u);
}

TEST_F(StockClientRecovery, HangingCallsOpenTheBreakerBeforeTheyTimeOut) {
  breaker_settings = default_breaker(settings);
  know("KNOWN");
  std::vector<Asked> unknown;
  const auto began = clock.now();
  std::optional<circuitbreaker::TimePoint> opened;
  breaker().add_listener([&](const circuitbreaker::StateChange& change) {
    if (change.to == State::open) opened = change.at;
  });
  upstream.answers([&](const Query&, auto timeout, const auto&) -> AttemptResult {
    // While this call hangs, the other workers start theirs.
    const auto until = clock.now() + timeout;
    scheduler.run_ready();
    if (until > clock.now()) scheduler.advance(until - clock.now());
    return fault(FailureKind::timeout);
  });
  unknown.reserve(64);
  for (std::size_t i = 0; i < 64; ++i) unknown.push_back(ask("U" + std::to_string(i)));
  scheduler.run_ready();
  ASSERT_TRUE(opened);
  EXPECT_EQ(*opened - began, breaker_settings.slow_call_duration);
  EXPECT_LE(upstream.calls() - 1, settings.bulkhead + 5);
  for (const Asked& asked : unknown) {
    ASSERT_TRUE(asked.answered());
    EXPECT_EQ(asked.error().kind, FailureKind::circuit_open);
  }
  EXPECT_TRUE(ask("KNOWN").has_value());
}

TEST_F(StockClientRecovery, SlowSuccessesOpenTheBreakerAndOnesHalfAsSlowDoNot) {
  breaker_settings = default_breaker(settings);
  const auto slow = breaker_settings.slow_call_duration;
  const auto answers_after = [&](circuitbreaker::Duration latency) {
    upstream.answers([this, latency](const Query& query, auto, const auto&) -> AttemptResult {
      scheduler.advance(latency);
      return Data(quote_of(query.argument));
    });
  };
  answers_after(slow / 2);
  for (int i = 0; i < 40; ++i) EXPECT_TRUE(ask_and_run("H" + std::to_string(i)).has_value());
  EXPECT_EQ(state(), State::closed);
  answers_after(slow * 2);
  settings.upstream_timeout = slow * 3;
  for (int i = 0; i < 40 && state() == State::closed; ++i) ask_and_run("S" + std::to_string(i));
  EXPECT_EQ(state(), State::open);
  EXPECT_EQ(breaker().snapshot().calls.failure, 0u);
}

TEST_F(StockClientRecovery, TheOpenTimeGrowsOnlyWithADailyQuota) {
  EXPECT_EQ(default_breaker(settings).open_timeout_multiplier, 1);
  settings.quota_plan = "free";
  EXPECT_EQ(default_breaker(settings).open_timeout_multiplier, 2);
  settings.quota_plan = "premium-75";
  EXPECT_EQ(default_breaker(settings).open_timeout_multiplier, 1);
}

}  // namespace
}  // namespace stockclient::testing
