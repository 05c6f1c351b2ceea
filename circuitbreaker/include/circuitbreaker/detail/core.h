#pragma once
/// The part of a breaker that its lock-free paths read and write. Not part of the public interface.
///
///     count(core, &Tally::started);

#include <atomic>
#include <cstdint>

#include "circuitbreaker/clock.h"
#include "circuitbreaker/detail/thread_place.h"
#include "circuitbreaker/detail/word.h"

namespace circuitbreaker::detail {

/// What is counted without the lock.
struct CallTally {
  /// Calls admitted.
  std::atomic<std::uint64_t> started{0};
  /// Calls ended as successes, in any generation.
  std::atomic<std::uint64_t> success{0};
  /// Calls rejected, would-be rejections in shadow mode included.
  std::atomic<std::uint64_t> rejected{0};
};

/// One thread's counters. Only the owner of the place stores to them, so that counting is a plain
/// load and store.
struct alignas(64) Tally : CallTally {
  /// Successes that the window still has to absorb or has absorbed, in `generation`.
  std::atomic<std::uint64_t> window_successes{0};
  /// The generation that `window_successes` counts.
  std::atomic<std::uint64_t> generation{0};
};
static_assert(sizeof(Tally) == 64);

/// What admission and plain successes touch. The first cache line is written only by transitions,
/// so threads that only make calls share it without disturbing each other.
///
/// Thread-safety: all members may be used from any thread. Owned by a `CircuitBreaker`; it outlives
/// that while a permit exists or a listener runs.
struct alignas(64) BreakerCore {
  /// Throws `std::bad_alloc`.
  explicit BreakerCore(const Clock& with);

  /// State, mode, flags and generation; see word.h.
  std::atomic<Word> word{0};
  /// When an open breaker becomes half-open; stored before `word`.
  std::atomic<Duration::rep> open_until{0};
  /// The breaker's source of time; must outlive the core.
  const Clock* const clock;
  /// The counters of threads that own a place.
  PerThread<Tally> tallies;
  /// The counters of all other threads, which increment them atomically.
  CallTally shared;
};

/// Adds one to a counter that only the calling thread changes. A release, so that a reader of a
/// call's end has also read its start.
inline void add_one(std::atomic<std::uint64_t>& counter) noexcept {
  counter.store(counter.load(std::memory_order_relaxed) + 1, std::memory_order_release);
}

/// Adds one on behalf of a thread that has no tally here yet. Allocates one when the thread starts
/// a call; if there is none to be had, the shared counters are used.
void count_elsewhere(BreakerCore& core, std::atomic<std::uint64_t> CallTally::*counter) noexcept;

/// Adds one on behalf of the calling thread.
inline void count(BreakerCore& core, std::atomic<std::uint64_t> CallTally::*counter) noexcept {
  if (Tally* const tally = core.tallies.find(assigned_place)) [[likely]] {
    add_one(tally->*counter);
  } else {
    count_elsewhere(core, counter);
  }
}

/// The sum over all threads: exact when no thread is counting.
[[nodiscard]] inline std::uint64_t sum(const BreakerCore& core,
                                       std::atomic<std::uint64_t> CallTally::*counter) noexcept {
  std::uint64_t total = (core.shared.*counter).load(std::memory_order_acquire);
  core.tallies.for_each(
      [&](const Tally& tally) { total += (tally.*counter).load(std::memory_order_acquire); });
  return total;
}

}  // namespace circuitbreaker::detail
