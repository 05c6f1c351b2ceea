#include <atomic>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "circuitbreaker/bulkhead.h"
#include "circuitbreaker/circuit_breaker.h"
#include "circuitbreaker/fallback.h"
#include "circuitbreaker/health_checker.h"
#include "circuitbreaker/pipeline.h"
#include "circuitbreaker/rate_limiter.h"
#include "circuitbreaker/registry.h"
#include "circuitbreaker/retry.h"
#include "circuitbreaker/time_limit.h"

namespace circuitbreaker {
namespace {

using namespace std::chrono_literals;

TEST(BulkheadTest, RefusesWhatIsBeyondItsCapAtOnce) {
  Bulkhead bulkhead({.max_calls = 2, .max_wait = 0s});
  auto first = bulkhead.try_acquire();
  {
    const auto second = bulkhead.try_acquire();
    const auto third = bulkhead.try_acquire();
    ASSERT_FALSE(third);
    EXPECT_EQ(third.error().reason, Rejected::Reason::bulkhead_full);
  }
  EXPECT_TRUE(bulkhead.try_acquire());
  EXPECT_EQ(bulkhead.statistics().in_use, 1u);
  EXPECT_EQ(bulkhead.statistics().rejected, 1u);
}

TEST(BulkheadTest, AWaiterGetsTheSlotThatIsGivenBack) {
  Bulkhead bulkhead({.max_calls = 1, .max_wait = 1h});
  auto slot = std::make_optional(bulkhead.try_acquire().value());
  std::thread waiter([&] { EXPECT_TRUE(bulkhead.call([] {})); });
  while (bulkhead.statistics().waiting == 0) std::this_thread::yield();
  slot.reset();
  waiter.join();
  EXPECT_EQ(bulkhead.statistics().admitted, 2u);
}

TEST(BulkheadTest, AStopRequestEndsTheWait) {
  Bulkhead bulkhead({.max_calls = 1, .max_wait = 1h});
  const auto slot = bulkhead.try_acquire();
  std::stop_source stop;
  std::thread waiter([&] {
    const auto refused = bulkhead.try_acquire({.deadline = {}, .stop = stop.get_token()});
    EXPECT_EQ(refused.error().reason, Rejected::Reason::cancelled);
  });
  while (bulkhead.statistics().waiting == 0) std::this_thread::yield();
  stop.request_stop();
  waiter.join();
}

TEST(BulkheadTest, OnlySoManyMayWait) {
  Bulkhead bulkhead({.max_calls = 1, .max_wait = 1h, .max_waiting = 0});
  const auto slot = bulkhead.try_acquire();
  EXPECT_EQ(bulkhead.try_acquire().error().reason, Rejected::Reason::bulkhead_full);
}

TEST(BulkheadTest, GivesItsSlotBackWhenTheFunctionThrows) {
  Bulkhead bulkhead({.max_calls = 1, .max_wait = 0s});
  EXPECT_THROW((void)bulkhead.call([] { throw std::runtime_error("x"); }), std::runtime_error);
  EXPECT_EQ(bulkhead.statistics().in_use, 0u);
}

TEST(RateLimiterTest, AllowsABurstThenItsRateAndSaysWhen) {
  ManualClock clock;
  RateLimiter limiter({.per_second = 5, .burst = 3}, clock);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(limiter.try_acquire());
  const auto refused = limiter.try_acquire();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().retry_after, 200ms);
  clock.advance(200ms - 1ns);
  EXPECT_EQ(limiter.wait_time(), 1ns);
  EXPECT_FALSE(limiter.try_acquire());
  clock.advance(1ns);
  EXPECT_EQ(limiter.wait_time(), 0ns);
  EXPECT_TRUE(limiter.try_acquire());
  EXPECT_EQ(limiter.rejected(), 2u);
}

TEST(RateLimiterTest, APauseFillsTheBucketNoFurtherThanItsBurst) {
  ManualClock clock;
  RateLimiter limiter({.per_second = 10, .burst = 2}, clock);
  clock.advance(24h);
  EXPECT_TRUE(limiter.try_acquire(2));
  EXPECT_FALSE(limiter.try_acquire());
}

TEST(RateLimiterTest, MoreTokensThanTheBucketHoldsAreNeverThere) {
  ManualClock clock;
  RateLimiter limiter({.per_second = 10, .burst = 2}, clock);
  EXPECT_EQ(limiter.wait_time(3), Duration::max());
  EXPECT_EQ(limiter.try_acquire(3).error().retry_after, std::nullopt);
}

TEST(FallbackTest, AnswersForErrorsAndRejectionsAndCounts) {
  ManualClock clock;
  CircuitBreaker breaker("test", {}, clock);
  Fallback fallback([](const CallError<std::string>& why) { return why.rejected() ? -1 : -2; });
  auto guarded = pipeline(fallback, breaker);
  const auto failing = []() -> expected<int, std::string> { return unexpected<std::string>("x"); };
  EXPECT_EQ(guarded.call(failing), -2);
  breaker.force_open("test");
  EXPECT_EQ(guarded.call(failing), -1);
  EXPECT_EQ(guarded.call([]() -> expected<int, std::string> { return 3; }), -1);
  EXPECT_EQ(fallback.count(), 3u);
  breaker.reset("test");
  EXPECT_EQ(guarded.call([]() -> expected<int, std::string> { return 3; }), 3);
  EXPECT_EQ(fallback.count(), 3u);
}

TEST(FallbackTest, AnswersForExceptionsWhenItsHandlerTakesThem) {
  Fallback catching([](const std::exception_ptr&) { return 5; });
  EXPECT_EQ(catching.call([]() -> int { throw 1; }), 5);
  Fallback plain([] { return 6; });
  EXPECT_THROW((void)plain.call([]() -> int { throw 1; }), int);
  EXPECT_EQ(plain.call([]() -> expected<int, std::string> { return unexpected<std::string>("x"); }),
            6);
}

TEST(PipelineTest, RunsItsPoliciesOutermostFirst) {
  ManualClock clock;
  const ManualSleeper sleeper(clock);
  Settings settings;
  settings.failure_threshold = 2;
  CircuitBreaker breaker("test", settings, clock);
  Retry retry({.max_attempts = 5}, sleeper);
  Fallback fallback([](const CallError<std::string>&) { return 9; });
  TimeLimit limit(1h, clock);
  int calls = 0;
  auto guarded = pipeline(fallback, limit, retry, breaker);
  const auto result = guarded.call([&](const CallContext& context) -> expected<int, std::string> {
    EXPECT_FALSE(context.deadline.is_never());
    ++calls;
    return unexpected<std::string>("down");
  });
  EXPECT_EQ(result, 9);
  EXPECT_EQ(calls, 2) << "the breaker opened within the retries, and its rejection ended them";
}

TEST(TimeLimitTest, APassedLimitIsARejection) {
  ManualClock clock;
  EXPECT_EQ(TimeLimit(0s, clock).call([] { return 1; }).error().reason, Rejected::Reason::deadline);
}

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

class RegistryTest : public ::testing::Test {
 protected:
  ManualClock clock;
  Registry registry{{.max_breakers = 2, .breaker = {}}, clock};
};

TEST_F(RegistryTest, GivesTheSameBreakerForTheSameName) {
  EXPECT_EQ(registry.get("a"), registry.get("a"));
  EXPECT_NE(registry.get("a"), registry.get("b"));
  EXPECT_EQ(registry.find("c"), nullptr);
}

TEST_F(RegistryTest, EvictsTheIdleBreakerAskedForLongestAgo) {
  (void)registry.get("a");
  (void)registry.get("b");
  (void)registry.get("a");
  registry.get("c")->try_acquire().value().success();
  EXPECT_NE(registry.find("a"), nullptr);
  EXPECT_EQ(registry.find("b"), nullptr);
  EXPECT_EQ(registry.statistics().evicted, 1u);
}

TEST_F(RegistryTest, NeverEvictsWhatIsOpenPendingBusyOrHeld) {
  registry.get("open")->force_open("test");
  const auto held = registry.get("held");
  EXPECT_EQ(registry.get("new"), nullptr);
  EXPECT_EQ(registry.statistics().refused, 1u);
  registry.find("open")->reset("test");
  registry.find("open")->try_acquire().value().failure();
  EXPECT_EQ(registry.get("new"), nullptr);
  registry.find("open")->try_acquire().value().success();
  EXPECT_NE(registry.get("new"), nullptr);
}

TEST_F(RegistryTest, SumsUpTheCallsOfAllBreakersThereEverWere) {
  for (const char* name : {"a", "b", "c", "d"}) {
    registry.get(name)->try_acquire().value().success();
  }
  const RegistryStatistics statistics = registry.statistics();
  EXPECT_EQ(statistics.calls.success, 4u);
  EXPECT_EQ(statistics.breakers, 2u);
  EXPECT_EQ(statistics.closed, 2u);
}

TEST_F(RegistryTest, ANamesOwnSettingsHoldNowAndWhenItIsMadeAgain) {
  Settings settings;
  settings.failure_threshold = 1;
  (void)registry.get("a");
  registry.configure("a", settings);
  registry.configure("b", settings);
  EXPECT_EQ(registry.find("a")->snapshot().settings.failure_threshold, 1u);
  EXPECT_EQ(registry.get("b")->snapshot().settings.failure_threshold, 1u);
  EXPECT_EQ(registry.snapshots().at(0).name, "a");
}

}  // namespace
}  // namespace circuitbreaker
