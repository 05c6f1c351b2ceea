// Five calls per second and bursts of ten.

#include "circuitbreaker/rate_limiter.h"

#include <chrono>
#include <iostream>

int main() {
  circuitbreaker::ManualClock clock;
  circuitbreaker::RateLimiter limiter({.per_second = 5, .burst = 10}, clock);
  int admitted = 0;
  while (limiter.try_acquire()) ++admitted;
  const auto wait = std::chrono::duration_cast<std::chrono::milliseconds>(limiter.wait_time());
  std::cout << admitted << " calls, the next one in " << wait.count() << " ms\n";
}
