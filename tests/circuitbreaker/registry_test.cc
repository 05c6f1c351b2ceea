#include "circuitbreaker/registry.h"

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "circuitbreaker/circuit_breaker.h"

namespace circuitbreaker {
namespace {

using namespace std::chrono_literals;

class RegistryTest : public ::testing::Test {
 protected:
  ManualClock clock;
  Registry registry{{.max_breakers = 2}, clock};
};

TEST_F(RegistryTest, ReturnsTheSameBreakerForTheSameName) {
  EXPECT_EQ(registry.get("a"), registry.get("a"));
  EXPECT_NE(registry.get("a"), registry.get("b"));
  EXPECT_EQ(registry.find("c"), nullptr);
}

TEST_F(RegistryTest, EvictsTheLeastRecentlyRequestedIdleBreaker) {
  (void)registry.get("a");
  (void)registry.get("b");
  (void)registry.get("a");
  registry.get("c")->try_acquire().value().success();
  EXPECT_NE(registry.find("a"), nullptr);
  EXPECT_EQ(registry.find("b"), nullptr);
  EXPECT_EQ(registry.statistics().evicted, 1u);
}

TEST_F(RegistryTest, NeverEvictsABreakerThatIsOpenPendingBusyOrHeld) {
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

TEST_F(RegistryTest, SumsIncludeTheCallsOfEvictedBreakers) {
  for (const char* name : {"a", "b", "c", "d"}) {
    registry.get(name)->try_acquire().value().success();
  }
  const RegistryStatistics statistics = registry.statistics();
  EXPECT_EQ(statistics.calls.success, 4u);
  EXPECT_EQ(statistics.breakers, 2u);
  EXPECT_EQ(statistics.closed, 2u);
}

TEST_F(RegistryTest, SettingsOfANameApplyNowAndWhenItsBreakerIsCreatedAgain) {
  Settings settings;
  settings.failure_threshold = 1;
  (void)registry.get("a");
  registry.configure("a", settings);
  registry.configure("b", settings);
  EXPECT_EQ(registry.find("a")->snapshot().settings.failure_threshold, 1u);
  EXPECT_EQ(registry.get("b")->snapshot().settings.failure_threshold, 1u);
  EXPECT_EQ(registry.snapshots().at(0).name, "a");
}

TEST_F(RegistryTest, SnapshotsDoNotKeepBreakersFromBeingEvicted) {
  // A listener runs while a snapshot is taken, at which time the registry itself refers to all
  // breakers.
  Settings settings;
  settings.failure_threshold = 1;
  settings.half_open_timeout = 1s;
  registry.configure("listening", settings);
  bool evicted_meanwhile = false;
  {
    const auto listening = registry.get("listening");
    (void)registry.get("idle");
    listening->add_listener([&](const StateChange& change) {
      if (change.to == State::half_open) evicted_meanwhile = registry.get("new") != nullptr;
    });
    listening->try_acquire().value().failure();
    clock.advance(settings.open_timeout);
  }
  (void)registry.snapshots();
  EXPECT_TRUE(evicted_meanwhile);
  EXPECT_EQ(registry.find("idle"), nullptr);
}

TEST_F(RegistryTest, AFindDoesNotCountAsUse) {
  (void)registry.get("a");
  (void)registry.get("b");
  (void)registry.find("a");
  (void)registry.get("c");
  EXPECT_EQ(registry.find("a"), nullptr);
}

TEST_F(RegistryTest, SumsNeverGoBackWhileBreakersAreEvicted) {
  std::atomic<bool> done{false};
  std::jthread evicting([&] {
    for (int i = 0; i < 4000; ++i) {
      if (const auto breaker = registry.get(std::to_string(i % 7))) {
        breaker->try_acquire().value().success();
      }
    }
    done = true;
  });
  std::uint64_t last = 0;
  while (!done) {
    const std::uint64_t now = registry.statistics().calls.success;
    ASSERT_GE(now, last);
    last = now;
  }
  evicting.join();
  EXPECT_EQ(registry.statistics().calls.success, 4000u);
}

TEST_F(RegistryTest, ABreakerOutlivesItsRegistryAsLongAsItIsHeld) {
  auto other = std::make_unique<Registry>(RegistrySettings{}, clock);
  const auto breaker = other->get("a");
  other.reset();
  EXPECT_TRUE(breaker->call([] {}));
}

TEST_F(RegistryTest, APermitMayOutliveItsHandle) {
  Settings settings;
  settings.failure_threshold = 1;
  registry.configure("a", settings);
  int changes = 0;
  registry.get("a")->add_listener([&](const StateChange&) { ++changes; });
  auto permit = registry.get("a")->try_acquire().value();
  (void)registry.get("b");
  EXPECT_NE(registry.get("c"), nullptr) << "b makes room, a has a call under way";
  permit.failure("down");
  EXPECT_EQ(changes, 1);
  EXPECT_EQ(registry.find("a")->snapshot().state, State::open);
}

TEST_F(RegistryTest, HooksReportCreatedAndEvictedBreakers) {
  std::vector<std::string> events;
  Registry hooked(
      {.max_breakers = 1,
       .on_created = [&](CircuitBreaker& breaker) { events.push_back("+" + breaker.name()); },
       .on_evicted =
           [&](const Snapshot& last) {
             events.push_back("-" + last.name + std::to_string(last.calls.success));
             throw 1;
           }},
      clock);
  (void)hooked.get("a")->call([] {});
  (void)hooked.get("a");
  EXPECT_NE(hooked.get("b"), nullptr);
  EXPECT_EQ(events, (std::vector<std::string>{"+a", "-a1", "+b"}));
}

TEST_F(RegistryTest, HooksMayCallBackIntoTheRegistry) {
  std::size_t seen = 0;
  Registry* self = nullptr;
  Registry hooked({.on_created = [&](CircuitBreaker&) { seen = self->statistics().breakers; }},
                  clock);
  self = &hooked;
  (void)hooked.get("a");
  EXPECT_EQ(seen, 1u);
}

// Runs a function at the next reading, as if another thread had run ahead of the reading thread.
class OvertakingClock final : public Clock {
 public:
  [[nodiscard]] TimePoint now() const noexcept override {
    if (overtake) std::exchange(overtake, nullptr)();
    return TimePoint(std::chrono::hours(1));
  }
  mutable std::function<void()> overtake;
};

TEST(RegistryConfigurationTest, TheLastSettingsWinOverThoseOfAnOvertakenThread) {
  const auto with_threshold = [](std::uint32_t threshold) {
    Settings settings;
    settings.failure_threshold = threshold;
    return settings;
  };
  OvertakingClock clock;
  Registry registry({}, clock);
  const auto breaker = registry.get("a");
  clock.overtake = [&] { registry.configure("a", with_threshold(7)); };
  registry.configure("a", with_threshold(3));
  EXPECT_EQ(breaker->snapshot().settings.failure_threshold, 7u);
}

TEST_F(RegistryTest, ConcurrentConfigurationsAndCreationsAgree) {
  std::vector<std::jthread> threads;
  for (std::uint32_t t = 1; t <= 4; ++t) {
    threads.emplace_back([&, t] {
      Settings settings;
      for (std::uint32_t i = 0; i < 200; ++i) {
        settings.failure_threshold = t * 1000 + i;
        registry.configure("a", settings);
        (void)registry.get(std::to_string(i % 3));
      }
    });
  }
  threads.clear();
  const auto breaker = registry.get("a");
  ASSERT_NE(breaker, nullptr);
  const std::uint32_t in_force = breaker->snapshot().settings.failure_threshold;
  EXPECT_EQ(in_force % 1000, 199u) << "the last settings of one of the threads";
}

TEST(RegistryEvictionTest, ExaminesABoundedNumberOfBreakers) {
  ManualClock clock;
  Registry registry({.max_breakers = 300}, clock);
  std::vector<std::shared_ptr<CircuitBreaker>> held;
  for (int i = 0; i < 200; ++i) held.push_back(registry.get("held" + std::to_string(i)));
  for (int i = 0; i < 100; ++i) (void)registry.get("idle" + std::to_string(i));
  // 200 busy breakers come before the idle ones, so three calls examine 64 of them each.
  EXPECT_EQ(registry.get("new"), nullptr);
  EXPECT_EQ(registry.get("new"), nullptr);
  EXPECT_EQ(registry.get("new"), nullptr);
  EXPECT_NE(registry.get("new"), nullptr);
}

TEST(RegistryEvictionTest, WorksWithFewerBreakersThanItExamines) {
  ManualClock clock;
  Registry registry({.max_breakers = 1}, clock);
  const auto held = registry.get("held");
  EXPECT_EQ(registry.get("new"), nullptr);
}

}  // namespace
}  // namespace circuitbreaker
