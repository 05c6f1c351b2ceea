#include <vector>

#include <gtest/gtest.h>

#include "trip_rules_fixture.h"

namespace circuitbreaker {
namespace {

using namespace std::chrono_literals;

class OpenTime : public TripRules {
 protected:
  static Duration open_time(CircuitBreaker& breaker) { return *breaker.snapshot().retry_after; }
  // Moves the breaker from open to half-open and back to open, through a failed probe.
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

TEST_F(OpenTime, JitterStaysWithinTheMaximumAndStillSpreads) {
  Settings settings;
  settings.failure_threshold = 1;
  settings.open_timeout = 100s;
  settings.open_timeout_max = 100s;
  settings.open_timeout_jitter = 0.2;
  CircuitBreaker breaker("test", settings, clock);
  record(breaker, Verdict::failure);
  int at_maximum = 0;
  Duration most{};
  for (int i = 0; i < 200; ++i) {
    most = std::max(most, open_time(breaker));
    if (open_time(breaker) == 100s) ++at_maximum;
    fail_to_recover(breaker);
  }
  EXPECT_LE(most, 100s);
  EXPECT_GT(most, 98s);
  EXPECT_LE(at_maximum, 2) << "a fleet must not return at the same moment";
}

TEST_F(OpenTime, IsNeverZeroHoweverShortItsSetting) {
  Settings settings;
  settings.failure_threshold = 1;
  settings.open_timeout = 1ns;
  settings.open_timeout_jitter = 0.9;
  CircuitBreaker breaker("test", settings, clock);
  for (int i = 0; i < 20; ++i) {
    record(breaker, Verdict::failure);
    EXPECT_EQ(open_time(breaker), 1ns);
    breaker.reset("again");
  }
}

TEST_F(OpenTime, OfAnOpenBreakerFollowsAReconfiguration) {
  Settings settings;
  settings.failure_threshold = 1;
  CircuitBreaker breaker("test", settings, clock);
  record(breaker, Verdict::failure);
  clock.advance(10s);
  settings.open_timeout = 1min;
  breaker.reconfigure(settings);
  EXPECT_EQ(open_time(breaker), 50s) << "counted from the opening";
  settings.open_timeout = 12s;
  breaker.reconfigure(settings);
  EXPECT_EQ(open_time(breaker), 2s);
  settings.failure_threshold = 7;
  clock.advance(1s);
  breaker.reconfigure(settings);
  EXPECT_EQ(open_time(breaker), 1s) << "no new open time";
}

TEST_F(OpenTime, EndsAtTheReconfigurationThatMakesItTooShort) {
  Settings settings;
  settings.failure_threshold = 1;
  CircuitBreaker breaker("test", settings, clock);
  record(breaker, Verdict::failure);
  clock.advance(10s);
  settings.open_timeout = 1s;
  breaker.reconfigure(settings);
  EXPECT_EQ(breaker.snapshot().state, State::half_open);
  EXPECT_EQ(breaker.snapshot().since, clock.now());
}

TEST_F(OpenTime, RequestedByTheFailureIsOnlyLimitedByAReconfiguration) {
  Settings settings;
  settings.failure_threshold = 1;
  CircuitBreaker breaker("test", settings, clock);
  breaker.try_acquire().value().failure("429", 5min);
  settings.open_timeout = 1s;
  breaker.reconfigure(settings);
  EXPECT_EQ(open_time(breaker), 5min);
  settings.open_timeout_max = 2min;
  breaker.reconfigure(settings);
  EXPECT_EQ(open_time(breaker), 2min);
}

TEST_F(OpenTime, IsNotStartedAnewByAReconfigurationWhileForcedOpen) {
  CircuitBreaker breaker("test", {}, clock);
  breaker.force_open("operator");
  Settings settings;
  settings.open_timeout = 1s;
  breaker.reconfigure(settings);
  clock.advance(1h);
  EXPECT_FALSE(breaker.try_acquire());
}

TEST_F(OpenTime, EndsEarlyWhenProbesAreAllowed) {
  CircuitBreaker breaker("test", {}, clock);
  breaker.try_half_open("closed breakers stay closed");
  EXPECT_EQ(breaker.snapshot().state, State::closed);
  breaker.trip("test");
  clock.advance(1s);
  breaker.try_half_open("health check passed");
  const Snapshot snapshot = breaker.snapshot();
  EXPECT_EQ(snapshot.state, State::half_open);
  EXPECT_EQ(snapshot.since, clock.now());
  EXPECT_EQ(snapshot.reason, "health check passed");
  EXPECT_TRUE(breaker.try_acquire().value().is_probe());
  breaker.force_open("operator");
  breaker.try_half_open("operators win");
  EXPECT_EQ(breaker.snapshot().state, State::open);
}

TEST_F(OpenTime, RequestedByTheFailureIsUsedUpToTheMaximum) {
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
