#include "circuitbreaker/detail/stripes.h"

#include <mutex>

namespace circuitbreaker::detail {
namespace {

constinit std::mutex places_mutex;
constinit bool taken[kStripes + 1] = {};
constinit unsigned next_sharer = 0;

// Gives an owned stripe to the next thread. What this thread still counts while its other
// thread-local objects are destroyed goes to the shared half.
struct PlaceHolder {
  ~PlaceHolder() {
    if (thread_place == 0 || thread_place > kStripes) return;
    const std::lock_guard lock(places_mutex);
    taken[thread_place] = false;
    thread_place += kStripes;
  }
};

}  // namespace

unsigned assign_thread_place() noexcept {
  thread_local const PlaceHolder holder;
  static_cast<void>(holder);
  const std::lock_guard lock(places_mutex);
  for (unsigned place = 1; place <= kStripes; ++place) {
    if (!taken[place]) {
      taken[place] = true;
      return thread_place = place;
    }
  }
  next_sharer = (next_sharer + 1) % kStripes;
  return thread_place = kStripes + 1 + next_sharer;
}

}  // namespace circuitbreaker::detail
