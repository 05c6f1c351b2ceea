// An observer that prints every call, rejection and retry.

#include <iostream>
#include <string>
#include <string_view>

#include "circuitbreaker/circuit_breaker.h"
#include "circuitbreaker/pipeline.h"
#include "circuitbreaker/retry.h"

namespace {

using namespace circuitbreaker;

class CallPrinter final : public PolicyObserver {
 public:
  void call_ended(std::string_view breaker, Verdict verdict, Duration) noexcept override {
    std::cout << breaker << ": " << to_string(verdict) << '\n';
  }
  void retry_scheduled(std::uint32_t attempt, Duration) noexcept override {
    std::cout << "attempt " << attempt << " failed, retrying\n";
  }
};

}  // namespace

int main() {
  CallPrinter printer;
  ManualClock clock;
  const ManualSleeper sleeper(clock);
  CircuitBreaker breaker("database", {}, clock);
  Retry retry({}, sleeper);
  breaker.set_observer(&printer);
  retry.set_observer(&printer);
  int calls = 0;
  const auto rows = pipeline(retry, breaker).call([&]() -> expected<int, std::string> {
    if (++calls == 1) return unexpected<std::string>("down");
    return 3;
  });
  return rows ? 0 : 1;
}
