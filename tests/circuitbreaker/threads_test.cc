// Invariants of breakers that many threads use; with ThreadSanitizer, these tests also find data
// races.

#include <atomic>
#include <cstdint>
#include <latch>
#include <stdexcept>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "circuitbreaker/bulkhead.h"
#include "circuitbreaker/circuit_breaker.h"
#include "circuitbreaker/rate_limiter.h"
#include "circuitbreaker/registry.h"
#include "circuitbreaker/retry_budget.h"

namespace circuitbreaker {
namespace {

using namespace std::chrono_literals;

// Runs f(0), f(1), ... on threads that start simultaneously.
template <class F>
void in_parallel(int threads, F&& f) {
  std::latch start(threads);
  std::vector<std::thread> running;
  for (int t = 0; t < threads; ++t) {
    running.emplace_back([&, t] {
      start.arrive_and_wait();
      f(t);
    });
  }
  for (auto& thread : running) thread.join();
}

class Random {
 public:
  explicit Random(int seed) : state_(static_cast<std::uint64_t>(seed) * 7919 + 1) {}
  unsigned below(unsigned n) {
    state_ = state_ * 6364136223846793005u + 1442695040888963407u;
    return static_cast<unsigned>(state_ >> 33) % n;
  }

 private:
  std::uint64_t state_;
};

TEST(Threads, NoCallIsLostWithMoreThreadsThanPlaces) {
  Settings settings;
  settings.failure_rate = 0.5;
  settings.response_times = true;
  CircuitBreaker breaker("test", settings);
  constexpr int threads = static_cast<int>(detail::kOwnedPlaces) + 10;
  for (int round = 0; round < 2; ++round) {
    std::latch all_have_called(threads);
    in_parallel(threads, [&](int) {
      breaker.try_acquire().value().success();
      all_have_called.arrive_and_wait();
      for (int i = 1; i < 50; ++i) breaker.try_acquire().value().success();
    });
  }
  EXPECT_EQ(breaker.snapshot().calls.success, 2u * threads * 50);
  EXPECT_EQ(breaker.snapshot().in_flight, 0u);
}

TEST(Threads, AThreadsPlaceIsFreeAgainWhenItHasEnded) {
  for (unsigned i = 0; i < detail::kOwnedPlaces + 10; ++i) {
    std::thread([] {
      EXPECT_NE(detail::thread_place().block, detail::PerThread<char>::kNowhere.block);
    }).join();
  }
}

TEST(Threads, NoFailureIsLost) {
  CircuitBreaker breaker("test");
  breaker.force_close("test");
  in_parallel(4, [&](int) {
    for (int i = 0; i < 20'000; ++i) breaker.try_acquire().value().failure();
  });
  EXPECT_EQ(breaker.snapshot().calls.failure, 80'000u);
}

TEST(Threads, APermitMayEndOnAnotherThread) {
  CircuitBreaker breaker("test");
  std::vector<Permit> permits;
  for (int i = 0; i < 100; ++i) permits.push_back(breaker.try_acquire().value());
  std::thread([&] {
    for (Permit& permit : permits) permit.success();
  }).join();
  EXPECT_EQ(breaker.snapshot().calls.success, 100u);
  EXPECT_EQ(breaker.snapshot().in_flight, 0u);
}

class Stress : public ::testing::TestWithParam<int> {
 protected:
  static Settings settings(int which) {
    Settings s;
    s.failure_threshold = 3;
    s.success_threshold = 2;
    s.open_timeout = 1ms;
    s.probe_lease = 3ms;
    s.open_timeout_multiplier = 1.5;
    s.open_timeout_max = 4ms;
    s.open_timeout_jitter = 0.3;
    if (which >= 1) s.failure_rate = 0.4;
    if (which >= 2) {
      s.slow_call_rate = 0.6;
      s.slow_call_duration = 2ms;
      s.max_tracked_calls = 5;
      s.window.kind = Window::Kind::time;
      s.window.length = 50ms;
    }
    return s;
  }
};

// Each thread keeps a few permits and ends them in any order while time moves and an operator
// intervenes. Counts must add up, and each transition must begin in the state in which the previous
// one ended.
TEST_P(Stress, InvariantsHold) {
  ManualClock clock;
  CircuitBreaker breaker("stress", settings(GetParam()), clock);
  std::vector<StateChange> changes;
  std::atomic<bool> delivering{false};
  breaker.add_listener([&](const StateChange& change) {
    EXPECT_FALSE(delivering.exchange(true)) << "one at a time";
    changes.push_back(change);
    delivering = false;
  });
  breaker.add_listener([](const StateChange&) { throw std::runtime_error("harmless"); });
  breaker.add_listener([&](const StateChange&) { (void)breaker.snapshot(); });
  std::atomic<std::uint64_t> admitted{0};
  std::atomic<std::uint64_t> rejected{0};
  in_parallel(6, [&](int t) {
    Random random(t);
    std::vector<Permit> held;
    for (int i = 0; i < 3000; ++i) {
      if (auto permit = breaker.try_acquire()) {
        ++admitted;
        held.push_back(*std::move(permit));
      } else {
        ++rejected;
      }
      if (held.size() > 3 || random.below(2) == 0) {
        if (!held.empty()) {
          std::swap(held[random.below(static_cast<unsigned>(held.size()))], held.back());
          const unsigned how = random.below(10);
          if (how < 6) held.back().success();
          if (how == 6 || how == 7) held.back().failure("stress");
          if (how == 8) held.back().timeout();
          held.pop_back();
        }
      }
      if (random.below(20) == 0) clock.advance(300us);
      if (t == 0 && i % 200 == 0) breaker.force_open("operator");
      if (t == 0 && i % 200 == 5) breaker.reset("operator");
      if (t == 1 && i % 300 == 0) breaker.reconfigure(settings(GetParam()));
      if (t == 2 && i % 50 == 0) {
        const Snapshot snapshot = breaker.snapshot();
        EXPECT_LE(snapshot.in_flight, 6u * 5u);
        EXPECT_EQ(snapshot.in_closed + snapshot.in_open + snapshot.in_half_open,
                  snapshot.at - TimePoint(365 * 24h));
      }
    }
  });
  const Snapshot last = breaker.snapshot();
  EXPECT_EQ(last.in_flight, 0u);
  EXPECT_EQ(last.overdue, 0u);
  EXPECT_EQ(last.calls.total(), admitted);
  EXPECT_EQ(last.calls.rejected, rejected);
  State state = State::closed;
  TimePoint at{};
  for (const StateChange& change : changes) {
    if (change.missed == 0) {
      EXPECT_EQ(change.from, state);
    }
    EXPECT_GE(change.at, at);
    state = change.to;
    at = change.at;
  }
  EXPECT_GT(changes.size(), 20u);
}

INSTANTIATE_TEST_SUITE_P(Rules, Stress, ::testing::Values(0, 1, 2));

TEST(Threads, AtMostTheAllowedProbesAreInProgress) {
  ManualClock clock;
  Settings settings;
  settings.success_threshold = 1'000'000;
  CircuitBreaker breaker("test", settings, clock);
  breaker.trip("test");
  clock.advance(30s);
  std::atomic<int> probing{0};
  std::atomic<int> most{0};
  in_parallel(8, [&](int) {
    for (int i = 0; i < 2000; ++i) {
      auto permit = breaker.try_acquire();
      if (!permit) continue;
      const int now = ++probing;
      for (int seen = most; now > seen && !most.compare_exchange_weak(seen, now);) {
      }
      --probing;
      permit->success();
    }
  });
  EXPECT_LE(most, 3);
  EXPECT_GE(most, 1);
}

TEST(Threads, OnlyOneThreadOpensTheBreakerAndOnlyOnce) {
  for (int round = 0; round < 50; ++round) {
    ManualClock clock;
    CircuitBreaker breaker("test", {}, clock);
    in_parallel(4, [&](int) {
      for (int i = 0; i < 5; ++i) {
        if (auto permit = breaker.try_acquire()) permit->failure();
      }
    });
    EXPECT_EQ(breaker.snapshot().transitions.closed_to_open, 1u);
  }
}

TEST(Threads, ABulkheadNeverHoldsMoreThanItsCap) {
  Bulkhead bulkhead({.max_calls = 2, .max_wait = 1h, .max_waiting = 100});
  std::atomic<int> inside{0};
  in_parallel(8, [&](int) {
    for (int i = 0; i < 300; ++i) {
      EXPECT_TRUE(bulkhead.call([&] {
        EXPECT_LE(++inside, 2);
        --inside;
      }));
    }
  });
  EXPECT_EQ(bulkhead.statistics().admitted, 2400u);
}

TEST(Threads, ARateLimiterGivesEachTokenOnce) {
  ManualClock clock;
  RateLimiter limiter({.per_second = 1, .burst = 1000}, clock);
  std::atomic<int> taken{0};
  in_parallel(4, [&](int) {
    for (int i = 0; i < 500; ++i) taken += limiter.try_acquire() ? 1 : 0;
  });
  EXPECT_EQ(taken, 1000);
}

TEST(Threads, ARetryBudgetGrantsEachRetryOnce) {
  ManualClock clock;
  RetryBudget budget({.ratio = 0, .floor = 100, .window = 10s}, clock);
  std::atomic<int> granted{0};
  in_parallel(4, [&](int) {
    for (int i = 0; i < 100; ++i) granted += budget.try_retry() ? 1 : 0;
  });
  EXPECT_EQ(granted, 100);
}

TEST(Threads, ARegistryStaysWithinItsBounds) {
  Registry registry({.max_breakers = 8, .breaker = {}});
  in_parallel(4, [&](int t) {
    Random random(t);
    for (int i = 0; i < 2000; ++i) {
      if (const auto breaker = registry.get(std::to_string(random.below(30)))) {
        breaker->try_acquire().value().success();
      }
      EXPECT_LE(registry.statistics().breakers, 8u);
    }
  });
}

}  // namespace
}  // namespace circuitbreaker
