// The lifetime of a breaker, its permits and its listeners.

#include <atomic>
#include <latch>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "circuitbreaker/circuit_breaker.h"
#include "circuitbreaker/retry.h"

#include "counting_allocator.h"

namespace circuitbreaker {
namespace {

using namespace std::chrono_literals;

class Lifetime : public ::testing::Test {
 protected:
  Permit permit() { return breaker->try_acquire().value(); }

  ManualClock clock;
  std::optional<CircuitBreaker> breaker{std::in_place, "test", Settings(), clock};
};

TEST_F(Lifetime, APermitMayOutliveItsBreaker) {
  std::vector<Permit> permits;
  for (int i = 0; i < 8; ++i) permits.push_back(permit());
  breaker.reset();
  permits[0].success();
  permits[1].timeout();
  permits[2].ignore();
  for (std::size_t i = 3; i < permits.size(); ++i) permits[i].failure("too late to open anything");
}

TEST_F(Lifetime, AProbeMayOutliveItsBreaker) {
  breaker->trip("test");
  clock.advance(30s);
  Permit probe = permit();
  breaker.reset();
  probe.success();
}

TEST_F(Lifetime, AWatchedCallMayOutliveItsBreaker) {
  Settings settings;
  settings.slow_call_rate = 0.5;
  settings.slow_call_duration = 1s;
  settings.window.minimum_calls = 1;
  breaker->reconfigure(settings);
  Permit first = permit();
  Permit second = permit();
  breaker.reset();
  first.success();
  clock.advance(2s);
  second.success();
}

TEST_F(Lifetime, NothingIsLeftOnceTheLastPermitHasEnded) {
  const auto live = [] { return testing::allocated().times - testing::allocated().frees; };
  breaker.reset();
  const std::size_t before = live();
  breaker.emplace("another", Settings(), clock);
  breaker->add_listener([](const StateChange&) {});
  std::optional<Permit> first = permit();
  std::optional<Permit> second = permit();
  breaker.reset();
  first->ignore();
  EXPECT_GT(live(), before);
  second->success();
  EXPECT_LE(live(), before);
}

TEST_F(Lifetime, NoListenerIsToldOfAPermitThatOutlivesItsBreaker) {
  int told = 0;
  breaker->add_listener([&](const StateChange&) { ++told; });
  std::vector<Permit> permits;
  for (int i = 0; i < 6; ++i) permits.push_back(permit());
  breaker.reset();
  for (Permit& late : permits) late.failure();
  EXPECT_EQ(told, 0);
}

TEST_F(Lifetime, AListenerMayDestroyItsBreaker) {
  int told = 0;
  breaker->add_listener([&](const StateChange&) {
    ++told;
    breaker.reset();
  });
  breaker->add_listener([&](const StateChange&) { ++told; });
  std::vector<Permit> permits;
  for (int i = 0; i < 6; ++i) permits.push_back(permit());
  for (Permit& one : permits) one.failure("down");
  EXPECT_EQ(told, 1) << "the second listener was removed by the destruction";
  EXPECT_FALSE(breaker);
}

TEST_F(Lifetime, AListenerMayDestroyItsBreakerDuringACallInsideARetry) {
  breaker.emplace("test", Settings::aggressive(), clock);
  breaker->add_listener([&](const StateChange&) { breaker.reset(); });
  const ManualSleeper sleeper(clock);
  Retry retry({.max_attempts = 5, .jitter = Jitter::none}, sleeper);
  RetryReport report;
  const auto result = retry.call(
      [&](const CallContext& context) {
        return breaker->call([]() -> expected<int, int> { return unexpected<int>(1); }, context);
      },
      {.retry_report = &report});
  EXPECT_EQ(*error_of(result), 1);
  EXPECT_FALSE(breaker);
  EXPECT_EQ(report.attempts, 2u);
  EXPECT_EQ(report.end, RetryEnd::breaker_open);
}

TEST_F(Lifetime, AListenerMayDestroyItsBreakerDuringACommand) {
  breaker->add_listener([&](const StateChange&) { breaker.reset(); });
  breaker->trip("test");
  EXPECT_FALSE(breaker);
}

TEST(LifetimeThreads, DestructionWaitsForARunningListener) {
  std::optional<CircuitBreaker> breaker(std::in_place, "test");
  std::latch entered(1);
  std::atomic<bool> destroyed{false};
  breaker->add_listener([&](const StateChange&) {
    entered.count_down();
    for (int i = 0; i < 5000 && !destroyed; ++i) std::this_thread::yield();
    EXPECT_FALSE(destroyed);
  });
  Permit permit = breaker->try_acquire().value();
  Settings settings;
  settings.failure_threshold = 1;
  breaker->reconfigure(settings);
  std::thread other([&] { permit.failure(); });
  entered.wait();
  breaker.reset();
  destroyed = true;
  other.join();
}

TEST(LifetimeThreads, PermitsMayEndWhileTheirBreakerIsDestroyed) {
  for (int round = 0; round < 300; ++round) {
    Settings settings;
    settings.failure_threshold = 2;
    settings.slow_call_rate = round % 2;
    settings.slow_call_duration = 1h;
    std::optional<CircuitBreaker> breaker(std::in_place, "test", settings);
    breaker->add_listener([](const StateChange&) {});
    std::vector<std::vector<Permit>> permits(3);
    for (auto& some : permits) {
      for (int i = 0; i < 4; ++i) some.push_back(breaker->try_acquire().value());
    }
    std::latch start(4);
    std::vector<std::thread> threads;
    for (auto& mine : permits) {
      threads.emplace_back([&] {
        start.arrive_and_wait();
        mine[0].success();
        mine[1].failure("down");
        mine[2].success();
        mine.clear();
      });
    }
    start.arrive_and_wait();
    breaker.reset();
    for (auto& thread : threads) thread.join();
  }
}

}  // namespace
}  // namespace circuitbreaker
