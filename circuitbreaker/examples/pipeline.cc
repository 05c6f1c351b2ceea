// Policies combined into one, kept in a class that does not show their types.

#include <chrono>
#include <iostream>
#include <memory>
#include <string>
#include <utility>

#include "circuitbreaker/circuitbreaker.h"

namespace {

using circuitbreaker::expected;

class PriceClient {
 public:
  using Answer = expected<int, std::string>;

  explicit PriceClient(circuitbreaker::AnyPolicy<Answer> policy) : policy_(std::move(policy)) {}

  [[nodiscard]] int price() const {
    return policy_.call([]() -> Answer { return 251; }).value_or(0);
  }

 private:
  circuitbreaker::AnyPolicy<Answer> policy_;
};

}  // namespace

int main() {
  using namespace circuitbreaker;
  using namespace std::chrono_literals;
  auto breaker = std::make_shared<CircuitBreaker>("prices");
  // Outermost first. The pipeline owns its policies.
  const PriceClient client(pipeline(TimeLimit(2s), Retry(RetrySettings::standard()), breaker,
                                    std::make_unique<Bulkhead>()));
  std::cout << client.price() << ", " << breaker->calls().success << " call\n";
}
