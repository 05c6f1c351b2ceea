// At most two simultaneous calls; a third caller is rejected.

#include "circuitbreaker/bulkhead.h"

#include <iostream>

int main() {
  circuitbreaker::Bulkhead bulkhead({.max_calls = 2});
  const auto first = bulkhead.try_acquire();
  const auto second = bulkhead.try_acquire();
  const auto answer = bulkhead.call([] { return 42; });
  if (!answer) std::cout << "third caller: " << to_string(answer.error().reason) << '\n';
  return answer ? 1 : 0;
}
