#include "circuitbreaker/health_checker.h"

#include <atomic>
#include <optional>
#include <stop_token>
#include <string_view>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "circuitbreaker/circuit_breaker.h"

namespace circuitbreaker {
namespace {

using namespace std::chrono_literals;

class HealthCheckerTest : public ::testing::Test {
 protected:
  ManualClock clock;
  CircuitBreaker breaker{"test", {}, clock};
  bool up = true;
};

TEST_F(HealthCheckerTest, ItsResultsOpenAndCloseTheBreaker) {
  HealthChecker checker(
      [&](const CallContext&) { return up; }, breaker,
      {.unhealthy_threshold = 2, .healthy_threshold = 2, .recovery = HealthRecovery::close}, clock);
  up = false;
  checker.check_now();
  EXPECT_EQ(breaker.snapshot().state, State::closed);
  checker.check_now();
  EXPECT_EQ(breaker.snapshot().state, State::open);
  up = true;
  checker.check_now();
  EXPECT_EQ(breaker.snapshot().state, State::open);
  checker.check_now();
  EXPECT_EQ(breaker.snapshot().state, State::closed);
  EXPECT_EQ(checker.health().checks, 4u);
  EXPECT_EQ(checker.health().failed_checks, 2u);
  EXPECT_EQ(breaker.snapshot().calls.total(), 0u);
}

TEST_F(HealthCheckerTest, ACheckThatOutlivesItsTimeoutOrThrowsIsUnhealthy) {
  HealthChecker slow(
      [&](const CallContext& context) {
        clock.advance(context.deadline.remaining());
        return true;
      },
      breaker, {}, clock);
  EXPECT_FALSE(slow.check_now());
  HealthChecker throwing([](const CallContext&) -> bool { throw 1; }, breaker, {}, clock);
  EXPECT_FALSE(throwing.check_now());
}

TEST_F(HealthCheckerTest, StopsWithoutWaitingForItsInterval) {
  std::atomic<int> checks{0};
  HealthChecker checker(
      [&](const CallContext&) {
        ++checks;
        return true;
      },
      breaker, {.interval = 24h});
  checker.start();
  while (checks == 0) std::this_thread::yield();
  checker.stop();
  EXPECT_EQ(checks, 1);
}

TEST_F(HealthCheckerTest, LeadsToHalfOpenByDefault) {
  HealthChecker checker([&](const CallContext&) { return up; }, breaker, {.healthy_threshold = 2},
                        clock);
  breaker.trip("test");
  checker.check_now();
  EXPECT_EQ(breaker.snapshot().state, State::open);
  checker.check_now();
  EXPECT_EQ(breaker.snapshot().state, State::half_open);
  checker.check_now();
  EXPECT_EQ(breaker.snapshot().state, State::half_open) << "the probes decide";
}

TEST_F(HealthCheckerTest, CountsOnlyHealthyChecksSinceTheOpening) {
  HealthChecker checker([&](const CallContext&) { return up; }, breaker, {.healthy_threshold = 3},
                        clock);
  for (int i = 0; i < 10; ++i) checker.check_now();
  breaker.trip("test");
  checker.check_now();
  checker.check_now();
  EXPECT_EQ(breaker.snapshot().state, State::open);
  checker.check_now();
  EXPECT_EQ(breaker.snapshot().state, State::half_open);
}

TEST_F(HealthCheckerTest, ACheckThatBeganBeforeTheOpeningDoesNotCount) {
  HealthChecker checker(
      [&](const CallContext&) {
        breaker.trip("test");
        return true;
      },
      breaker, {.healthy_threshold = 1}, clock);
  checker.check_now();
  EXPECT_EQ(breaker.snapshot().state, State::open);
  checker.check_now();
  EXPECT_EQ(breaker.snapshot().state, State::half_open);
}

TEST_F(HealthCheckerTest, AFailedProbeStartsTheCountAnew) {
  HealthChecker checker([&](const CallContext&) { return up; }, breaker, {.healthy_threshold = 2},
                        clock);
  breaker.trip("test");
  checker.check_now();
  clock.advance(breaker.snapshot().settings.open_timeout);
  breaker.try_acquire().value().failure("down");
  checker.check_now();
  EXPECT_EQ(breaker.snapshot().state, State::open);
  checker.check_now();
  EXPECT_EQ(breaker.snapshot().state, State::half_open);
}

TEST_F(HealthCheckerTest, CountsOnlyUnhealthyChecksInARow) {
  HealthChecker checker([&](const CallContext&) { return up; }, breaker, {.unhealthy_threshold = 2},
                        clock);
  for (const bool healthy : {false, true, false, true, false}) {
    up = healthy;
    checker.check_now();
  }
  EXPECT_EQ(breaker.snapshot().state, State::closed);
}

TEST_F(HealthCheckerTest, AThresholdOfZeroMovesNothing) {
  HealthChecker checker([&](const CallContext&) { return up; }, breaker,
                        {.unhealthy_threshold = 0, .healthy_threshold = 0}, clock);
  up = false;
  checker.check_now();
  EXPECT_EQ(breaker.snapshot().state, State::closed);
  breaker.trip("test");
  up = true;
  checker.check_now();
  EXPECT_EQ(breaker.snapshot().state, State::open);
}

TEST_F(HealthCheckerTest, ACheckThatWasToldToStopDoesNotCount) {
  std::stop_source stop;
  HealthChecker checker(
      [&](const CallContext&) {
        stop.request_stop();
        return false;
      },
      breaker, {.unhealthy_threshold = 1}, clock);
  EXPECT_FALSE(checker.check_now(stop.get_token()));
  EXPECT_EQ(breaker.snapshot().state, State::closed);
  EXPECT_EQ(checker.health().checks, 0u);
}

TEST_F(HealthCheckerTest, MayBeAskedFromAListener) {
  HealthChecker checker([&](const CallContext&) { return up; }, breaker, {.unhealthy_threshold = 1},
                        clock);
  std::vector<Health> heard;
  breaker.add_listener([&](const StateChange&) {
    heard.push_back(checker.health());
    EXPECT_FALSE(checker.check_now());
    heard.push_back(checker.health());
  });
  up = false;
  checker.check_now();
  ASSERT_EQ(heard.size(), 2u);
  EXPECT_EQ(heard[0].checks, 1u);
  EXPECT_EQ(heard[1].checks, 2u);
}

TEST_F(HealthCheckerTest, MayBeAskedFromItsOwnCheck) {
  HealthChecker* self = nullptr;
  std::optional<bool> inner;
  HealthChecker checker(
      [&](const CallContext&) {
        if (self != nullptr) inner = self->check_now();
        return true;
      },
      breaker, {}, clock);
  checker.check_now();
  self = &checker;
  checker.check_now();
  EXPECT_EQ(inner, true) << "the previous result";
  EXPECT_EQ(checker.health().checks, 2u);
}

TEST_F(HealthCheckerTest, MayBeStoppedFromAListenerOnItsOwnThreadAndStartedAgain) {
  std::atomic<int> checks{0};
  HealthChecker checker(
      [&](const CallContext&) {
        ++checks;
        return false;
      },
      breaker, {.interval = 1ns, .unhealthy_threshold = 1});
  std::atomic<bool> stopped{false};
  breaker.add_listener([&](const StateChange& change) {
    if (change.to != State::open) return;
    checker.stop();
    stopped = true;
  });
  checker.start();
  while (!stopped) std::this_thread::yield();
  checker.start();
  const int before = checks;
  while (checks == before) std::this_thread::yield();
  checker.stop();
}

TEST_F(HealthCheckerTest, MayBeStoppedAndStartedFromItsOwnCheck) {
  std::atomic<int> checks{0};
  HealthChecker* self = nullptr;
  HealthChecker checker(
      [&](const CallContext&) {
        if (++checks == 1) {
          self->stop();
          self->start();
        }
        return true;
      },
      breaker, {.interval = 1ns});
  self = &checker;
  checker.start();
  while (checks < 3) std::this_thread::yield();
  checker.stop();
  const int after = checks;
  checker.start();
  while (checks == after) std::this_thread::yield();
}

TEST_F(HealthCheckerTest, MayBeStoppedTwiceFromItsOwnCheckWithAStartBetween) {
  std::atomic<int> checks{0};
  HealthChecker* self = nullptr;
  HealthChecker checker(
      [&](const CallContext&) {
        ++checks;
        self->stop();
        self->start();
        self->stop();
        return true;
      },
      breaker, {.interval = 1ns});
  self = &checker;
  checker.start();
  while (checks == 0) std::this_thread::yield();
  checker.stop();
  EXPECT_EQ(checks, 1);
}

TEST_F(HealthCheckerTest, AStartFromItsOwnCheckDoesNotDefeatAnotherThreadsStop) {
  std::atomic<int> checks{0};
  HealthChecker* self = nullptr;
  HealthChecker checker(
      [&](const CallContext& context) {
        ++checks;
        while (!context.stop.stop_requested()) std::this_thread::yield();
        self->start();
        return true;
      },
      breaker, {.interval = 1ns});
  self = &checker;
  checker.start();
  while (checks == 0) std::this_thread::yield();
  checker.stop();
  EXPECT_EQ(checks, 1);
  checker.start();
  while (checks == 1) std::this_thread::yield();
}

TEST_F(HealthCheckerTest, MayBeAskedWhenItsOwnCheckIsToldToStop) {
  HealthChecker* self = nullptr;
  std::atomic<bool> asked{false};
  HealthChecker checker(
      [&](const CallContext& context) {
        const std::stop_callback told(context.stop, [&] {
          (void)self->health();
          asked = true;
        });
        self->stop();
        return true;
      },
      breaker);
  self = &checker;
  checker.start();
  while (!asked) std::this_thread::yield();
}

TEST_F(HealthCheckerTest, ASleeperThatThrowsDoesNotEndTheChecks) {
  class Throwing final : public Sleeper {
   public:
    bool sleep(Duration, const std::stop_token&) const override { throw 1; }
  };
  const Throwing throwing;
  std::atomic<int> checks{0};
  HealthChecker checker(
      [&](const CallContext&) {
        ++checks;
        return true;
      },
      breaker, {.interval = 1ms}, steady_clock(), throwing);
  checker.start();
  while (checks < 2) std::this_thread::yield();
  checker.stop();
}

TEST_F(HealthCheckerTest, ObserversSeeTheFirstResultAndEveryChange) {
  struct Observer final : PolicyObserver {
    void health_changed(std::string_view breaker, bool healthy) noexcept override {
      EXPECT_EQ(breaker, "test");
      results.push_back(healthy);
    }
    std::vector<bool> results;
  } observer;
  HealthChecker checker([&](const CallContext&) { return up; }, breaker, {}, clock);
  checker.set_observer(&observer);
  for (const bool healthy : {true, true, false, false, true}) {
    up = healthy;
    checker.check_now();
  }
  EXPECT_EQ(observer.results, (std::vector<bool>{true, false, true}));
}

}  // namespace
}  // namespace circuitbreaker
