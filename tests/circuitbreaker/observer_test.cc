// The events that an observer receives about the calls of a breaker.

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "circuitbreaker/circuit_breaker.h"
#include "circuitbreaker/policy_observer.h"

namespace circuitbreaker {
namespace {

using namespace std::chrono_literals;

struct EndedCall {
  std::string breaker;
  Verdict verdict;
  Duration took;
  friend bool operator==(const EndedCall&, const EndedCall&) = default;
};

class CallObserver final : public PolicyObserver {
 public:
  void call_ended(std::string_view breaker, Verdict verdict, Duration took) noexcept override {
    ended.push_back({std::string(breaker), verdict, took});
  }
  void call_rejected(const Rejected& why) noexcept override { rejections.push_back(why); }

  std::vector<EndedCall> ended;
  std::vector<Rejected> rejections;
};

class ObserverTest : public ::testing::Test {
 protected:
  ObserverTest() { breaker.set_observer(&observer); }

  ManualClock clock;
  CallObserver observer;
  CircuitBreaker breaker{"test", {}, clock};
};

TEST_F(ObserverTest, SeesEveryCallsVerdictAndTime) {
  (void)breaker.call([&] { clock.advance(5ms); });
  EXPECT_THROW((void)breaker.call([&]() -> int {
    clock.advance(7ms);
    throw std::runtime_error("down");
  }),
               std::runtime_error);
  auto permit = breaker.try_acquire().value();
  clock.advance(2ms);
  permit.timeout();
  (void)breaker.try_acquire();
  EXPECT_EQ(observer.ended, (std::vector<EndedCall>{{"test", Verdict::success, 5ms},
                                                    {"test", Verdict::failure, 7ms},
                                                    {"test", Verdict::timeout, 2ms},
                                                    {"test", Verdict::ignored, 0ms}}));
}

TEST_F(ObserverTest, SeesProbesToo) {
  breaker.trip("test");
  clock.advance(breaker.snapshot().settings.open_timeout);
  (void)breaker.call([&] { clock.advance(5ms); });
  EXPECT_EQ(observer.ended, (std::vector<EndedCall>{{"test", Verdict::success, 5ms}}));
}

TEST_F(ObserverTest, SeesRejections) {
  breaker.trip("maintenance");
  (void)breaker.call([] {});
  breaker.force_open("operator");
  (void)breaker.try_acquire();
  ASSERT_EQ(observer.rejections.size(), 2u);
  EXPECT_EQ(observer.rejections[0].reason, Rejected::Reason::open);
  EXPECT_EQ(observer.rejections[0].breaker.view(), "test");
  EXPECT_EQ(observer.rejections[1].reason, Rejected::Reason::forced_open);
}

TEST_F(ObserverTest, SeesEachCallOnceWithEveryKindOfRule) {
  Settings settings;
  settings.failure_rate = 0.5;
  settings.slow_call_rate = 0.5;
  settings.slow_call_duration = 1s;
  for (const auto kind : {Window::Kind::count, Window::Kind::time}) {
    settings.window.kind = kind;
    breaker.reconfigure(settings);
    observer.ended.clear();
    for (int i = 0; i < 50; ++i) (void)breaker.call([] {});
    EXPECT_EQ(observer.ended.size(), 50u);
  }
}

TEST_F(ObserverTest, MayBeUnset) {
  breaker.set_observer(nullptr);
  (void)breaker.call([] {});
  breaker.force_open("test");
  (void)breaker.call([] {});
  EXPECT_TRUE(observer.ended.empty());
  EXPECT_TRUE(observer.rejections.empty());
}

TEST_F(ObserverTest, IsNotToldOfACallThatBeganBeforeItWasSet) {
  breaker.set_observer(nullptr);
  auto permit = breaker.try_acquire().value();
  breaker.set_observer(&observer);
  permit.success();
  EXPECT_TRUE(observer.ended.empty());
  EXPECT_EQ(breaker.calls().success, 1u);
}

TEST_F(ObserverTest, IsNotToldOfACallThatOutlivesItsBreaker) {
  auto other = std::make_unique<CircuitBreaker>("other", Settings(), clock);
  other->set_observer(&observer);
  auto permit = other->try_acquire().value();
  other.reset();
  permit.success();
  EXPECT_TRUE(observer.ended.empty());
}

}  // namespace
}  // namespace circuitbreaker
