// Substitutes for answers, for one call and by the name of the breaker.

#include "circuitbreaker/fallback.h"

#include <iostream>

#include "circuitbreaker/circuit_breaker.h"
#include "circuitbreaker/pipeline.h"

int main() {
  using namespace circuitbreaker;
  CircuitBreaker breaker("prices");
  breaker.force_open("example");

  Fallback last_known([](const Rejected&) { return 251; });
  std::cout << *pipeline(last_known, breaker).call([] { return 252; }) << '\n';

  FallbackByBreaker<int> fallbacks;
  fallbacks.set("prices", [](const Rejected&) { return 250; });
  std::cout << *pipeline(fallbacks, breaker).call([] { return 252; }) << '\n';
  std::cout << last_known.count() + fallbacks.count() << " substitutes\n";
}
