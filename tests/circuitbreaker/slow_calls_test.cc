#include <vector>

#include <gtest/gtest.h>

#include "trip_rules_fixture.h"

namespace circuitbreaker {
namespace {

using namespace std::chrono_literals;

class SlowCalls : public TripRules {
 protected:
  static Settings slow_rule() {
    Settings settings = no_consecutive_rule();
    settings.slow_call_rate = 0.5;
    settings.slow_call_duration = 2s;
    settings.window.minimum_calls = 30;
    return settings;
  }
};

TEST_F(SlowCalls, ThirtyHungCallsOpenBeforeAnyOfThemReturns) {
  CircuitBreaker breaker("test", slow_rule(), clock);
  std::vector<Permit> hung;
  for (int i = 0; i < 30; ++i) hung.push_back(breaker.try_acquire().value());
  const TimePoint due = clock.now() + 2s;
  clock.advance(3s);
  EXPECT_FALSE(breaker.try_acquire());
  const Snapshot snapshot = breaker.snapshot();
  EXPECT_EQ(snapshot.state, State::open);
  EXPECT_EQ(snapshot.since, due);
  EXPECT_EQ(snapshot.overdue, 30u);
  EXPECT_EQ(snapshot.in_flight, 30u);
  EXPECT_EQ(snapshot.reason, "too high a rate of slow calls");
}

TEST_F(SlowCalls, AnOverdueCallCountsOnceWhateverItsVerdictLaterIs) {
  Settings settings = slow_rule();
  settings.window.minimum_calls = 3;
  settings.slow_call_rate = 1;
  CircuitBreaker breaker("test", settings, clock);
  auto first = breaker.try_acquire().value();
  auto second = breaker.try_acquire().value();
  clock.advance(2s);
  EXPECT_EQ(breaker.snapshot().overdue, 2u);
  EXPECT_DOUBLE_EQ(breaker.snapshot().slow_call_rate, 1);
  first.success();
  second.ignore();
  EXPECT_EQ(breaker.snapshot().overdue, 0u);
  EXPECT_EQ(breaker.snapshot().state, State::closed);
  record(breaker, Verdict::success);
  EXPECT_EQ(breaker.snapshot().state, State::closed);
  EXPECT_DOUBLE_EQ(breaker.snapshot().slow_call_rate, 2.0 / 3);
}

TEST_F(SlowCalls, AnOverdueCallThatThenFailsIsOneFailedCall) {
  Settings settings = slow_rule();
  settings.failure_rate = 1;
  settings.window.minimum_calls = 2;
  settings.slow_call_rate = 1;
  for (const auto kind : {Window::Kind::count, Window::Kind::time}) {
    settings.window.kind = kind;
    CircuitBreaker breaker("test", settings, clock);
    auto call = breaker.try_acquire().value();
    clock.advance(2s);
    EXPECT_DOUBLE_EQ(breaker.snapshot().failure_rate, 0);
    call.failure();
    EXPECT_DOUBLE_EQ(breaker.snapshot().failure_rate, 1);
    EXPECT_EQ(breaker.snapshot().state, State::closed);
  }
}

TEST_F(SlowCalls, AnOverdueCallThatThenFailsCountsAsLongAsTheWindowRemembersIt) {
  Settings settings = slow_rule();
  settings.slow_call_rate = 1;
  settings.failure_rate = 0.3;
  settings.window.calls = 3;
  settings.window.minimum_calls = 3;
  for (const int later_calls : {2, 3}) {
    CircuitBreaker breaker("test", settings, clock);
    auto call = breaker.try_acquire().value();
    clock.advance(2s);
    EXPECT_EQ(breaker.snapshot().overdue, 1u);
    record(breaker, Verdict::success, later_calls);
    call.failure();
    EXPECT_EQ(breaker.snapshot().state, later_calls == 2 ? State::open : State::closed);
  }
}

TEST_F(SlowCalls, CallsBeyondTheWatchedOnesAreJudgedWhenTheyEnd) {
  Settings settings = slow_rule();
  settings.max_tracked_calls = 1;
  settings.window.minimum_calls = 2;
  CircuitBreaker breaker("test", settings, clock);
  auto watched = breaker.try_acquire().value();
  auto unwatched = breaker.try_acquire().value();
  clock.advance(2s);
  EXPECT_EQ(breaker.snapshot().overdue, 1u);
  EXPECT_EQ(breaker.snapshot().state, State::closed);
  unwatched.success();
  EXPECT_EQ(breaker.snapshot().state, State::open);
  watched.success();
}

TEST_F(SlowCalls, ASuccessIsJudgedAfterTheCallsThatBecameOverdueBeforeIt) {
  Settings settings = slow_rule();
  settings.window.minimum_calls = 2;
  CircuitBreaker breaker("test", settings, clock);
  const auto hung = breaker.try_acquire().value();
  clock.advance(1s);
  auto prompt = breaker.try_acquire().value();
  clock.advance(1500ms);
  prompt.success();
  EXPECT_EQ(breaker.snapshot().state, State::open);
  EXPECT_EQ(breaker.snapshot().since, clock.now()) << "the success completed the minimum";
}

TEST_F(SlowCalls, ASlowProbeDoesNotClose) {
  Settings settings = slow_rule();
  settings.failure_threshold = 1;
  CircuitBreaker breaker("test", settings, clock);
  record(breaker, Verdict::failure);
  clock.advance(30s);
  auto probe = breaker.try_acquire().value();
  clock.advance(2s);
  probe.success();
  EXPECT_EQ(breaker.snapshot().state, State::open);
  EXPECT_EQ(breaker.snapshot().reason, "a probe was slow");
}

TEST_F(SlowCalls, AHungProbeDelaysNobodyBeyondItsLease) {
  Settings settings = slow_rule();
  settings.failure_threshold = 1;
  settings.half_open_max_calls = 1;
  CircuitBreaker breaker("test", settings, clock);
  record(breaker, Verdict::failure);
  clock.advance(30s);
  const auto hung = breaker.try_acquire().value();
  clock.advance(10s);
  record(breaker, Verdict::success, 3);
  EXPECT_EQ(breaker.snapshot().state, State::closed);
}

}  // namespace
}  // namespace circuitbreaker
