#include <vector>

#include <gtest/gtest.h>

#include "circuitbreaker/circuit_breaker.h"

namespace circuitbreaker {
namespace {

using namespace std::chrono_literals;

class TripRules : public ::testing::Test {
 protected:
  static Settings no_consecutive_rule() {
    Settings settings;
    settings.failure_threshold = 0;
    settings.window.minimum_calls = 1;
    return settings;
  }
  static void record(CircuitBreaker& breaker, Verdict verdict, int times = 1) {
    for (int i = 0; i < times; ++i) {
      auto permit = breaker.try_acquire().value();
      if (verdict == Verdict::success) permit.success();
      if (verdict == Verdict::failure) permit.failure();
      if (verdict == Verdict::timeout) permit.timeout();
    }
  }
  ManualClock clock;
};

TEST_F(TripRules, AFailureCountOpensWhateverSuccessesLieBetween) {
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

TEST_F(TripRules, AFailureRateIsReachedByExactlyItsShare) {
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
  clock.advance(5s);
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

TEST_F(TripRules, AChangedWindowKeepsWhatFits) {
  Settings settings = no_consecutive_rule();
  settings.failure_count = 100;
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

class OpenTime : public TripRules {
 protected:
  static Duration open_time(CircuitBreaker& breaker) { return *breaker.snapshot().retry_after; }
  // From open to open again through a failed probe.
  void fail_to_recover(CircuitBreaker& breaker) {
    clock.advance(open_time(breaker));
    record(breaker, Verdict::failure);
  }
};

TEST_F(OpenTime, GrowsWithEveryFailedRecoveryUpToItsMaximumAndStartsAnewOnceClosed) {
  Settings settings;
  settings.failure_threshold = 1;
  settings.success_threshold = 1;
  settings.open_timeout_multiplier = 2;
  settings.open_timeout_max = 100s;
  CircuitBreaker breaker("test", settings, clock);
  record(breaker, Verdict::failure);
  std::vector<Duration> seen;
  for (int i = 0; i < 4; ++i) {
    seen.push_back(open_time(breaker));
    fail_to_recover(breaker);
  }
  EXPECT_EQ(seen, (std::vector<Duration>{30s, 60s, 100s, 100s}));
  clock.advance(open_time(breaker));
  record(breaker, Verdict::success);
  record(breaker, Verdict::failure);
  EXPECT_EQ(open_time(breaker), 30s);
}

TEST_F(OpenTime, JitterSpreadsItAroundItsValue) {
  Settings settings;
  settings.failure_threshold = 1;
  settings.open_timeout_jitter = 0.2;
  CircuitBreaker breaker("test", settings, clock);
  record(breaker, Verdict::failure);
  Duration least = 1h;
  Duration most{};
  for (int i = 0; i < 200; ++i) {
    least = std::min(least, open_time(breaker));
    most = std::max(most, open_time(breaker));
    fail_to_recover(breaker);
  }
  EXPECT_GE(least, 24s);
  EXPECT_LE(most, 36s);
  EXPECT_LT(least, 26s);
  EXPECT_GT(most, 34s);
}

TEST_F(OpenTime, IsWhatTheFailureAskedForWithinTheMaximum) {
  Settings settings;
  settings.failure_threshold = 1;
  CircuitBreaker breaker("test", settings, clock);
  breaker.try_acquire().value().failure("429", 2min);
  EXPECT_EQ(open_time(breaker), 2min);
  clock.advance(2min);
  breaker.try_acquire().value().failure("429", 5h);
  EXPECT_EQ(open_time(breaker), 30min);
  clock.advance(30min);
  breaker.try_acquire().value().failure("429", 0s);
  EXPECT_EQ(open_time(breaker), 30s);
}

TEST_F(OpenTime, AHalfOpenBreakerLeftUndecidedOpensAgain) {
  Settings settings;
  settings.failure_threshold = 1;
  settings.half_open_timeout = 20s;
  CircuitBreaker breaker("test", settings, clock);
  record(breaker, Verdict::failure);
  clock.advance(1h);
  EXPECT_EQ(breaker.snapshot().state, State::half_open) << "idle, so there is nothing to decide";
  record(breaker, Verdict::success);
  const TimePoint first_probe = clock.now();
  clock.advance(21s);
  const Snapshot snapshot = breaker.snapshot();
  EXPECT_EQ(snapshot.state, State::open);
  EXPECT_EQ(snapshot.since, first_probe + 20s);
}

TEST_F(OpenTime, TripAndRecoverAreNotForcedModes) {
  CircuitBreaker breaker("test", {}, clock);
  breaker.trip("health");
  EXPECT_EQ(breaker.snapshot().mode, Mode::normal);
  EXPECT_EQ(open_time(breaker), 30s);
  breaker.recover("health");
  EXPECT_EQ(breaker.snapshot().state, State::closed);
  breaker.force_open("operator");
  breaker.recover("health");
  EXPECT_EQ(breaker.snapshot().state, State::open);
}

}  // namespace
}  // namespace circuitbreaker
