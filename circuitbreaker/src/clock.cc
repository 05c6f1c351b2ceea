#include "circuitbreaker/clock.h"

#include <ctime>

namespace circuitbreaker {
namespace {

class SteadyClock final : public Clock {
 public:
  [[nodiscard]] TimePoint now() const noexcept override {
#if defined(__linux__) && defined(__GLIBCXX__)
    // What libstdc++'s steady_clock reads, without its two calls in between.
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return TimePoint(std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec));
#else
    return std::chrono::steady_clock::now();
#endif
  }
};

}  // namespace

const Clock& steady_clock() noexcept {
  static const SteadyClock clock;
  return clock;
}

TimePoint ManualClock::now() const noexcept {
  return TimePoint(Duration(now_.load(std::memory_order_acquire)));
}

void ManualClock::advance(Duration by) noexcept {
  now_.fetch_add(by.count(), std::memory_order_acq_rel);
}

}  // namespace circuitbreaker
