// What the README promises about memory: counted by replacing the allocation functions of this
// executable.

#include <atomic>
#include <cstdlib>
#include <new>
#include <vector>

#include <gtest/gtest.h>

#include "circuitbreaker/circuit_breaker.h"

namespace {

thread_local std::size_t allocated_bytes = 0;
thread_local std::size_t allocations = 0;

void* allocate(std::size_t size, std::size_t alignment) {
  ++allocations;
  allocated_bytes += size;
  const std::size_t rounded = (size + alignment - 1) / alignment * alignment;
  void* const memory = std::aligned_alloc(alignment, rounded == 0 ? alignment : rounded);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

}  // namespace

[[gnu::noinline]] void* operator new(std::size_t size) {
  return allocate(size, alignof(std::max_align_t));
}
[[gnu::noinline]] void* operator new(std::size_t size, std::align_val_t alignment) {
  return allocate(size, static_cast<std::size_t>(alignment));
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::align_val_t) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept {
  std::free(memory);
}

namespace circuitbreaker {
namespace {

using namespace std::chrono_literals;

template <class F>
std::size_t allocations_of(F&& f) {
  const std::size_t before = allocations;
  f();
  return allocations - before;
}

TEST(Memory, ABreakerAndItsHeapAreOneKibibyteAndHalfOfThatIsStripes) {
  const std::size_t before = allocated_bytes;
  const CircuitBreaker breaker("database");
  const std::size_t heap = allocated_bytes - before;
  EXPECT_LE(sizeof(CircuitBreaker), 256u);
  EXPECT_LE(sizeof(CircuitBreaker) + heap, 1024u);
  EXPECT_LE(sizeof(CircuitBreaker) + heap - detail::kStripes * sizeof(detail::Stripe), 512u);
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
