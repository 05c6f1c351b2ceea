/// Many simultaneous requests: hanging calls block no other request, calls for different missing
/// values run in parallel, and requests for the same missing value cause a single call.

#include <algorithm>
#include <csignal>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/integration/world.h"

namespace integration {
namespace {

using test_support::eventually;
using test_support::HttpCall;

std::vector<HttpCall> ask_simultaneously(const World& world, int count, const std::string& symbol,
                                         bool distinct) {
  std::vector<HttpCall> calls;
  for (int i = 0; i < count; ++i) {
    const std::string target = "/stocks/" + symbol + (distinct ? std::to_string(i) : "");
    calls.emplace_back(world.service_port(), "GET", target);
  }
  return calls;
}

/// Far less than the minute that the hanging calls take, even on a busy machine.
std::chrono::milliseconds prompt_limit() {
  return bound(5000);
}

/// The median of several attempts, so that a single delay on a busy machine does not fail the test.
std::chrono::nanoseconds usual_latency(const World& world, const char* target) {
  std::vector<std::chrono::nanoseconds> taken;
  for (int i = 0; i < 5; ++i) {
    const HttpResponse response = world.get(target);
    EXPECT_EQ(response.status, 200) << target;
    taken.push_back(response.took);
  }
  std::sort(taken.begin(), taken.end());
  return taken[taken.size() / 2];
}

TEST(IntegrationCrowd, SixtyFourHangingCallsDelayNobodyElse) {
  World world({.service_args = {"--upstream-timeout", "60s", "--max-wait", "60s"}});
  ASSERT_EQ(world.quote("IBM").status, 200);
  world.set_mode("hang");
  const std::vector<HttpCall> hanging = ask_simultaneously(world, 64, "COLD", true);
  constexpr int kShare = 12;  // three quarters of the bulkhead of 16
  ASSERT_TRUE(eventually([&] { return world.upstream_calls_in_flight() >= kShare; }));
  // The values are fresh at first and stale later. Requests for them never wait for the hanging
  // calls.
  for (int round = 0; round < 3; ++round) {
    EXPECT_LT(usual_latency(world, "/circuit-breaker"), prompt_limit());
    EXPECT_LT(usual_latency(world, "/metrics"), prompt_limit());
    EXPECT_LT(usual_latency(world, "/stocks/IBM"), prompt_limit());
    EXPECT_LT(usual_latency(world, "/health"), prompt_limit());
  }
  EXPECT_TRUE(eventually([&] {
    const HttpResponse response = world.quote("IBM");
    EXPECT_LT(response.took, prompt_limit());
    return json::parse(response.body).at("stale") == true;
  }));
  world.service().signal(SIGTERM);
  EXPECT_EQ(world.service().wait_for_exit(), 0) << world.service().err();
}

TEST(IntegrationCrowd, ThirtyTwoUnknownSymbolsAreFetchedInParallel) {
  const World world({.simulator_args = {"--latency", "300ms"},
                     .service_args = {"--upstream-timeout", "10s", "--max-wait", "10s"}});
  const auto start = std::chrono::steady_clock::now();
  for (HttpCall& call : ask_simultaneously(world, 32, "COLD", true)) {
    EXPECT_EQ(call.response().status, 200);
  }
  EXPECT_LT(std::chrono::steady_clock::now() - start, bound(32 * 300 / 2)) << "one by one, at best";
  EXPECT_EQ(world.upstream_calls(), 32);
}

TEST(IntegrationCrowd, TwoHundredRequestsForOneUnknownSymbolAreOneCall) {
  // Slow enough that all requests arrive before the answer.
  const World world({.simulator_args = {"--latency", ms(300)},
                     .service_args = {"--upstream-timeout", "20s", "--fresh-ttl", "1m"}});
  for (HttpCall& call : ask_simultaneously(world, 200, "COLD", false)) {
    const HttpResponse response = call.response();
    EXPECT_EQ(response.status, 200) << response.body;
    EXPECT_EQ(json::parse(response.body).at("symbol"), "COLD");
  }
  EXPECT_EQ(world.upstream_calls(), 1);
}

TEST(IntegrationCrowd, EveryWaiterGetsTheOutcomeOfAFailedCall) {
  const World world({.service_args = {"--upstream-timeout", "20s", "--max-wait", "20s"}});
  world.set_mode(R"({"mode":"premium","latency":")" + ms(300) + "\"}");
  for (HttpCall& call : ask_simultaneously(world, 200, "COLD", false)) {
    EXPECT_EQ(call.response().status, 501);
  }
  EXPECT_EQ(world.upstream_calls(), 1);
}

}  // namespace
}  // namespace integration
