// A call that begins and ends in different places, here on different threads.

#include <iostream>
#include <thread>
#include <utility>

#include "circuitbreaker/circuit_breaker.h"

int main() {
  circuitbreaker::CircuitBreaker breaker("payments");
  auto permit = breaker.try_acquire();
  if (!permit) return 1;
  std::thread completion([ending = std::move(*permit)]() mutable { ending.success(); });
  completion.join();
  std::cout << breaker.calls().success << " success\n";
}
