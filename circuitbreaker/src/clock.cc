#include "circuitbreaker/clock.h"

#include <ctime>

#include "circuitbreaker/deadline.h"

namespace circuitbreaker {
namespace {

class SteadyClock final : public Clock {
 public:
  [[nodiscard]] TimePoint now() const noexcept override {
#if defined(__linux__) && defined(__GLIBCXX__)
    // libstdc++'s steady_clock reads the same clock, but through two more function calls.
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
  if (by <= Duration::zero()) return;
  Duration::rep now = now_.load(std::memory_order_relaxed);
  Duration::rep then = 0;
  do {
    then = detail::saturating_add(TimePoint(Duration(now)), by).time_since_epoch().count();
  } while (!now_.compare_exchange_weak(now, then, std::memory_order_acq_rel));
}

}  // namespace circuitbreaker
