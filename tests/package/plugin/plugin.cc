// A plugin that uses its host's breaker.

#include <circuitbreaker/circuit_breaker.h>

extern "C" void make_calls(circuitbreaker::CircuitBreaker& breaker, int count) {
  for (int i = 0; i < count; ++i) (void)breaker.call([] {});
}
