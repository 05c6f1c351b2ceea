// Health checks open a breaker before a caller notices, and let probes through once they pass
// again.

#include "circuitbreaker/health_checker.h"

#include <iostream>

int main() {
  using namespace circuitbreaker;
  CircuitBreaker breaker("database");
  bool up = false;
  HealthChecker checker([&](const CallContext&) { return up; }, breaker);
  // checker.start() would check every 15 seconds on a thread of its own.
  for (int i = 0; i < 3; ++i) checker.check_now();
  std::cout << "after three failed checks: " << to_string(breaker.snapshot().state) << '\n';
  up = true;
  for (int i = 0; i < 2; ++i) checker.check_now();
  std::cout << "after two good ones: " << to_string(breaker.snapshot().state) << '\n';
}
