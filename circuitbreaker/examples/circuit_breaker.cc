// A dependency that throws: after five failures in a row nobody calls it any more.

#include "circuitbreaker/circuit_breaker.h"

#include <iostream>
#include <stdexcept>
#include <string>

namespace {

std::string query_database() {
  throw std::runtime_error("connection refused");
}

}  // namespace

int main() {
  circuitbreaker::CircuitBreaker breaker("database");
  for (int i = 1; i <= 7; ++i) {
    try {
      const auto rows = breaker.call(query_database);
      if (rows) {
        std::cout << *rows << '\n';
      } else {
        std::cout << i << ": not called, " << rows.error().breaker.view() << " is "
                  << to_string(rows.error().reason) << " (" << rows.error().last_failure.view()
                  << ")\n";
      }
    } catch (const std::runtime_error& error) {
      std::cout << i << ": " << error.what() << '\n';
    }
  }
  return breaker.is_healthy() ? 1 : 0;
}
