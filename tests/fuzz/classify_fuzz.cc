/// Feeds the classifier the inputs that libFuzzer generates; the first byte picks the function and
/// the status.

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "stockclient/wire/classify.h"
#include "tests/stockclient/wire/answer_invariants.h"
#include "tests/stockclient/wire/answer_time.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace stockclient;
  if (size == 0) return 0;
  const auto function = static_cast<Function>(data[0] % kFunctionCount);
  const Query query{function, function == Function::market_status ? "" : "ACME"};
  // The body of a status other than 200 is never read, so such a status is rare.
  const TransportResponse response{data[0] >= 0xF8 ? 503 : 200,
                                   std::string(reinterpret_cast<const char*>(data) + 1, size - 1),
                                   std::nullopt};
  const std::string broken =
      testing::broken_invariant(query, classify(query, response, testing::kAnswerTime).result);
  if (!broken.empty()) {
    std::fprintf(stderr, "broken invariant: %s\n", broken.c_str());
    std::abort();
  }
  return 0;
}
