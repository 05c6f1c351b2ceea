// Transfers with libcurl through a breaker: nothing listens on the port, so the breaker opens.

#include <iostream>
#include <memory>

#include "circuitbreaker/adapters/curl.h"
#include "circuitbreaker/circuit_breaker.h"

int main() {
  using namespace circuitbreaker;
  curl_global_init(CURL_GLOBAL_DEFAULT);
  const std::unique_ptr<CURL, void (*)(CURL*)> handle(curl_easy_init(), &curl_easy_cleanup);
  curl_easy_setopt(handle.get(), CURLOPT_URL, "http://127.0.0.1:1/");
  curl_easy_setopt(handle.get(), CURLOPT_NOPROXY, "*");

  CircuitBreaker breaker("quotes");
  const auto guarded = breaker.when(CurlClassifier());
  for (int i = 1; i <= 6; ++i) {
    const auto outcome =
        guarded.call([&](const CallContext& context) { return perform(handle.get(), context); });
    if (outcome) {
      std::cout << i << ": " << outcome->error() << '\n';
    } else {
      std::cout << i << ": not called, " << outcome.error().last_failure.view() << '\n';
    }
  }
  return breaker.is_healthy() ? 1 : 0;
}
