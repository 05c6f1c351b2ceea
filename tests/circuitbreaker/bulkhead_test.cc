#include "circuitbreaker/bulkhead.h"

#include <functional>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace circuitbreaker {
namespace {

using namespace std::chrono_literals;

TEST(BulkheadTest, RejectsFurtherCallsImmediately) {
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

TEST(BulkheadTest, AWaiterGetsASlotThatIsGivenBack) {
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
    const auto refused = bulkhead.try_acquire({.stop = stop.get_token()});
    EXPECT_EQ(refused.error().reason, Rejected::Reason::cancelled);
  });
  while (bulkhead.statistics().waiting == 0) std::this_thread::yield();
  stop.request_stop();
  waiter.join();
}

TEST(BulkheadTest, RejectsFurtherWaiters) {
  Bulkhead bulkhead({.max_calls = 1, .max_wait = 1h, .max_waiting = 0});
  const auto slot = bulkhead.try_acquire();
  EXPECT_EQ(bulkhead.try_acquire().error().reason, Rejected::Reason::bulkhead_full);
}

TEST(BulkheadTest, GivesItsSlotBackWhenTheFunctionThrows) {
  Bulkhead bulkhead({.max_calls = 1, .max_wait = 0s});
  EXPECT_THROW((void)bulkhead.call([] { throw std::runtime_error("x"); }), std::runtime_error);
  EXPECT_EQ(bulkhead.statistics().in_use, 0u);
}

TEST(BulkheadTest, ReportsDeadlineWhenTheDeadlineEndedTheWait) {
  ManualClock clock;
  const ManualSleeper sleeper(clock);
  Bulkhead bulkhead({.max_calls = 1, .max_wait = 1h}, sleeper);
  const auto slot = bulkhead.try_acquire();
  const auto rejected = bulkhead.try_acquire({.deadline = Deadline::after(clock, 1min)});
  EXPECT_EQ(rejected.error().reason, Rejected::Reason::deadline);
  EXPECT_EQ(bulkhead.statistics().waiting, 0u);
}

TEST(BulkheadTest, WaitsForAsLongAsItsSleeperSays) {
  ManualClock clock;
  const ManualSleeper sleeper(clock);
  Bulkhead bulkhead({.max_calls = 1, .max_wait = 1h}, sleeper);
  const TimePoint start = clock.now();
  const auto slot = bulkhead.try_acquire();
  const auto rejected = bulkhead.try_acquire({.deadline = Deadline::after(clock, 2h)});
  EXPECT_EQ(rejected.error().reason, Rejected::Reason::bulkhead_full);
  EXPECT_EQ(clock.now() - start, 1h);
}

// A sleeper that runs a function instead of sleeping.
class ActingSleeper final : public Sleeper {
 public:
  explicit ActingSleeper(std::function<void()> action) : action_(std::move(action)) {}
  bool sleep(Duration, const std::stop_token& stop) const override {
    action_();
    return !stop.stop_requested();
  }

 private:
  std::function<void()> action_;
};

TEST(BulkheadTest, ASleepersExceptionReachesTheCallerAndNoSlotIsLost) {
  const ActingSleeper throwing([] { throw std::runtime_error("interrupted"); });
  Bulkhead bulkhead({.max_calls = 1, .max_wait = 1h}, throwing);
  {
    const auto slot = bulkhead.try_acquire();
    EXPECT_THROW((void)bulkhead.try_acquire(), std::runtime_error);
    EXPECT_EQ(bulkhead.statistics().waiting, 0u);
  }
  EXPECT_TRUE(bulkhead.try_acquire());
}

TEST(BulkheadTest, ASlotHandedToAWaiterWhoseSleeperThrowsIsPassedOn) {
  std::optional<Bulkhead::Slot> slot;
  const ActingSleeper throwing([&] {
    slot.reset();
    throw std::runtime_error("interrupted");
  });
  Bulkhead bulkhead({.max_calls = 1, .max_wait = 1h}, throwing);
  slot.emplace(bulkhead.try_acquire().value());
  EXPECT_THROW((void)bulkhead.try_acquire(), std::runtime_error);
  EXPECT_EQ(bulkhead.statistics().in_use, 0u);
}

TEST(BulkheadTest, WaitersGetSlotsInTheOrderOfTheirArrival) {
  Bulkhead bulkhead({.max_calls = 1, .max_wait = 1h});
  auto slot = std::make_optional(bulkhead.try_acquire().value());
  std::mutex mutex;
  std::vector<int> order;
  std::vector<std::jthread> waiters;
  for (int i = 0; i < 3; ++i) {
    waiters.emplace_back([&, i] {
      (void)bulkhead.call([&] {
        const std::lock_guard lock(mutex);
        order.push_back(i);
      });
    });
    while (bulkhead.statistics().waiting != static_cast<unsigned>(i) + 1) std::this_thread::yield();
  }
  slot.reset();
  waiters.clear();
  EXPECT_EQ(order, (std::vector<int>{0, 1, 2}));
  EXPECT_EQ(bulkhead.statistics().in_use, 0u);
}

TEST(BulkheadTest, LosesNoSlotWhenWaitsEndWhileSlotsAreFreed) {
  Bulkhead bulkhead({.max_calls = 2, .max_wait = 50us, .max_waiting = 4});
  std::vector<std::jthread> callers;
  for (int i = 0; i < 8; ++i) {
    callers.emplace_back([&] {
      for (int n = 0; n < 300; ++n) {
        if (auto slot = bulkhead.try_acquire()) std::this_thread::yield();
      }
    });
  }
  callers.clear();
  EXPECT_EQ(bulkhead.statistics().in_use, 0u);
  EXPECT_EQ(bulkhead.statistics().waiting, 0u);
  EXPECT_EQ(bulkhead.statistics().admitted + bulkhead.statistics().rejected, 2400u);
}

TEST(BulkheadTest, ObserversSeeThatItIsFull) {
  struct Observer final : PolicyObserver {
    void bulkhead_full() noexcept override { ++full; }
    int full = 0;
  } observer;
  Bulkhead bulkhead({.max_calls = 1});
  bulkhead.set_observer(&observer);
  const auto slot = bulkhead.try_acquire();
  EXPECT_FALSE(bulkhead.try_acquire());
  EXPECT_EQ(observer.full, 1);
}

}  // namespace
}  // namespace circuitbreaker
