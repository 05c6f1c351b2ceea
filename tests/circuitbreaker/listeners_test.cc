// The delivery of transitions to listeners: which transitions are delivered, in which order, and on
// which thread.

#include <atomic>
#include <latch>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "breaker_fixture.h"

namespace circuitbreaker {
namespace {

using namespace std::chrono_literals;

using Listeners = CircuitBreakerTest;

TEST_F(Listeners, ListenersHearEveryChangeInOrderWithReasonAndSnapshot) {
  std::vector<std::string> heard;
  breaker.add_listener([&](const StateChange& change) {
    EXPECT_EQ(change.snapshot.state, change.to);
    EXPECT_FALSE(change.reason.empty());
    heard.push_back(std::string(to_string(change.from)) + ">" + std::string(to_string(change.to)));
  });
  make_half_open();
  succeed(3);
  EXPECT_EQ(heard, (std::vector<std::string>{"closed>open", "open>half_open", "half_open>closed"}));
}

TEST_F(Listeners, AListenerThatThrowsOrCallsBackHarmsNobody) {
  int heard = 0;
  breaker.add_listener([](const StateChange&) { throw std::runtime_error("listener"); });
  breaker.add_listener([&](const StateChange& change) {
    if (change.to == State::open) breaker.reset("by listener");
  });
  breaker.add_listener([&](const StateChange&) { ++heard; });
  fail(5);
  EXPECT_EQ(heard, 2);
  EXPECT_EQ(state(), State::closed);
}

TEST_F(Listeners, ARemovedListenerHearsNothing) {
  int heard = 0;
  const auto id = breaker.add_listener([&](const StateChange&) { ++heard; });
  breaker.remove_listener(id);
  fail(5);
  EXPECT_EQ(heard, 0);
}

TEST_F(Listeners, AListenerIsNotToldOfTransitionsBeforeItWasAdded) {
  int heard = 0;
  const auto first = breaker.add_listener([&](const StateChange& change) {
    if (change.to == State::open) breaker.add_listener([&](const StateChange&) { ++heard; });
  });
  fail(5);
  EXPECT_EQ(heard, 0);
  breaker.remove_listener(first);
  breaker.reset("test");
  EXPECT_EQ(heard, 1);
}

TEST_F(Listeners, ListenersHearWhoCausedAChange) {
  std::vector<Cause> heard;
  breaker.add_listener([&](const StateChange& change) {
    EXPECT_EQ(change.snapshot.cause, change.cause);
    heard.push_back(change.cause);
  });
  make_half_open();
  EXPECT_EQ(state(), State::half_open);
  breaker.trip("two of three replicas", Cause::peer);
  breaker.try_half_open("a replica recovered", Cause::peer);
  breaker.recover("health check");
  breaker.force_open("maintenance");
  breaker.reset("done");
  fail(5);
  EXPECT_EQ(heard,
            (std::vector<Cause>{Cause::calls, Cause::calls, Cause::peer, Cause::peer, Cause::calls,
                                Cause::operator_command, Cause::operator_command, Cause::calls}));
}

TEST_F(Listeners, AListenerThatKeepsCausingChangesOccupiesItsThreadForABoundedNumber) {
  int heard = 0;
  breaker.add_listener([&](const StateChange& change) {
    ++heard;
    if (change.to == State::closed) breaker.trip("listener");
    if (change.to == State::open) breaker.recover("listener");
  });
  breaker.trip("first");
  EXPECT_EQ(heard, 1 + 64);
  EXPECT_FALSE(breaker.is_idle()) << "a change still waits";
  EXPECT_EQ(breaker.snapshot().calls.total(), 0u);
  EXPECT_EQ(heard, 2 * (1 + 64)) << "delivered by the next thread that takes the lock";
}

TEST(ListenerThreads, AListenerThatSleepsDelaysNobody) {
  ManualClock clock;
  CircuitBreaker breaker("test", {}, clock);
  std::latch entered(1);
  std::latch leave(1);
  std::vector<State> heard;
  breaker.add_listener([&](const StateChange& change) {
    if (heard.empty()) {
      entered.count_down();
      leave.wait();
    }
    heard.push_back(change.to);
  });
  std::thread sleeper([&] { breaker.trip("first"); });
  entered.wait();
  clock.advance(30s);
  EXPECT_EQ(breaker.snapshot().state, State::half_open);
  for (int i = 0; i < 3; ++i) breaker.try_acquire().value().success();
  EXPECT_TRUE(heard.empty());
  leave.count_down();
  sleeper.join();
  EXPECT_EQ(heard, (std::vector<State>{State::open, State::half_open, State::closed}));
}

TEST(ListenerThreads, AfterRemovingAListenerItsDataMayBeDestroyed) {
  for (int round = 0; round < 200; ++round) {
    ManualClock clock;
    CircuitBreaker breaker("test", {}, clock);
    auto used = std::make_unique<std::atomic<int>>(0);
    const auto id = breaker.add_listener([&](const StateChange&) { ++*used; });
    std::thread other([&] { breaker.trip("test"); });
    breaker.remove_listener(id);
    used.reset();
    other.join();
  }
}

TEST(ListenerThreads, RemovalWaitsForARunningListener) {
  CircuitBreaker breaker("test");
  std::latch entered(1);
  std::atomic<bool> removed{false};
  const auto id = breaker.add_listener([&](const StateChange&) {
    entered.count_down();
    for (int i = 0; i < 5000 && !removed; ++i) std::this_thread::yield();
    EXPECT_FALSE(removed);
  });
  std::thread other([&] { breaker.trip("test"); });
  entered.wait();
  breaker.remove_listener(id);
  removed = true;
  other.join();
}

TEST(ListenerThreads, ABacklogOfChangesIsBounded) {
  ManualClock clock;
  CircuitBreaker breaker("test", {}, clock);
  int heard = 0;
  std::uint32_t missed = 0;
  breaker.add_listener([&](const StateChange& change) {
    missed += change.missed;
    if (heard++ > 0) return;
    for (int i = 0; i < 500; ++i) {
      breaker.trip("listener");
      breaker.recover("listener");
    }
  });
  breaker.trip("first");
  EXPECT_EQ(heard, 1 + 64);
  EXPECT_EQ(missed, 999u - 64) << "the first of the thousand changes nothing";
}

}  // namespace
}  // namespace circuitbreaker
