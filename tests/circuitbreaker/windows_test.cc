// The contents of a window while successes are counted without the lock.

#include <atomic>
#include <latch>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "trip_rules_fixture.h"

namespace circuitbreaker {
namespace {

using namespace std::chrono_literals;

class Windows : public TripRules {
 protected:
  static Settings count_rule(std::uint32_t failures, std::uint32_t calls) {
    Settings settings = no_consecutive_rule();
    settings.failure_count = failures;
    settings.window.calls = calls;
    return settings;
  }
  static Settings time_rule(std::uint32_t failures, Duration length, std::uint32_t buckets) {
    Settings settings = no_consecutive_rule();
    settings.failure_count = failures;
    settings.window = {Window::Kind::time, 1, buckets, 1, length};
    return settings;
  }
};

TEST_F(Windows, SuccessesPushAFailureOutOfACountWindowExactlyWhenItIsFull) {
  for (const int calls : {2, 63, 64, 65, 200}) {
    CircuitBreaker breaker("test", count_rule(2, static_cast<std::uint32_t>(calls)), clock);
    record(breaker, Verdict::failure);
    record(breaker, Verdict::success, calls - 1);
    EXPECT_DOUBLE_EQ(breaker.failure_rate(), 1.0 / calls);
    record(breaker, Verdict::success);
    EXPECT_DOUBLE_EQ(breaker.failure_rate(), 0) << calls;
  }
}

TEST_F(Windows, AFailureAfterManyMoreSuccessesThanTheWindowHoldsIsTheOnlyOneInIt) {
  CircuitBreaker breaker("test", count_rule(3, 10), clock);
  record(breaker, Verdict::failure, 2);
  record(breaker, Verdict::success, 1007);
  record(breaker, Verdict::failure, 2);
  EXPECT_DOUBLE_EQ(breaker.failure_rate(), 0.2);
  EXPECT_TRUE(breaker.is_healthy());
  record(breaker, Verdict::failure);
  EXPECT_FALSE(breaker.is_healthy());
}

TEST_F(Windows, ManySuccessesAbsorbedTogetherReplaceExactlyTheOldestCalls) {
  CircuitBreaker breaker("test", count_rule(21, 200), clock);
  record(breaker, Verdict::success, 60);
  record(breaker, Verdict::failure, 20);
  record(breaker, Verdict::success, 130);
  EXPECT_DOUBLE_EQ(breaker.failure_rate(), 0.1);
  record(breaker, Verdict::success, 58);
  EXPECT_DOUBLE_EQ(breaker.failure_rate(), 0.06) << "8 of the 20 failures have left the window";
  record(breaker, Verdict::success, 12);
  EXPECT_DOUBLE_EQ(breaker.failure_rate(), 0);
  breaker.reset("again");
  record(breaker, Verdict::success, 60);
  record(breaker, Verdict::failure, 20);
  record(breaker, Verdict::success, 130);
  EXPECT_DOUBLE_EQ(breaker.failure_rate(), 0.1);
  record(breaker, Verdict::success, 90);
  EXPECT_DOUBLE_EQ(breaker.failure_rate(), 0);
}

TEST_F(Windows, ASuccessIsJudgedAfterOlderSuccessesHaveLeftTheWindow) {
  Settings settings = time_rule(0, 10s, 10);
  settings.failure_rate = 0.5;
  CircuitBreaker breaker("test", settings, clock);
  record(breaker, Verdict::success, 3);
  clock.advance(5s);
  record(breaker, Verdict::failure, 2);
  record(breaker, Verdict::success);
  EXPECT_TRUE(breaker.is_healthy()) << "2 of 6";
  clock.advance(6s);
  EXPECT_DOUBLE_EQ(breaker.failure_rate(), 2.0 / 3) << "looking does not judge";
  EXPECT_TRUE(breaker.is_healthy());
  record(breaker, Verdict::success);
  EXPECT_FALSE(breaker.is_healthy()) << "2 of 4";
}

TEST_F(Windows, ATimeWindowCoversAtLeastItsLength) {
  for (const std::uint32_t buckets : {1u, 3u, 10u}) {
    CircuitBreaker breaker("test", time_rule(100, 10s, buckets), clock);
    record(breaker, Verdict::failure);
    clock.advance(10s);
    EXPECT_DOUBLE_EQ(breaker.failure_rate(), 1) << buckets;
    clock.advance(10s / buckets + 1ms);
    EXPECT_DOUBLE_EQ(breaker.failure_rate(), 0) << buckets;
  }
}

TEST_F(Windows, ATimeWindowIsCoveredEvenIfItsLengthIsNotAMultipleOfItsBuckets) {
  CircuitBreaker breaker("test", time_rule(100, 11ns, 6), clock);
  record(breaker, Verdict::failure);
  clock.advance(11ns);
  EXPECT_DOUBLE_EQ(breaker.failure_rate(), 1);
}

TEST_F(Windows, ALoweredRateIsAppliedByTheNextSuccess) {
  Settings settings = no_consecutive_rule();
  settings.failure_rate = 0.9;
  CircuitBreaker breaker("test", settings, clock);
  record(breaker, Verdict::success, 2);
  record(breaker, Verdict::failure, 2);
  settings.failure_rate = 0.4;
  breaker.reconfigure(settings);
  EXPECT_TRUE(breaker.is_healthy());
  record(breaker, Verdict::success);
  EXPECT_FALSE(breaker.is_healthy());
}

TEST_F(Windows, TheSuccessesOfAnEarlierGenerationAreNotInTheNewWindow) {
  Settings settings = count_rule(3, 100);
  CircuitBreaker breaker("test", settings, clock);
  auto late = breaker.try_acquire().value();
  record(breaker, Verdict::success, 5);
  breaker.reset("test");
  late.success();
  record(breaker, Verdict::failure);
  EXPECT_DOUBLE_EQ(breaker.failure_rate(), 1);
}

TEST_F(Windows, SuccessesWhileNoRuleNeedsAWindowAreNotInIt) {
  CircuitBreaker breaker("test", count_rule(3, 100), clock);
  record(breaker, Verdict::success, 5);
  breaker.reconfigure(Settings());
  record(breaker, Verdict::success, 5);
  breaker.reconfigure(count_rule(3, 100));
  record(breaker, Verdict::failure);
  EXPECT_DOUBLE_EQ(breaker.failure_rate(), 1);
}

TEST_F(Windows, AFailureCountThatItsWindowCannotHoldIsRefused) {
  EXPECT_THROW(CircuitBreaker("test", count_rule(11, 10), clock), std::invalid_argument);
  EXPECT_NO_THROW(CircuitBreaker("test", count_rule(10, 10), clock));
  EXPECT_NO_THROW(CircuitBreaker("test", time_rule(11, 10s, 10), clock));
}

TEST_F(Windows, ResponseTimesOfCallsThatTookCenturiesDoNotOverflow) {
  Settings settings;
  settings.response_times = true;
  CircuitBreaker breaker("test", settings, clock);
  constexpr Duration century = 24h * 365 * 100;
  std::vector<Permit> permits;
  for (int i = 0; i < 5; ++i) permits.push_back(breaker.try_acquire().value());
  clock.advance(century);
  for (Permit& permit : permits) permit.success();
  const ResponseTimes times = breaker.snapshot().response_times;
  EXPECT_EQ(times.min, century);
  EXPECT_EQ(times.avg, century);
  EXPECT_EQ(times.max, century);
}

class WindowThreads : public ::testing::TestWithParam<Window::Kind> {};

// Four threads end forty calls, of which 24 fail, in any order. The breaker must not trip before
// the fortieth call, and may admit at most one further success per thread.
TEST_P(WindowThreads, ARuleNeverTripsEarlyAndAtMostOneCallPerThreadLate) {
  constexpr int threads = 4;
  for (int round = 0; round < 300; ++round) {
    ManualClock clock;
    Settings settings;
    settings.failure_threshold = 0;
    settings.failure_rate = 0.5;
    settings.window = {GetParam(), 1000, 10, 40, 10s};
    CircuitBreaker breaker("test", settings, clock);
    // Successes from an earlier generation must not count towards the minimum.
    for (int i = 0; i < 20; ++i) breaker.try_acquire().value().success();
    breaker.reset("test");
    std::latch start(threads);
    std::vector<std::thread> running;
    for (int t = 0; t < threads; ++t) {
      running.emplace_back([&, t] {
        start.arrive_and_wait();
        for (int i = 0; i < 10; ++i) {
          auto permit = breaker.try_acquire();
          ASSERT_TRUE(permit) << "tripped early";
          if ((i * 7 + t + round) % 10 < 6) {
            permit->failure();
          } else {
            permit->success();
          }
        }
      });
    }
    for (auto& thread : running) thread.join();
    for (int i = 0; i < threads && breaker.is_healthy(); ++i) {
      breaker.try_acquire().value().success();
    }
    ASSERT_FALSE(breaker.is_healthy()) << "tripped late, or never";
  }
}

TEST_P(WindowThreads, NoSuccessIsLostFromTheWindow) {
  ManualClock clock;
  Settings settings;
  settings.failure_threshold = 0;
  settings.failure_rate = 1;
  settings.response_times = true;
  settings.window = {GetParam(), 1'000'000, 10, 1'000'000, 1h};
  CircuitBreaker breaker("test", settings, clock);
  std::vector<std::thread> running;
  for (int t = 0; t < 16; ++t) {
    running.emplace_back([&] {
      for (int i = 0; i < 1000; ++i) breaker.try_acquire().value().success();
    });
  }
  for (auto& thread : running) thread.join();
  for (int i = 0; i < 16'000; ++i) breaker.try_acquire().value().failure();
  EXPECT_DOUBLE_EQ(breaker.failure_rate(), 0.5);
  EXPECT_EQ(breaker.snapshot().response_times.min, Duration(0));
}

INSTANTIATE_TEST_SUITE_P(Kinds, WindowThreads,
                         ::testing::Values(Window::Kind::count, Window::Kind::time));

TEST(WatchedThreads, EveryCallThatHangsIsFoundOnceWhicheverThreadMadeIt) {
  ManualClock clock;
  Settings settings;
  settings.failure_threshold = 0;
  settings.slow_call_rate = 1;
  settings.slow_call_duration = 1s;
  settings.window.minimum_calls = 100;
  settings.max_tracked_calls = 70;
  CircuitBreaker breaker("test", settings, clock);
  std::vector<std::optional<Permit>> permits(80);
  std::vector<std::thread> running;
  for (std::size_t t = 0; t < 8; ++t) {
    running.emplace_back([&, t] {
      for (std::size_t i = 0; i < 10; ++i) {
        permits[t * 10 + i].emplace(breaker.try_acquire().value());
        breaker.try_acquire().value().success();
      }
    });
  }
  for (auto& thread : running) thread.join();
  clock.advance(1s);
  EXPECT_EQ(breaker.snapshot().overdue, 70u);
  permits.clear();
  EXPECT_EQ(breaker.snapshot().overdue, 0u);
  EXPECT_EQ(breaker.snapshot().in_flight, 0u);
}

TEST_F(Windows, AWatchedSlotIsFreeAgainWhenTheTableWasFull) {
  Settings settings = no_consecutive_rule();
  settings.slow_call_rate = 1;
  settings.slow_call_duration = 1s;
  settings.window.minimum_calls = 100;
  settings.max_tracked_calls = 2;
  CircuitBreaker breaker("test", settings, clock);
  auto first = std::optional(breaker.try_acquire().value());
  const auto second = breaker.try_acquire().value();
  const auto unwatched = breaker.try_acquire().value();
  first.reset();
  const auto third = breaker.try_acquire().value();
  clock.advance(1s);
  EXPECT_EQ(breaker.snapshot().overdue, 2u);
}

}  // namespace
}  // namespace circuitbreaker
