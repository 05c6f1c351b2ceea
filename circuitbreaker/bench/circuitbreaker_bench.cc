// Measures the cost of a call through each policy and, in the same run, of two baselines: two
// lock-unlock pairs, which are the minimum for a breaker with one mutex, and a simple breaker that
// could be written in an afternoon.

#include <array>
#include <mutex>
#include <string>
#include <thread>

#include <benchmark/benchmark.h>

#include "circuitbreaker/circuit_breaker.h"
#include "circuitbreaker/pipeline.h"
#include "circuitbreaker/registry.h"
#include "circuitbreaker/retry.h"
#include "circuitbreaker/time_limit.h"

namespace {

using namespace std::chrono_literals;
using circuitbreaker::CircuitBreaker;
using circuitbreaker::Registry;
using circuitbreaker::Retry;
using circuitbreaker::Settings;
using circuitbreaker::Window;

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

// The work in a timed call that no implementation can avoid.
void BM_TwoClockReadings(benchmark::State& state) {
  for ([[maybe_unused]] auto _ : state) {
    benchmark::DoNotOptimize(circuitbreaker::steady_clock().now());
    benchmark::DoNotOptimize(circuitbreaker::steady_clock().now());
  }
}

// One mutex, and a clock reading at each end of the call.
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
    open_until_ = now + 30s;
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

Settings rate_rule(Window::Kind kind) {
  Settings settings;
  settings.failure_rate = 0.5;
  settings.window.kind = kind;
  return settings;
}

void BM_ClosedCountWindow(benchmark::State& state) {
  static CircuitBreaker breaker("count window", rate_rule(Window::Kind::count));
  succeed(state, breaker);
}

// As above, with one failure in ten thousand calls, so that the window is rarely without a failure.
void BM_ClosedCountWindowFailures(benchmark::State& state) {
  static CircuitBreaker breaker("failing count window", [] {
    Settings settings = rate_rule(Window::Kind::count);
    settings.window.calls = 100'000;
    return settings;
  }());
  std::uint64_t calls = 0;
  for ([[maybe_unused]] auto _ : state) {
    auto permit = breaker.try_acquire();
    if (!permit) continue;
    if (++calls % 10'000 == 0) {
      permit->failure();
    } else {
      permit->success();
    }
  }
}

// Reads the clock once, to find the bucket.
void BM_ClosedTimeWindow(benchmark::State& state) {
  static CircuitBreaker breaker("time window", rate_rule(Window::Kind::time));
  succeed(state, breaker);
}

// Reads the clock twice.
void BM_ClosedResponseTimes(benchmark::State& state) {
  static CircuitBreaker breaker("response times", [] {
    Settings settings = rate_rule(Window::Kind::count);
    settings.response_times = true;
    return settings;
  }());
  succeed(state, breaker);
}

// Reads the clock twice, and tracks every call in progress because there is a slow-call rule.
void BM_ClosedWatched(benchmark::State& state) {
  static CircuitBreaker breaker("watched", [] {
    Settings settings = rate_rule(Window::Kind::count);
    settings.slow_call_rate = 0.5;
    settings.slow_call_duration = 2s;
    return settings;
  }());
  succeed(state, breaker);
}

void BM_OpenRejection(benchmark::State& state) {
  static CircuitBreaker breaker("open", [] {
    Settings settings;
    settings.failure_threshold = 1;
    settings.open_timeout = 1h;
    settings.open_timeout_max = 1h;
    return settings;
  }());
  if (auto permit = breaker.try_acquire()) permit->failure("connection refused");
  for ([[maybe_unused]] auto _ : state) {
    auto permit = breaker.try_acquire();
    benchmark::DoNotOptimize(permit.has_value());
  }
}

// Probes that succeed but never suffice to close the breaker: both ends of the call take the lock.
void BM_HalfOpen(benchmark::State& state) {
  static CircuitBreaker breaker("half-open", [] {
    Settings settings;
    settings.failure_threshold = 1;
    settings.open_timeout = 1ns;
    settings.success_threshold = 4'000'000'000;
    settings.half_open_max_calls = 64;
    return settings;
  }());
  if (breaker.is_healthy()) {
    if (auto permit = breaker.try_acquire()) permit->failure();
  }
  succeed(state, breaker);
}

template <class Policy>
void call(benchmark::State& state, Policy& policy) {
  for ([[maybe_unused]] auto _ : state) {
    auto result = policy.call([] { return 1; });
    benchmark::DoNotOptimize(result.has_value());
  }
}

void BM_Call(benchmark::State& state) {
  static CircuitBreaker breaker("call");
  call(state, breaker);
}

// A deadline for each call: one clock reading sets it, another checks whether it was met.
void BM_CallTimeout(benchmark::State& state) {
  static CircuitBreaker breaker("call timeout", [] {
    Settings settings;
    settings.call_timeout = 10s;
    return settings;
  }());
  call(state, breaker);
}

void BM_Retry(benchmark::State& state) {
  static Retry retry;
  call(state, retry);
}

void BM_Pipeline(benchmark::State& state) {
  static CircuitBreaker breaker("pipeline");
  static Retry retry;
  static auto guarded = circuitbreaker::pipeline(retry, breaker);
  call(state, guarded);
}

void BM_RegistryLookup(benchmark::State& state) {
  static Registry registry;
  static const std::array<std::string, 4> names{"database", "cache", "search", "mail"};
  std::size_t i = 0;
  for ([[maybe_unused]] auto _ : state) {
    auto breaker = registry.get(names[++i % names.size()]);
    benchmark::DoNotOptimize(breaker.get());
  }
}

void all_thread_counts(benchmark::internal::Benchmark* benchmark) {
  for (const int threads : {1, 2, 4, 8, 16}) benchmark->Threads(threads);
}

BENCHMARK(BM_TwoLockPairs)->Apply(all_thread_counts);
BENCHMARK(BM_TwoClockReadings)->Apply(all_thread_counts);
BENCHMARK(BM_NaiveBreaker)->Apply(all_thread_counts);
BENCHMARK(BM_ClosedConsecutive)->Apply(all_thread_counts);
BENCHMARK(BM_ClosedCountWindow)->Apply(all_thread_counts);
BENCHMARK(BM_ClosedCountWindowFailures)->Apply(all_thread_counts);
BENCHMARK(BM_ClosedTimeWindow)->Apply(all_thread_counts);
BENCHMARK(BM_ClosedResponseTimes)->Apply(all_thread_counts);
BENCHMARK(BM_ClosedWatched)->Apply(all_thread_counts);
BENCHMARK(BM_OpenRejection)->Apply(all_thread_counts);
BENCHMARK(BM_HalfOpen)->Apply(all_thread_counts);
BENCHMARK(BM_Call)->Apply(all_thread_counts);
BENCHMARK(BM_CallTimeout)->Apply(all_thread_counts);
BENCHMARK(BM_Retry)->Apply(all_thread_counts);
BENCHMARK(BM_Pipeline)->Apply(all_thread_counts);
BENCHMARK(BM_RegistryLookup)->Apply(all_thread_counts);

}  // namespace

int main(int argc, char** argv) {
  // glibc's mutex avoids atomic operations until a process has had a second thread. Programs that
  // need a breaker have threads, so every benchmark runs in a process that has had one.
  std::thread([] {}).join();
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}
