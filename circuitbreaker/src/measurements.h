#pragma once
/// The measurements of a breaker that go beyond counting consecutive failures: response times, the
/// window, and calls in progress.

#include <algorithm>
#include <atomic>
#include <cstdint>

#include "circuitbreaker/clock.h"
#include "circuitbreaker/detail/thread_place.h"
#include "circuitbreaker/snapshot.h"

#include "call_tracker.h"
#include "call_window.h"

namespace circuitbreaker::detail {

/// Shortest, longest and total response time of the calls that one thread ended. One thread at a
/// time writes; any thread may read.
class alignas(64) CallTimes {
 public:
  /// Adds one call.
  void add(Duration time) noexcept {
    constexpr auto relaxed = std::memory_order_relaxed;
    const Duration::rep length = time.count();
    min_.store(std::min(min_.load(relaxed), length), relaxed);
    max_.store(std::max(max_.load(relaxed), length), relaxed);
    sum_.store(sum_.load(relaxed) + static_cast<double>(length), relaxed);
    count_.store(count_.load(relaxed) + 1, std::memory_order_release);
  }
  /// Adds the response times from another thread.
  void add(const CallTimes& other) noexcept;
  /// The response times of all calls added.
  [[nodiscard]] ResponseTimes summary() const noexcept;

  /// The tracker slot that this thread used last, which is probably free and still in its cache.
  std::atomic<CallTracker::Slot> last_slot{CallTracker::kNoSlot};

 private:
  std::atomic<std::uint64_t> count_{0};
  /// In nanoseconds. A `Duration` would overflow after 292 years of calls.
  std::atomic<double> sum_{0};
  std::atomic<Duration::rep> min_{Duration::max().count()};
  std::atomic<Duration::rep> max_{0};
};

/// Allocated when a rule or setting first needs it, and kept from then on, so that paths without
/// the lock may use it whenever the breaker's word says that it is in use.
struct Measurements {
  /// Response times of calls that ended under the lock. Guarded by the breaker's lock, like the
  /// next three members.
  CallTimes locked_times;
  /// Number of successes in the current generation, counted without the lock, that the window holds
  /// or has held.
  std::uint64_t absorbed = 0;
  /// When the slow-call rule was last changed. Before that, no call can be overdue.
  TimePoint rule_since{};
  CallWindow window;

  /// Written under the lock. From this time on, calls must take the lock to begin the next bucket
  /// of the window, or to look for overdue calls.
  std::atomic<Duration::rep> bucket_end{0};
  std::atomic<Duration::rep> next_check{0};
  /// Copy of `Settings::slow_call_duration`, written under the lock.
  std::atomic<Duration::rep> slow_call_duration{0};

  /// Response times of calls that ended without the lock.
  PerThread<CallTimes> times;
  /// Calls in progress, for the slow-call rule.
  CallTracker tracker;

  /// Response times of all calls.
  [[nodiscard]] ResponseTimes response_times() const noexcept {
    CallTimes all;
    all.add(locked_times);
    times.for_each([&](const CallTimes& some) { all.add(some); });
    return all.summary();
  }
};

inline void CallTimes::add(const CallTimes& other) noexcept {
  constexpr auto relaxed = std::memory_order_relaxed;
  const std::uint64_t count = other.count_.load(std::memory_order_acquire);
  min_.store(std::min(min_.load(relaxed), other.min_.load(relaxed)), relaxed);
  max_.store(std::max(max_.load(relaxed), other.max_.load(relaxed)), relaxed);
  sum_.store(sum_.load(relaxed) + other.sum_.load(relaxed), relaxed);
  count_.store(count_.load(relaxed) + count, relaxed);
}

inline ResponseTimes CallTimes::summary() const noexcept {
  constexpr auto relaxed = std::memory_order_relaxed;
  const std::uint64_t count = count_.load(relaxed);
  if (count == 0) return {};
  const Duration min{min_.load(relaxed)};
  const Duration max{max_.load(relaxed)};
  // While other threads record calls, count and sum may differ by a call. Large sums are rounded.
  const double mean =
      std::clamp(sum_.load(relaxed) / static_cast<double>(count), static_cast<double>(min.count()),
                 static_cast<double>(max.count()));
  return {min, std::clamp(Duration(static_cast<Duration::rep>(mean)), min, max), max};
}

}  // namespace circuitbreaker::detail
