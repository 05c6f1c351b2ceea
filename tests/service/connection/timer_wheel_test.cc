#include "service/connection/timer_wheel.h"

#include <map>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace service {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kTick{50};

/// Few slots, so that deadlines are several turns ahead.
struct Wheel {
  circuitbreaker::ManualClock clock;
  TimerWheel wheel{clock.now(), kTick, 16};
  std::vector<TimerWheel::Timer*> fired;

  void advance(milliseconds by) {
    clock.advance(by);
    wheel.expire(clock.now(), [this](TimerWheel::Timer& timer) { fired.push_back(&timer); });
  }
};

TEST(TimerWheel, ExpiresATimerAtItsDeadline) {
  Wheel w;
  TimerWheel::Timer timer;
  w.wheel.set(timer, w.clock.now() + milliseconds(120));
  w.advance(milliseconds(119));
  EXPECT_TRUE(w.fired.empty());
  w.advance(milliseconds(1) + kTick);
  EXPECT_EQ(w.fired.size(), 1U);
  w.advance(milliseconds(1000));
  EXPECT_EQ(w.fired.size(), 1U);
}

TEST(TimerWheel, HasNothingToDoWhileNoTimerIsSet) {
  Wheel w;
  EXPECT_FALSE(w.wheel.next_look());
  TimerWheel::Timer timer;
  w.wheel.set(timer, w.clock.now() + milliseconds(120));
  EXPECT_TRUE(w.wheel.next_look());
  w.wheel.cancel(timer);
  EXPECT_FALSE(w.wheel.next_look());
}

TEST(TimerWheel, ADeadlineCanBeMovedEarlier) {
  Wheel w;
  TimerWheel::Timer timer;
  w.wheel.set(timer, w.clock.now() + milliseconds(700));
  w.wheel.set(timer, w.clock.now() + milliseconds(100));
  w.advance(milliseconds(150));
  EXPECT_EQ(w.fired.size(), 1U);
}

RC_GTEST_PROP(TimerWheel, ExpiresNeitherEarlyNorMoreThanATickLate, ()) {
  Wheel w;
  std::vector<TimerWheel::Timer> timers(8);
  std::map<TimerWheel::Timer*, TimerWheel::Time> expected;
  const auto steps = *rc::gen::container<std::vector<std::pair<unsigned, unsigned>>>(
      rc::gen::arbitrary<std::pair<unsigned, unsigned>>());
  for (const auto& [choice, amount] : steps) {
    auto& timer = timers[choice % timers.size()];
    const milliseconds span(amount % 3000);
    switch (choice / 8 % 3) {
      case 0:
        w.wheel.set(timer, w.clock.now() + span);
        expected[&timer] = w.clock.now() + span;
        break;
      case 1:
        w.wheel.cancel(timer);
        expected.erase(&timer);
        break;
      default:
        w.fired.clear();
        w.advance(span / 4);
        for (auto* fired : w.fired) {
          RC_ASSERT(expected.count(fired) == 1U);
          RC_ASSERT(expected[fired] <= w.clock.now());
          expected.erase(fired);
        }
        for (const auto& [waiting, deadline] : expected) {
          RC_ASSERT(deadline + kTick > w.clock.now());
          RC_ASSERT(w.wheel.next_look().has_value());
          RC_ASSERT(*w.wheel.next_look() <= deadline + kTick);
        }
    }
  }
  for (auto& timer : timers) w.wheel.cancel(timer);
}

}  // namespace
}  // namespace service
