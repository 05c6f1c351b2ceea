// Two seconds for a call with all its retries. The function is told its deadline.

#include "circuitbreaker/time_limit.h"

#include <chrono>
#include <iostream>
#include <string>

#include "circuitbreaker/pipeline.h"
#include "circuitbreaker/retry.h"

int main() {
  using namespace circuitbreaker;
  using namespace std::chrono_literals;
  ManualClock clock;
  const ManualSleeper sleeper(clock);
  TimeLimit limit(2s, clock);
  Retry retry({.max_attempts = 10, .jitter = Jitter::none}, sleeper);

  int attempts = 0;
  const auto answer = pipeline(limit, retry).call([&](const CallContext&) {
    ++attempts;
    clock.advance(400ms);
    return expected<int, std::string>(unexpected<std::string>("too slow"));
  });
  std::cout << attempts << " attempts in 2 s: " << *error_of(answer) << '\n';
  return answer ? 1 : 0;
}
