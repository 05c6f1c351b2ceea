// Uses every part of the library in a program without exceptions and run-time type information.

#include <circuitbreaker/circuitbreaker.h>
#include <string>

namespace cb = circuitbreaker;

int main() {
  cb::CircuitBreaker breaker("database");
  cb::Retry retry({.max_attempts = 2, .initial_delay = cb::Duration(0)});
  cb::Bulkhead bulkhead;
  cb::Fallback fallback([](const auto&) { return 7; });
  const cb::AnyPolicy<cb::expected<int, std::string>> guarded =
      cb::pipeline(fallback, retry,
                   breaker.when([](const std::string&) { return cb::Verdict::failure; }), bulkhead);
  const auto answer = guarded.call(
      []() -> cb::expected<int, std::string> { return cb::unexpected<std::string>("down"); });
  return *answer == 7 && breaker.calls().failure == 2 ? 0 : 1;
}
