#include "circuitbreaker/detail/thread_place.h"

#include <bitset>
#include <mutex>

#include "circuitbreaker/detail/core.h"

namespace circuitbreaker::detail {
namespace {

using Places = PerThread<char>;

constinit std::mutex places_mutex;
constinit std::bitset<kOwnedPlaces> taken;

std::uint32_t take_place() noexcept {
  const std::lock_guard lock(places_mutex);
  std::uint32_t place = 0;
  while (place < kOwnedPlaces && taken.test(place)) ++place;
  if (place < kOwnedPlaces) taken.set(place);
  return place;
}

// Owns the thread's place.
struct PlaceHolder {
  PlaceHolder() noexcept : place(take_place()) { assigned_place = Places::position(place); }
  // Destructors of thread-local objects may still make calls after this; they use the shared
  // counters.
  ~PlaceHolder() {
    assigned_place = Places::kNowhere;
    if (place >= kOwnedPlaces) return;
    const std::lock_guard lock(places_mutex);
    taken.reset(place);
  }
  PlaceHolder(const PlaceHolder&) = delete;
  PlaceHolder& operator=(const PlaceHolder&) = delete;

  const std::uint32_t place;
};

}  // namespace

BlockPosition thread_place() noexcept {
  thread_local const PlaceHolder holder;
  static_cast<void>(holder);
  return assigned_place;
}

void count_elsewhere(BreakerCore& core, std::atomic<std::uint64_t> CallTally::*counter) noexcept {
  const BlockPosition place = thread_place();
  // Only admissions allocate; a rejection never does.
  Tally* const tally =
      counter == &Tally::started ? core.tallies.grow_to(place) : core.tallies.find(place);
  if (tally != nullptr) {
    add_one(tally->*counter);
  } else {
    (core.shared.*counter).fetch_add(1, std::memory_order_release);
  }
}

}  // namespace circuitbreaker::detail
