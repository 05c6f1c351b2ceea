/// An upstream that hangs or is slow: no caller waits for the upstream's timeouts.

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/integration/world.h"

namespace integration {
namespace {

using test_support::eventually;
using test_support::HttpCall;
using Clock = std::chrono::steady_clock;

constexpr int kBulkhead = 16;
constexpr int kHalfOpenMaxCalls = 3;
constexpr int kUpstreamTimeoutMs = 2000;

class IntegrationHang : public testing::Test {
 protected:
  void SetUp() override {
    for (const std::string& symbol : popular_) ASSERT_EQ(world_.quote(symbol).status, 200);
    world_.set_mode("hang");
  }

  /// Checks that a request for a known symbol is answered immediately, whatever the upstream does.
  void ask_for_what_is_popular() const {
    for (const std::string& symbol : popular_) {
      const HttpResponse response = world_.quote(symbol);
      EXPECT_EQ(response.status, 200) << response.body;
      EXPECT_EQ(response.header("X-Cache"), "HIT");
      EXPECT_LT(response.took, bound(kUpstreamTimeoutMs));
    }
  }

  [[nodiscard]] std::vector<HttpResponse> ask_for_unknown(int count) const {
    std::vector<HttpCall> calls;
    for (int i = 0; i < count; ++i) {
      calls.emplace_back(world_.service_port(), "GET", "/stocks/COLD" + std::to_string(i));
    }
    ask_for_what_is_popular();
    std::vector<HttpResponse> responses;
    responses.reserve(calls.size());
    for (HttpCall& call : calls) responses.push_back(call.response());
    return responses;
  }

  void open_by_hanging() const {
    static_cast<void>(ask_for_unknown(64));
    ASSERT_NE(world_.breaker_state(), "closed");
  }

  const std::vector<std::string> popular_{"IBM", "MSFT", "AAPL", "TSCO.LON"};
  // Popular symbols stay fresh, so that none of their refreshes can serve as a probe.
  const World world_{
      {.service_args = {"--fresh-ttl", "1h", "--max-wait", ms(6000),  //
                        "--upstream-timeout", ms(kUpstreamTimeoutMs), "--open-timeout", ms(1000)}}};
};

TEST_F(IntegrationHang, UnknownSymbolsWaitUntilTheBreakerOpensRatherThanForTheTimeout) {
  const int before = world_.upstream_calls();
  for (const HttpResponse& response : ask_for_unknown(64)) {
    EXPECT_EQ(response.status, 503) << response.body;
    EXPECT_EQ(json::parse(response.body).at("code"), "circuit_open");
    EXPECT_FALSE(response.header("Retry-After").empty());
    EXPECT_LT(response.took, bound(kUpstreamTimeoutMs));
  }
  const json breaker = world_.breaker();
  EXPECT_EQ(breaker.at("transitions").at("closedToOpen"), 1);
  EXPECT_THAT(breaker.at("reason").get<std::string>(), testing::HasSubstr("slow"));
  EXPECT_LE(world_.upstream_calls() - before, kBulkhead + 5);
}

TEST_F(IntegrationHang, EachOpenIntervalCostsAtMostTheProbesAllowed) {
  ASSERT_NO_FATAL_FAILURE(open_by_hanging());
  const int until_open = world_.upstream_calls();
  ASSERT_TRUE(eventually(
      [&] {
        ask_for_what_is_popular();
        // The calls are read first, so that an interval that begins between the two readings can
        // only raise the limit, never the number of calls that is compared with it.
        const int probes = world_.upstream_calls() - until_open;
        const json transitions = world_.breaker().at("transitions");
        EXPECT_LE(probes, transitions.at("openToHalfOpen").get<int>() * kHalfOpenMaxCalls);
        return transitions.at("halfOpenToOpen").get<int>() >= 2;
      },
      bound(20'000)));
  EXPECT_GT(world_.upstream_calls(), until_open) << "fresh values are asked for again as probes";
}

TEST_F(IntegrationHang, ClosesSoonAfterTheRecoveryAlthoughAllPopularSymbolsAreCached) {
  ASSERT_NO_FATAL_FAILURE(open_by_hanging());
  ask_for_what_is_popular();
  json open;
  ASSERT_TRUE(eventually([&] {
    open = world_.breaker();
    return open.at("state") == "open" && !open.at("retryAfterSeconds").is_null();
  }));
  world_.set_mode("ok");
  const auto healed = Clock::now();
  ASSERT_TRUE(eventually([&] {
    ask_for_what_is_popular();
    return world_.breaker_state() == "closed";
  }));
  EXPECT_LE(Clock::now() - healed, std::chrono::seconds(open.at("retryAfterSeconds").get<int>()) +
                                       bound(kUpstreamTimeoutMs) + std::chrono::seconds(2));
}

/// Requests twenty unknown symbols in parallel; all calls succeed.
void ask_slowly(const World& world, const std::string& latency) {
  world.set_mode(R"({"mode":"slow","latency":")" + latency + "\"}");
  std::vector<HttpCall> calls;
  for (int i = 0; i < 20; ++i) {
    calls.emplace_back(world.service_port(), "GET", "/stocks/SLOW" + std::to_string(i));
  }
  for (HttpCall& call : calls) static_cast<void>(call.response());
}

// By default a call counts as slow after two fifths of the upstream timeout: 800 ms here.
const WorldOptions kSlow{.service_args = {"--upstream-timeout", ms(2000), "--max-wait", ms(6000)}};

TEST(IntegrationSlow, TwiceTheSlowCallDurationOpensTheBreakerAlthoughEveryCallSucceeds) {
  const World world(kSlow);
  ask_slowly(world, ms(1600));
  ASSERT_TRUE(eventually([&] { return world.upstream_calls_in_flight() == 0; }));
  const json breaker = world.breaker();
  EXPECT_EQ(breaker.at("transitions").at("closedToOpen"), 1);
  EXPECT_EQ(breaker.at("calls").at("failure"), 0);
  EXPECT_EQ(breaker.at("calls").at("timeout"), 0);
}

TEST(IntegrationSlow, HalfTheSlowCallDurationLeavesItClosed) {
  const World world(kSlow);
  ask_slowly(world, ms(400));
  EXPECT_EQ(world.breaker().at("transitions").at("closedToOpen"), 0);
  EXPECT_EQ(world.breaker_state(), "closed");
}

TEST(IntegrationSlow, TheSlowCallRuleIsConfigurable) {
  const test_support::TemporaryFolder folder;
  const auto with = [&](const std::string& rule) {
    const std::string file =
        folder.write("service.yaml", "circuit_breaker: {alpha_vantage: {" + rule + "}}\n");
    WorldOptions options = kSlow;
    options.service_args.insert(options.service_args.end(),
                                {"--config", file, "--open-timeout", "60s"});
    return options;
  };
  {
    const World off(with("slow_call_rate: 0"));
    ask_slowly(off, ms(1600));
    EXPECT_EQ(off.breaker_state(), "closed");
  }
  const World strict(with("slow_call_duration: " + ms(100)));
  ask_slowly(strict, ms(400));
  EXPECT_EQ(strict.breaker_state(), "open");
}

}  // namespace
}  // namespace integration
