// What a call costs, beside two yardsticks measured in the same run: two lock pairs (what any
// breaker with a mutex pays at least) and the breaker one would write in an afternoon.

#include <mutex>
#include <thread>

#include <benchmark/benchmark.h>

#include "circuitbreaker/circuit_breaker.h"

namespace {

using circuitbreaker::CircuitBreaker;
using circuitbreaker::Settings;
using circuitbreaker::State;

struct TwoLocks {
  std::mutex mutex;
  std::uint64_t started = 0;
  std::uint64_t ended = 0;
};

void BM_TwoLockPairs(benchmark::State& state) {
  static TwoLocks locks;
  for ([[maybe_unused]] auto _ : state) {
    {
      const std::lock_guard lock(locks.mutex);
      benchmark::DoNotOptimize(++locks.started);
    }
    {
      const std::lock_guard lock(locks.mutex);
      benchmark::DoNotOptimize(++locks.ended);
    }
  }
}

// One mutex, a clock reading at each end, the outcome in an enum.
class NaiveBreaker {
 public:
  bool allow() {
    const auto now = std::chrono::steady_clock::now();
    const std::lock_guard lock(mutex_);
    if (!open_) return true;
    if (now < open_until_) return false;
    open_ = false;
    return true;
  }
  void record(bool success) {
    const auto now = std::chrono::steady_clock::now();
    const std::lock_guard lock(mutex_);
    ++calls_;
    failures_ = success ? 0 : failures_ + 1;
    if (failures_ < 5) return;
    open_ = true;
    open_until_ = now + std::chrono::seconds(30);
  }

 private:
  std::mutex mutex_;
  bool open_ = false;
  int failures_ = 0;
  std::uint64_t calls_ = 0;
  std::chrono::steady_clock::time_point open_until_;
};

void BM_NaiveBreaker(benchmark::State& state) {
  static NaiveBreaker breaker;
  for ([[maybe_unused]] auto _ : state) {
    if (breaker.allow()) breaker.record(true);
  }
}

void succeed(benchmark::State& state, CircuitBreaker& breaker) {
  for ([[maybe_unused]] auto _ : state) {
    if (auto permit = breaker.try_acquire()) permit->success();
  }
}

void BM_ClosedConsecutive(benchmark::State& state) {
  static CircuitBreaker breaker("consecutive");
  succeed(state, breaker);
}

// A sliding window with a failure rate, and response times: two clock readings, one lock pair.
void BM_ClosedWindow(benchmark::State& state) {
  static CircuitBreaker breaker("window", [] {
    Settings settings;
    settings.failure_rate = 0.5;
    settings.response_times = true;
    return settings;
  }());
  succeed(state, breaker);
}

// The same and a slow-call rule, for which every call under way is watched: a second lock pair.
void BM_ClosedWatched(benchmark::State& state) {
  static CircuitBreaker breaker("watched", [] {
    Settings settings;
    settings.failure_rate = 0.5;
    settings.slow_call_rate = 0.5;
    settings.slow_call_duration = std::chrono::seconds(2);
    settings.response_times = true;
    return settings;
  }());
  succeed(state, breaker);
}

void BM_OpenRejection(benchmark::State& state) {
  static CircuitBreaker breaker("open", [] {
    Settings settings;
    settings.failure_threshold = 1;
    settings.open_timeout = std::chrono::hours(1);
    settings.open_timeout_max = std::chrono::hours(1);
    return settings;
  }());
  if (auto permit = breaker.try_acquire()) permit->failure();
  for ([[maybe_unused]] auto _ : state) {
    auto permit = breaker.try_acquire();
    benchmark::DoNotOptimize(permit.has_value());
  }
}

// Probes that succeed without ever being enough: both ends of the call go through the lock.
void BM_HalfOpen(benchmark::State& state) {
  static CircuitBreaker breaker("half-open", [] {
    Settings settings;
    settings.failure_threshold = 1;
    settings.open_timeout = std::chrono::nanoseconds(1);
    settings.success_threshold = 4'000'000'000;
    settings.half_open_max_calls = 64;
    return settings;
  }());
  if (breaker.snapshot().state == State::closed) {
    if (auto permit = breaker.try_acquire()) permit->failure();
  }
  succeed(state, breaker);
}

void all_thread_counts(benchmark::internal::Benchmark* benchmark) {
  for (const int threads : {1, 2, 4, 8}) benchmark->Threads(threads);
}

BENCHMARK(BM_TwoLockPairs)->Apply(all_thread_counts);
BENCHMARK(BM_NaiveBreaker)->Apply(all_thread_counts);
BENCHMARK(BM_ClosedConsecutive)->Apply(all_thread_counts);
BENCHMARK(BM_ClosedWindow)->Apply(all_thread_counts);
BENCHMARK(BM_ClosedWatched)->Apply(all_thread_counts);
BENCHMARK(BM_OpenRejection)->Apply(all_thread_counts);
BENCHMARK(BM_HalfOpen)->Apply(all_thread_counts);

}  // namespace

int main(int argc, char** argv) {
  // glibc's mutex saves its atomic operations in a process that never had a second thread. Programs
  // that need a breaker have threads, so every benchmark is measured in such a process.
  std::thread([] {}).join();
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}
