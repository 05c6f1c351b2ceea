// The system's boot-time clock.

#include "stockclient/time/boot_clock.h"

#include <ctime>

#include <gtest/gtest.h>

namespace stockclient {
namespace {

BootTime read_boottime() {
  timespec time{};
  ::clock_gettime(CLOCK_BOOTTIME, &time);
  return BootTime(std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec));
}

TEST(BootClock, ReadsTheClockThatCountsSuspendedTime) {
  const BootTime before = read_boottime();
  const BootTime now = system_boot_clock().now();
  EXPECT_LE(before, now);
  EXPECT_LE(now, read_boottime());
}

}  // namespace
}  // namespace stockclient
