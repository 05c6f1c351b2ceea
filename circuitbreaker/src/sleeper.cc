#include "circuitbreaker/sleeper.h"

#include <condition_variable>
#include <mutex>

namespace circuitbreaker {
namespace {

class ThreadSleeper final : public Sleeper {
 public:
  bool sleep(Duration length, const std::stop_token& stop) const override {
    std::mutex mutex;
    std::condition_variable_any stopped;
    std::unique_lock lock(mutex);
    stopped.wait_for(lock, stop, length, [] { return false; });
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
