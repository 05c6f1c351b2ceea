// The production scheduler, with real threads and real time.

#include "stockclient/work/thread_scheduler.h"

#include <atomic>
#include <future>
#include <latch>
#include <mutex>
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace stockclient::testing {
namespace {

using namespace std::chrono_literals;  // NOLINT: a test's vocabulary

/// A clock that counts how often it is read.
class CountingClock final : public circuitbreaker::Clock {
 public:
  [[nodiscard]] circuitbreaker::TimePoint now() const noexcept override {
    ++readings;
    return circuitbreaker::steady_clock().now();
  }
  mutable std::atomic<int> readings{0};
};

TEST(ThreadScheduler, SleepsUntilATimerIsDueInsteadOfPolling) {
  CountingClock clock;
  ThreadScheduler scheduler(1, clock);
  std::latch done(1);
  scheduler.at(circuitbreaker::steady_clock().now() + 200ms, [&] { done.count_down(); });
  done.wait();
  EXPECT_LT(clock.readings, 20);
}

TEST(ThreadScheduler, RunsTimersInTheOrderInWhichTheyAreDue) {
  ThreadScheduler scheduler(1, circuitbreaker::steady_clock());
  const auto now = circuitbreaker::steady_clock().now();
  std::string order;
  std::latch done(3);
  const auto note = [&](char name) {
    return [&order, &done, name] {
      order += name;
      done.count_down();
    };
  };
  scheduler.at(now + 40ms, note('c'));
  scheduler.at(now + 20ms, note('a'));
  scheduler.at(now + 30ms, note('b'));
  done.wait();
  EXPECT_EQ(order, "abc");
}

TEST(ThreadScheduler, ACancelledTimerDoesNotRun) {
  ThreadScheduler scheduler(1, circuitbreaker::steady_clock());
  const auto now = circuitbreaker::steady_clock().now();
  std::atomic<bool> ran{false};
  std::latch later(1);
  const auto id = scheduler.at(now + 50ms, [&] { ran = true; });
  scheduler.at(now + 51ms, [&] { later.count_down(); });
  scheduler.cancel(id);
  later.wait();
  EXPECT_FALSE(ran);
}

TEST(ThreadScheduler, WorkThatCallersWaitForGoesFirst) {
  ThreadScheduler scheduler(1, circuitbreaker::steady_clock());
  std::latch blocked(1);
  std::latch release(1);
  std::string order;
  std::latch done(2);
  scheduler.run(Priority::caller, [&] {
    blocked.count_down();
    release.wait();
  });
  blocked.wait();
  scheduler.run(Priority::background, [&] {
    order += 'b';
    done.count_down();
  });
  scheduler.run(Priority::caller, [&] {
    order += 'c';
    done.count_down();
  });
  release.count_down();
  done.wait();
  EXPECT_EQ(order, "cb");
}

TEST(ThreadScheduler, LookupsDoNotQueueBehindWorkersThatHang) {
  ThreadScheduler scheduler(1, circuitbreaker::steady_clock(), 1);
  std::promise<void> release;
  std::promise<void> looked_up;
  std::atomic<bool> second_ran = false;
  scheduler.run(Priority::caller, [&] { release.get_future().wait(); });
  scheduler.run(Priority::caller, [&] { second_ran = true; });
  scheduler.run(Priority::lookup, [&] { looked_up.set_value(); });
  looked_up.get_future().wait();
  EXPECT_FALSE(second_ran) << "the additional worker runs nothing else";
  release.set_value();
}

TEST(ThreadScheduler, StoppingDropsTasksThatHaveNotBegun) {
  std::atomic<bool> ran{false};
  ThreadScheduler scheduler(1, circuitbreaker::steady_clock());
  scheduler.at(circuitbreaker::steady_clock().now() + 1h, [&] { ran = true; });
  scheduler.stop();
  scheduler.run(Priority::caller, [&] { ran = true; });
  EXPECT_FALSE(ran);
}

TEST(ThreadScheduler, NeedsAWorker) {
  EXPECT_THROW(ThreadScheduler(0, circuitbreaker::steady_clock()), std::invalid_argument);
}

}  // namespace
}  // namespace stockclient::testing
