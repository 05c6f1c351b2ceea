/// Feeds the classifier whatever libFuzzer comes up with; the first byte picks function and status.

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "stockclient/wire/classify.h"
#include "tests/stockclient/wire/answer_invariants.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace stockclient;
  if (size == 0) return 0;
  const auto function = static_cast<Function>(data[0] % kFunctionCount);
  const Query query{function, function == Function::market_status ? "" : "ACME"};
  // A status other than 200 never looks at the body, so it is asked for rarely.
  const TransportResponse response{data[0] >= 0xF8 ? 503 : 200,
                                   std::string(reinterpret_cast<const char*>(data) + 1, size - 1),
                                   std::nullopt};
  const std::string broken = testing::broken_invariant(query, classify(query, response));
  if (!broken.empty()) {
    std::fprintf(stderr, "broken invariant: %s\n", broken.c_str());
    std::abort();
  }
  return 0;
}
