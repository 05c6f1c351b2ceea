// The README's promises about memory and allocations.

#include <gtest/gtest.h>

#include "circuitbreaker/circuit_breaker.h"
#include "circuitbreaker/registry.h"

#include "counting_allocator.h"

namespace circuitbreaker {
namespace {

using namespace std::chrono_literals;
using testing::allocated;

template <class F>
std::size_t allocations_of(F&& f) {
  const std::size_t before = allocated().times;
  f();
  return allocated().times - before;
}

constexpr std::size_t kTallyBytes = (detail::kFirstPlaces + 1) * sizeof(detail::Tally);

class Memory : public ::testing::Test {
 protected:
  /// Size of the breaker, including its heap memory.
  [[nodiscard]] std::size_t bytes() const {
    return sizeof(CircuitBreaker) + allocated().bytes - before_;
  }

 private:
  const std::size_t before_ = allocated().bytes;
};

TEST_F(Memory, IsAtMostAKibibyteOfWhichTheCountersTakeMoreThanHalf) {
  const CircuitBreaker breaker("database");
  EXPECT_LE(bytes() - kTallyBytes, 448u);
  EXPECT_LE(bytes(), 1024u);
}

TEST_F(Memory, GrowsByTheSettingsThatDifferFromTheDefaults) {
  Settings settings;
  settings.failure_threshold = 3;
  const CircuitBreaker breaker("database", settings);
  EXPECT_LE(bytes() - kTallyBytes, 448 + sizeof(Settings));
}

class WithoutMemory : public ::testing::Test {
 protected:
  void open_without_memory() {
    const testing::OutOfMemory none;
    for (int i = 0; i < 5; ++i) breaker.try_acquire().value().failure("a reason too long to keep");
  }
  ManualClock clock;
  CircuitBreaker breaker{"database", {}, clock};
};

TEST_F(WithoutMemory, OpensWithoutAReason) {
  open_without_memory();
  const Snapshot snapshot = breaker.snapshot();
  EXPECT_EQ(snapshot.state, State::open);
  EXPECT_EQ(snapshot.reason, "");
  EXPECT_EQ(snapshot.calls.failure, 5u);
}

TEST_F(WithoutMemory, LetsNoProbeThroughUntilItsLeaseCanBeKept) {
  open_without_memory();
  clock.advance(30s);
  {
    const testing::OutOfMemory none;
    EXPECT_EQ(breaker.try_acquire().error().reason, Rejected::Reason::half_open_full);
  }
  EXPECT_TRUE(breaker.try_acquire().value().is_probe());
}

TEST_F(WithoutMemory, DoesNotKeepAnOutdatedReason) {
  breaker.trip("short");
  const std::string text(100, 'x');
  {
    const testing::OutOfMemory none;
    breaker.reset(text);
  }
  EXPECT_EQ(breaker.snapshot().reason, "");
}

TEST(WithoutMemoryRegistry, ACreationThatFailsLeavesNothingBehind) {
  bool created = false;
  for (std::size_t allowed = 0; !created; ++allowed) {
    ManualClock clock;
    Registry registry({}, clock);
    try {
      const testing::OutOfMemory soon(allowed);
      created = registry.get("a name too long to be kept in place") != nullptr;
    } catch (const std::bad_alloc&) {
      const bool known = registry.find("a name too long to be kept in place") != nullptr;
      EXPECT_EQ(registry.statistics().breakers, known ? 1u : 0u) << allowed;
    }
    EXPECT_NE(registry.get("a name too long to be kept in place"), nullptr);
    EXPECT_EQ(registry.statistics().breakers, 1u) << allowed;
  }
}

class NoAllocation : public ::testing::Test {
 protected:
  static void succeed(CircuitBreaker& breaker) {
    for (int i = 0; i < 1000; ++i) breaker.try_acquire().value().success();
  }
  ManualClock clock;
  Settings settings;
};

TEST_F(NoAllocation, OnAClosedSuccess) {
  CircuitBreaker breaker("test", settings, clock);
  EXPECT_EQ(allocations_of([&] { succeed(breaker); }), 0u);
}

TEST_F(NoAllocation, OnAClosedSuccessWithEverythingMeasured) {
  settings.failure_rate = 0.5;
  settings.slow_call_rate = 0.5;
  settings.slow_call_duration = 1s;
  settings.response_times = true;
  for (const auto kind : {Window::Kind::count, Window::Kind::time}) {
    settings.window.kind = kind;
    CircuitBreaker breaker("test", settings, clock);
    EXPECT_EQ(allocations_of([&] {
                succeed(breaker);
                clock.advance(1h);
                succeed(breaker);
              }),
              0u);
  }
}

TEST_F(NoAllocation, OnAnyRejection) {
  settings.success_threshold = 1000;
  CircuitBreaker breaker("test", settings, clock);
  const auto reject = [&] {
    for (int i = 0; i < 1000; ++i) EXPECT_FALSE(breaker.try_acquire());
  };
  breaker.force_open("test");
  EXPECT_EQ(allocations_of(reject), 0u);
  breaker.reset("test");
  breaker.trip("test");
  EXPECT_EQ(allocations_of(reject), 0u);
  clock.advance(30s);
  EXPECT_EQ(breaker.snapshot().state, State::half_open);
  const auto a = breaker.try_acquire();
  const auto b = breaker.try_acquire();
  const auto c = breaker.try_acquire();
  EXPECT_EQ(allocations_of(reject), 0u);
}

TEST_F(NoAllocation, OnProbesThatDoNotDecide) {
  settings.success_threshold = 10'000;
  CircuitBreaker breaker("test", settings, clock);
  breaker.trip("test");
  clock.advance(30s);
  EXPECT_EQ(breaker.snapshot().state, State::half_open);
  EXPECT_EQ(allocations_of([&] { succeed(breaker); }), 0u);
}

TEST_F(NoAllocation, InCallBesidesTheFunctionsOwn) {
  CircuitBreaker breaker("test", settings, clock);
  EXPECT_EQ(allocations_of([&] {
              for (int i = 0; i < 1000; ++i) EXPECT_EQ(breaker.call([i] { return i; }), i);
            }),
            0u);
}

}  // namespace
}  // namespace circuitbreaker
