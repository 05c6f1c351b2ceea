#include "circuitbreaker/sleeper.h"

#include <condition_variable>
#include <mutex>

#include "circuitbreaker/deadline.h"

namespace circuitbreaker {
namespace {

class ThreadSleeper final : public Sleeper {
 public:
  bool sleep(Duration length, const std::stop_token& stop) const override {
    std::mutex mutex;
    std::condition_variable_any stopped;
    std::unique_lock lock(mutex);
    const auto never = [] { return false; };
    const TimePoint end = detail::saturating_add(steady_clock().now(), length);
    if (end == TimePoint::max()) {
      stopped.wait(lock, stop, never);
    } else {
      stopped.wait_until(lock, stop, end, never);
    }
    return !stop.stop_requested();
  }
};

}  // namespace

const Sleeper& thread_sleeper() noexcept {
  static const ThreadSleeper sleeper;
  return sleeper;
}

bool ManualSleeper::sleep(Duration length, const std::stop_token& stop) const {
  if (stop.stop_requested()) return false;
  clock_.advance(length);
  return !stop.stop_requested();
}

}  // namespace circuitbreaker
