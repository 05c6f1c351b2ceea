// A classifier decides which responses are the dependency's fault.

#include <iostream>

#include "circuitbreaker/circuit_breaker.h"

namespace {

struct Response {
  int status;
};

}  // namespace

int main() {
  using circuitbreaker::Verdict;
  circuitbreaker::CircuitBreaker breaker("api");
  const auto guarded = breaker.when([](const Response& response) {
    return response.status >= 500 ? Verdict::failure : Verdict::success;
  });
  for (int i = 0; i < 9; ++i) (void)guarded.call([] { return Response{404}; });
  std::cout << "after nine 404s: " << to_string(breaker.snapshot().state) << '\n';
  for (int i = 0; i < 5; ++i) (void)guarded.call([] { return Response{503}; });
  std::cout << "after five 503s: " << to_string(breaker.snapshot().state) << '\n';
}
