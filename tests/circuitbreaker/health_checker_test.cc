
#include "circuitbreaker/health_checker.h"

#include <atomic>
#include <thread>

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

TEST_F(HealthCheckerTest, ItsVerdictsOpenAndCloseTheBreaker) {
  HealthChecker checker([&](const CallContext&) { return up; }, breaker,
                        {.unhealthy_threshold = 2, .healthy_threshold = 2}, clock);
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

}  // namespace
}  // namespace circuitbreaker
