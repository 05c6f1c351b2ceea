#include "stockclient/time/boot_clock.h"

#include <ctime>

namespace stockclient {
namespace {

class SystemBootClock final : public BootClock {
 public:
  [[nodiscard]] BootTime now() const noexcept override {
    timespec time{};
    // Cannot fail: the clock has existed since Linux 2.6.39.
    ::clock_gettime(CLOCK_BOOTTIME, &time);
    return BootTime(std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec));
  }
};

}  // namespace

const BootClock& system_boot_clock() noexcept {
  static const SystemBootClock clock;
  return clock;
}

}  // namespace stockclient
