// One breaker per host, in bounded memory.

#include "circuitbreaker/registry.h"

#include <iostream>
#include <string>

int main() {
  using namespace circuitbreaker;
  Registry registry({.max_breakers = 2, .on_evicted = [](const Snapshot& last) {
                       std::cout << "evicted " << last.name << " after " << last.calls.total()
                                 << " calls\n";
                     }});
  for (const std::string host : {"a.example", "b.example", "c.example"}) {
    if (const auto breaker = registry.get(host)) (void)breaker->call([] {});
  }
  std::cout << registry.statistics().calls.success << " calls in all\n";
}
