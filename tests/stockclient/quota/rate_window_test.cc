// Quota plans, and the windows that enforce their limits.

#include "stockclient/quota/rate_window.h"

#include <chrono>
#include <cstdint>
#include <deque>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "circuitbreaker/clock.h"

#include "stockclient/quota/quota_plan.h"

namespace stockclient {
namespace {

using namespace std::chrono_literals;  // NOLINT: a test's vocabulary
using circuitbreaker::TimePoint;

TEST(RateWindow, WhoeverComesAfterAFullRoundWaitsForItEvenIfTheWindowIsUnused) {
  RateWindow window(2, 1s);
  const TimePoint now{1h};
  EXPECT_EQ(window.turn(now, 1), now);
  EXPECT_EQ(window.turn(now, 2), now + 1s);
  EXPECT_EQ(window.turn(now, 5), now + 2s);
}

TEST(QuotaPlan, NamesTheLimitsOfEachPlan) {
  EXPECT_EQ(parse_quota_plan("free")->per_second, 1u);
  EXPECT_EQ(parse_quota_plan("free")->per_day, 25u);
  EXPECT_FALSE(parse_quota_plan("free")->per_minute);
  EXPECT_EQ(parse_quota_plan("premium-75")->per_minute, 75u);
  EXPECT_EQ(parse_quota_plan("premium-75")->per_second, 5u);
  EXPECT_EQ(parse_quota_plan("premium-1200")->per_second, 30u);
  EXPECT_FALSE(parse_quota_plan("premium-1200")->per_day);
  EXPECT_FALSE(parse_quota_plan("unlimited")->per_second);
  for (const char* text : {"", "Free", "premium-", "premium-14", "premium-1201", "premium-75x",
                           "premium--75", "premium"}) {
    EXPECT_FALSE(parse_quota_plan(text)) << text;
  }
}

TEST(RateWindow, LetsNoMoreThanItsLimitThroughInAnyWindow) {
  circuitbreaker::ManualClock clock;
  RateWindow window(3, 60s);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(window.remaining(clock.now()), 3u - static_cast<unsigned>(i));
    EXPECT_LE(window.free_at(), clock.now());
    window.depart(clock.now());
    clock.advance(10s);
  }
  EXPECT_EQ(window.remaining(clock.now()), 0u);
  EXPECT_EQ(window.free_at(), clock.now() + 30s);
  EXPECT_EQ(window.free_at(1), clock.now() + 40s);
  EXPECT_EQ(window.free_at(3), clock.now() + 90s);
  clock.advance(30s);
  EXPECT_EQ(window.remaining(clock.now()), 1u);
}

RC_GTEST_PROP(RateWindowProperty, NoWindowEverHoldsMoreThanTheLimit, ()) {
  const auto limit = *rc::gen::inRange<std::uint32_t>(1, 8);
  RateWindow window(limit, 1s);
  circuitbreaker::ManualClock clock;
  std::deque<TimePoint> departures;
  for (const int milliseconds :
       *rc::gen::container<std::vector<int>>(200, rc::gen::inRange(0, 400))) {
    clock.advance(std::chrono::milliseconds(milliseconds));
    const TimePoint now = clock.now();
    while (!departures.empty() && now - departures.front() >= 1s) departures.pop_front();
    RC_ASSERT(window.remaining(now) == limit - departures.size());
    RC_ASSERT((window.free_at() <= now) == (departures.size() < limit));
    if (window.free_at() > now) continue;
    window.depart(now);
    departures.push_back(now);
  }
}

}  // namespace
}  // namespace stockclient
