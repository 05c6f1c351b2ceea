#include "circuitbreaker/clock.h"

namespace circuitbreaker {
namespace {

class SteadyClock final : public Clock {
 public:
  [[nodiscard]] TimePoint now() const noexcept override { return std::chrono::steady_clock::now(); }
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
