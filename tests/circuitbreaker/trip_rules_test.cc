#include <gtest/gtest.h>

#include "trip_rules_fixture.h"

namespace circuitbreaker {
namespace {

using namespace std::chrono_literals;

TEST_F(TripRules, AFailureCountOpensRegardlessOfSuccessesInBetween) {
  Settings settings = no_consecutive_rule();
  settings.failure_count = 3;
  CircuitBreaker breaker("test", settings, clock);
  for (int i = 0; i < 2; ++i) {
    record(breaker, Verdict::failure);
    record(breaker, Verdict::success, 5);
  }
  EXPECT_EQ(breaker.snapshot().state, State::closed);
  record(breaker, Verdict::timeout);
  EXPECT_EQ(breaker.snapshot().state, State::open);
  EXPECT_EQ(breaker.snapshot().reason, "too many failures in the window");
}

TEST_F(TripRules, AFailureRateWaitsForTheMinimumOfCalls) {
  Settings settings = no_consecutive_rule();
  settings.failure_rate = 0.5;
  settings.window.minimum_calls = 10;
  CircuitBreaker breaker("test", settings, clock);
  record(breaker, Verdict::failure, 9);
  EXPECT_EQ(breaker.snapshot().state, State::closed);
  record(breaker, Verdict::success);
  EXPECT_EQ(breaker.snapshot().state, State::open);
}

TEST_F(TripRules, ASuccessThatCompletesTheMinimumIsDatedWhenItCame) {
  Settings settings = no_consecutive_rule();
  settings.failure_rate = 0.5;
  settings.window.minimum_calls = 2;
  CircuitBreaker breaker("test", settings, clock);
  auto success = breaker.try_acquire().value();
  record(breaker, Verdict::failure);
  clock.advance(7s);
  success.success();
  EXPECT_EQ(breaker.snapshot().since, clock.now());
}

TEST_F(TripRules, AFailureRateIsReachedAtExactlyItsShare) {
  Settings settings = no_consecutive_rule();
  settings.failure_rate = 0.07;
  settings.window.minimum_calls = 100;
  CircuitBreaker breaker("test", settings, clock);
  record(breaker, Verdict::success, 93);
  record(breaker, Verdict::failure, 6);
  EXPECT_EQ(breaker.snapshot().state, State::closed);
  record(breaker, Verdict::failure);
  EXPECT_EQ(breaker.snapshot().state, State::open);
}

TEST_F(TripRules, ACountWindowForgetsTheCallsBeyondItsSize) {
  Settings settings = no_consecutive_rule();
  settings.failure_count = 3;
  settings.window.calls = 10;
  CircuitBreaker breaker("test", settings, clock);
  record(breaker, Verdict::failure, 2);
  record(breaker, Verdict::success, 9);
  record(breaker, Verdict::failure);
  EXPECT_EQ(breaker.snapshot().state, State::closed);
  EXPECT_DOUBLE_EQ(breaker.snapshot().failure_rate, 0.1);
}

TEST_F(TripRules, ATimeWindowForgetsBucketByBucket) {
  Settings settings = no_consecutive_rule();
  settings.failure_count = 4;
  settings.window = {Window::Kind::time, 1, 10, 1, 10s};
  CircuitBreaker breaker("test", settings, clock);
  record(breaker, Verdict::failure, 2);
  clock.advance(5s);
  record(breaker, Verdict::failure);
  clock.advance(6s);
  record(breaker, Verdict::failure);
  EXPECT_EQ(breaker.snapshot().state, State::closed);
  record(breaker, Verdict::failure, 2);
  EXPECT_EQ(breaker.snapshot().state, State::open);
}

TEST_F(TripRules, ATimeWindowThatPassedWithoutCallsIsEmpty) {
  Settings settings = no_consecutive_rule();
  settings.failure_rate = 1;
  settings.window = {Window::Kind::time, 1, 10, 5, 10s};
  CircuitBreaker breaker("test", settings, clock);
  record(breaker, Verdict::failure, 4);
  EXPECT_DOUBLE_EQ(breaker.snapshot().failure_rate, 1);
  clock.advance(1h);
  EXPECT_DOUBLE_EQ(breaker.snapshot().failure_rate, 0);
}

TEST_F(TripRules, ConsecutiveFailuresNeverDecay) {
  CircuitBreaker breaker("test", {}, clock);
  for (int i = 0; i < 5; ++i) {
    record(breaker, Verdict::failure);
    clock.advance(24h);
  }
  EXPECT_EQ(breaker.snapshot().transitions.closed_to_open, 1u);
}

TEST_F(TripRules, TheFirstRuleThatIsMetOpens) {
  Settings settings;
  settings.failure_threshold = 3;
  settings.failure_rate = 0.9;
  settings.window.minimum_calls = 50;
  CircuitBreaker breaker("test", settings, clock);
  record(breaker, Verdict::failure, 3);
  EXPECT_EQ(breaker.snapshot().reason, "too many consecutive failures");
}

TEST_F(TripRules, TheWindowStartsEmptyAfterAnOutage) {
  Settings settings = no_consecutive_rule();
  settings.failure_count = 3;
  CircuitBreaker breaker("test", settings, clock);
  record(breaker, Verdict::failure, 3);
  clock.advance(30s);
  record(breaker, Verdict::success, 3);
  record(breaker, Verdict::failure, 2);
  EXPECT_EQ(breaker.snapshot().state, State::closed);
}

TEST_F(TripRules, ResponseTimesAreKeptWhenAskedFor) {
  Settings settings;
  settings.response_times = true;
  CircuitBreaker breaker("test", settings, clock);
  EXPECT_EQ(breaker.snapshot().response_times.avg, std::nullopt);
  for (const auto time : {10ms, 30ms, 20ms}) {
    auto permit = breaker.try_acquire().value();
    clock.advance(time);
    permit.success();
  }
  const ResponseTimes times = breaker.snapshot().response_times;
  EXPECT_EQ(times.min, 10ms);
  EXPECT_EQ(times.avg, 20ms);
  EXPECT_EQ(times.max, 30ms);
}

TEST_F(TripRules, AChangedWindowKeepsTheCallsThatFit) {
  Settings settings = no_consecutive_rule();
  settings.failure_count = 5;
  settings.window.calls = 10;
  CircuitBreaker breaker("test", settings, clock);
  record(breaker, Verdict::failure, 4);
  record(breaker, Verdict::success, 4);
  settings.window.calls = 5;
  breaker.reconfigure(settings);
  EXPECT_DOUBLE_EQ(breaker.snapshot().failure_rate, 0.2);
  settings.window = {Window::Kind::time, 5, 10, 1, 10s};
  breaker.reconfigure(settings);
  EXPECT_DOUBLE_EQ(breaker.snapshot().failure_rate, 0.2);
  settings.window.buckets = 5;
  breaker.reconfigure(settings);
  EXPECT_DOUBLE_EQ(breaker.snapshot().failure_rate, 0.2);
  settings.window.kind = Window::Kind::count;
  breaker.reconfigure(settings);
  EXPECT_DOUBLE_EQ(breaker.snapshot().failure_rate, 0.2);
}

}  // namespace
}  // namespace circuitbreaker
