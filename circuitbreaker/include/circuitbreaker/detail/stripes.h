#pragma once
/// Counters that threads do not share: not part of the public interface.
///
///     detail::count(stripes, &detail::Tally::started);
///
/// The first `kStripes` threads of the process each own a stripe and count with a plain load and
/// store; later ones share the stripes and pay for an atomic addition. A thread's stripe is the
/// same in every breaker and is passed on when the thread ends.

#include <atomic>
#include <cstdint>

namespace circuitbreaker::detail {

struct Tally {
  std::atomic<std::uint64_t> started{0};
  std::atomic<std::uint64_t> success{0};
  std::atomic<std::uint64_t> rejected{0};
};

struct alignas(64) Stripe {
  Tally owned;
  Tally shared;
};
static_assert(sizeof(Stripe) == 64);

inline constexpr unsigned kStripes = 8;

/// 0: not asked yet. 1 to `kStripes`: the owner of that stripe. Above: a sharer.
inline constinit thread_local unsigned thread_place = 0;
[[nodiscard]] unsigned assign_thread_place() noexcept;

/// Adds one. A release, so that who reads an ended call has also read its start.
inline void count(Stripe* stripes, std::atomic<std::uint64_t> Tally::*counter) noexcept {
  unsigned place = thread_place;
  if (place == 0) [[unlikely]]
    place = assign_thread_place();
  if (place <= kStripes) [[likely]] {
    auto& mine = stripes[place - 1].owned.*counter;
    mine.store(mine.load(std::memory_order_relaxed) + 1, std::memory_order_release);
  } else {
    (stripes[place % kStripes].shared.*counter).fetch_add(1, std::memory_order_release);
  }
}

/// The sum over all threads: exact when nobody is counting.
[[nodiscard]] inline std::uint64_t sum(const Stripe* stripes,
                                       std::atomic<std::uint64_t> Tally::*counter) noexcept {
  std::uint64_t total = 0;
  for (unsigned i = 0; i < kStripes; ++i) {
    total += (stripes[i].owned.*counter).load(std::memory_order_acquire);
    total += (stripes[i].shared.*counter).load(std::memory_order_acquire);
  }
  return total;
}

}  // namespace circuitbreaker::detail
