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

/// The counts that are kept without the lock.
struct CallTally {
  /// Calls admitted.
  std::atomic<std::uint64_t> started{0};
  /// Calls that ended as successes, in any generation.
  std::atomic<std::uint64_t> success{0};
  /// Calls rejected, including would-be rejections in shadow mode.
  std::atomic<std::uint64_t> rejected{0};
};

/// One thread's counters. Only the thread that owns the place stores to them, so counting is a
/// plain load and store.
struct alignas(64) Tally : CallTally {
  /// Number of successes in `generation` that the window must include.
  std::atomic<std::uint64_t> window_successes{0};
  /// The generation whose successes `window_successes` counts.
  std::atomic<std::uint64_t> generation{0};
};
static_assert(sizeof(Tally) == 64);

/// The data that admission and plain successes use. The first cache line is written only by
/// transitions, so threads that only make calls share it without disturbing each other.
///
/// Thread-safety: all members may be used from any thread. Owned by a `CircuitBreaker`; it outlives
/// its owner while a permit exists or a listener runs.
struct alignas(64) BreakerCore {
  /// Throws `std::bad_alloc`.
  explicit BreakerCore(const Clock& with);

  /// State, mode, flags and generation; see word.h.
  std::atomic<Word> word{0};
  /// When an open breaker becomes half-open. Stored before `word`.
  std::atomic<Duration::rep> open_until{0};
  /// The breaker's source of time; must outlive the core.
  const Clock* const clock;
  /// The counters of threads that own a place.
  PerThread<Tally> tallies;
  /// The counters of all other threads, which increment them atomically.
  CallTally shared;
};

/// Increments a counter that only the calling thread changes. This is a release store, so that a
/// reader who sees the end of a call also sees its start.
inline void add_one(std::atomic<std::uint64_t>& counter) noexcept {
  counter.store(counter.load(std::memory_order_relaxed) + 1, std::memory_order_release);
}

/// Increments a counter for a thread that has no tally here yet. Allocates a tally if the thread
/// starts a call; if that fails, increments the shared counters.
void count_elsewhere(BreakerCore& core, std::atomic<std::uint64_t> CallTally::*counter) noexcept;

/// Increments a counter for the calling thread.
inline void count(BreakerCore& core, std::atomic<std::uint64_t> CallTally::*counter) noexcept {
  if (Tally* const tally = core.tallies.find(assigned_place)) [[likely]] {
    add_one(tally->*counter);
  } else {
    count_elsewhere(core, counter);
  }
}

/// The sum over all threads; exact while no thread is counting.
[[nodiscard]] inline std::uint64_t sum(const BreakerCore& core,
                                       std::atomic<std::uint64_t> CallTally::*counter) noexcept {
  std::uint64_t total = (core.shared.*counter).load(std::memory_order_acquire);
  core.tallies.for_each(
      [&](const Tally& tally) { total += (tally.*counter).load(std::memory_order_acquire); });
  return total;
}

}  // namespace circuitbreaker::detail
