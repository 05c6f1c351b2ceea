#include "circuitbreaker/rate_limiter.h"

#include <chrono>
#include <cstdint>
#include <vector>

#include <gtest/gtest.h>

namespace circuitbreaker {
namespace {

using namespace std::chrono_literals;

TEST(RateLimiterTest, AdmitsABurstThenItsRateAndSaysHowLongToWait) {
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

TEST(RateLimiterTest, APauseFillsTheBucketOnlyUpToItsBurst) {
  ManualClock clock;
  RateLimiter limiter({.per_second = 10, .burst = 2}, clock);
  clock.advance(24h);
  EXPECT_TRUE(limiter.try_acquire(2));
  EXPECT_FALSE(limiter.try_acquire());
}

TEST(RateLimiterTest, MoreTokensThanTheBucketHoldsAreNeverAvailable) {
  ManualClock clock;
  RateLimiter limiter({.per_second = 10, .burst = 2}, clock);
  EXPECT_EQ(limiter.wait_time(3), Duration::max());
  EXPECT_EQ(limiter.try_acquire(3).error().retry_after, std::nullopt);
}

TEST(RateLimiterTest, KeepsRatesWhoseIntervalIsNotAWholeNumberOfNanoseconds) {
  for (const double rate : {3e8, 6e8, 7e8, 1e9, 1.5e7, 1234.5, 7.0}) {
    ManualClock clock;
    RateLimiter limiter({.per_second = rate, .burst = 1'000'000'000}, clock);
    EXPECT_TRUE(limiter.try_acquire(1'000'000'000));
    clock.advance(1s);
    const auto whole = static_cast<std::uint32_t>(rate);
    EXPECT_TRUE(limiter.try_acquire(whole)) << rate;
    EXPECT_FALSE(limiter.try_acquire()) << rate;
  }
}

TEST(RateLimiterTest, RoundingErrorsDoNotAccumulate) {
  ManualClock clock;
  RateLimiter limiter({.per_second = 3, .burst = 1}, clock);
  EXPECT_TRUE(limiter.try_acquire());
  const TimePoint start = clock.now();
  for (int i = 1; i <= 3000; ++i) {
    clock.advance(limiter.wait_time());
    ASSERT_TRUE(limiter.try_acquire());
  }
  EXPECT_LE(clock.now() - start - 1000s, 3000ns);
  EXPECT_GE(clock.now() - start, 1000s);
}

TEST(RateLimiterTest, KeepsVerySlowRates) {
  ManualClock clock;
  RateLimiter limiter({.per_second = 1.0 / (24 * 3600 * 365), .burst = 2}, clock);
  EXPECT_TRUE(limiter.try_acquire(2));
  EXPECT_NEAR(std::chrono::duration<double>(limiter.wait_time(2)).count(), 2.0 * 24 * 3600 * 365,
              1);
  clock.advance(24h * 365 * 2);
  EXPECT_TRUE(limiter.try_acquire(2));
}

TEST(RateLimiterTest, WaitingForTheReportedTimeIsEnough) {
  for (const double rate : {0.7, 3.0, 13.0, 1e6, 3e8, 9.9e8}) {
    ManualClock clock;
    RateLimiter limiter({.per_second = rate, .burst = 5}, clock);
    for (int i = 0; i < 200; ++i) {
      clock.advance(limiter.wait_time(3));
      ASSERT_TRUE(limiter.try_acquire(3)) << rate;
      clock.advance(Duration(i));
    }
  }
}

TEST(RateLimiterTest, ObserversSeeRejections) {
  struct Observer final : PolicyObserver {
    void call_rejected(const Rejected& why) noexcept override { reasons.push_back(why.reason); }
    std::vector<Rejected::Reason> reasons;
  } observer;
  ManualClock clock;
  RateLimiter limiter({.per_second = 1, .burst = 1}, clock);
  limiter.set_observer(&observer);
  (void)limiter.call([] {});
  (void)limiter.call([] {});
  EXPECT_EQ(observer.reasons, std::vector{Rejected::Reason::rate_limited});
}

}  // namespace
}  // namespace circuitbreaker
