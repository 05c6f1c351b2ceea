/// The effect of every setting of the stock client on the running service. Each test fails if its
/// setting does not reach the component that it configures.

#include <ctime>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/integration/world.h"

namespace integration {
namespace {

using test_support::eventually;
using test_support::HttpCall;

WorldOptions with(std::vector<std::string> args) {
  return {.service_args = std::move(args)};
}

std::string cache_result(const World& world, const std::string& target) {
  return world.get(target).header("X-Cache");
}

/// Makes callers wait for the refresh of a stale value; nothing is refreshed in the background.
const std::vector<std::string> kWaiting{"--stale-while-revalidate", "1ms", "--stale-wait", "20s"};

struct Lifetime {
  const char* flag;
  const char* target;
};
class Lifetimes : public testing::TestWithParam<Lifetime> {};

TEST_P(Lifetimes, DecidesHowLongAnAnswerIsFresh) {
  const auto [flag, target] = GetParam();
  const World young(with({"--stale-while-revalidate", "1h", flag, "1ms"}));
  EXPECT_EQ(cache_result(young, target), "MISS");
  EXPECT_TRUE(eventually([&] { return cache_result(young, target) == "STALE"; }));
  const World old(with({"--fresh-ttl", "1ms", "--history-ttl", "1ms", "--search-ttl", "1ms",  //
                        "--negative-ttl", "1ms", flag, "1h"}));
  EXPECT_EQ(cache_result(old, target), "MISS");
  for (int i = 0; i < 3; ++i) EXPECT_EQ(cache_result(old, target), "HIT");
}

INSTANTIATE_TEST_SUITE_P(IntegrationSettings, Lifetimes,
                         testing::Values(Lifetime{"--fresh-ttl", "/stocks/IBM"},
                                         Lifetime{"--history-ttl", "/stocks/IBM/history"},
                                         Lifetime{"--search-ttl", "/search?q=tesco"}),
                         [](const auto& each) {
                           return std::string(each.param.flag).substr(2, 5);
                         });

TEST(IntegrationClientSettings, EntitlementIsSentWithQuotes) {
  const World delayed(with({"--entitlement", "delayed"}));
  EXPECT_EQ(json::parse(delayed.quote("IBM").body).at("delay"), "delayed_15min");
  const World none;
  EXPECT_EQ(json::parse(none.quote("IBM").body).at("delay"), nullptr);
}

TEST(IntegrationClientSettings, NegativeTtlDecidesHowLongAnUnknownSymbolIsRemembered) {
  const World brief(with({"--negative-ttl", "1ms"}));
  EXPECT_TRUE(eventually([&] {
    EXPECT_EQ(brief.quote("UNKNOWN1").status, 404);
    return brief.upstream_calls() >= 2;
  }));
  const World lasting(with({"--negative-ttl", "1h"}));
  for (int i = 0; i < 5; ++i) EXPECT_EQ(lasting.quote("UNKNOWN1").status, 404);
  EXPECT_EQ(lasting.upstream_calls(), 1);
}

TEST(IntegrationClientSettings, StaleWhileRevalidateDecidesWhetherCallersWaitForARefresh) {
  const World revalidating(
      with({"--fresh-ttl", "1ms", "--stale-while-revalidate", "1h", "--stale-wait", "20s"}));
  EXPECT_EQ(revalidating.quote("IBM").status, 200);
  EXPECT_TRUE(eventually([&] {
    return json::parse(revalidating.quote("IBM").body).at("staleReason") == "revalidating";
  }));
  std::vector<std::string> args{"--fresh-ttl", "1ms"};
  args.insert(args.end(), kWaiting.begin(), kWaiting.end());
  const World waits(with(args));
  EXPECT_EQ(waits.quote("IBM").status, 200);
  EXPECT_TRUE(eventually([&] { return waits.quote("IBM").header("X-Cache") == "MISS"; }));
}

TEST(IntegrationClientSettings, StaleWaitLimitsTheWaitForARefresh) {
  const World world(with({"--fresh-ttl", "1ms", "--stale-while-revalidate", "1ms", "--stale-wait",
                          "1ms", "--upstream-timeout", "60s", "--max-wait", "60s"}));
  EXPECT_EQ(world.quote("IBM").status, 200);
  world.set_mode("hang");
  EXPECT_TRUE(eventually([&] {
    const HttpResponse response = world.quote("IBM");
    EXPECT_LT(response.took, std::chrono::seconds(10));
    return json::parse(response.body).at("stale") == true;
  }));
}

TEST(IntegrationClientSettings, StaleIfErrorLimitsTheAgeOfServedValues) {
  const World world(with({"--fresh-ttl", "1ms", "--stale-if-error", "2ms"}));
  EXPECT_EQ(world.quote("IBM").status, 200);
  world.set_mode("error");
  EXPECT_TRUE(eventually([&] { return world.quote("IBM").status >= 500; }));
}

TEST(IntegrationClientSettings, CacheBytesLimitsTheCache) {
  const World world(with({"--cache-bytes", "64KiB", "--fresh-ttl", "1h"}));
  for (int i = 0; i < 200; ++i) EXPECT_EQ(world.quote("S" + std::to_string(i)).status, 200);
  EXPECT_LE(world.metric("stock_cache_bytes"), 65536);
  EXPECT_EQ(world.quote("S0").header("X-Cache"), "MISS");
}

TEST(IntegrationClientSettings, MaxWaitersAndBulkheadLimitWaitingRequestsAndCalls) {
  const World world(with({"--max-waiters", "3", "--bulkhead", "2",  //
                          "--upstream-timeout", "60s", "--max-wait", "60s"}));
  world.set_mode("hang");
  std::vector<HttpCall> waiting;
  // One function may occupy only one of the two workers.
  for (const char* target : {"/stocks/COLD0", "/stocks/COLD1", "/stocks/COLD0/history"}) {
    waiting.emplace_back(world.service_port(), "GET", target);
  }
  ASSERT_TRUE(eventually([&] { return world.metric("stock_waiters") == 3; }));
  const HttpResponse fourth = world.quote("COLD3");
  EXPECT_EQ(fourth.status, 503);
  EXPECT_EQ(json::parse(fourth.body).at("code"), "overloaded");
  EXPECT_TRUE(eventually([&] { return world.upstream_calls_in_flight() == 2; }));
  EXPECT_EQ(world.upstream_calls(), 2);
  EXPECT_EQ(world.breaker().at("settings").at("windowCalls"), 4) << "follows the bulkhead";
}

TEST(IntegrationClientSettings, RetryAttemptsLimitTheCallsForOneMiss) {
  for (const int attempts : {1, 2}) {
    const World world(with({"--retry-attempts", std::to_string(attempts), "--max-wait", "20s"}));
    world.set_mode("error");
    EXPECT_EQ(world.quote("COLD").status, 502);
    EXPECT_EQ(world.upstream_calls(), attempts);
  }
}

TEST(IntegrationClientSettings, UpstreamTimeoutEndsAnAttempt) {
  const World world(
      with({"--upstream-timeout", "100ms", "--max-wait", "60s", "--retry-attempts", "1"}));
  world.set_mode("hang");
  EXPECT_EQ(world.quote("COLD").status, 504);
  EXPECT_EQ(world.breaker().at("calls").at("timeout"), 1);
}

TEST(IntegrationClientSettings, MaxWaitEndsAFlight) {
  const World world(with({"--upstream-timeout", "60s", "--max-wait", "200ms"}));
  world.set_mode("hang");
  const HttpResponse response = world.quote("COLD");
  EXPECT_EQ(response.status, 504);
  EXPECT_LT(response.took, std::chrono::seconds(20));
}

struct Held {
  const char* flag;
  const char* mode;
  const char* reason;
};
class Holds : public testing::TestWithParam<Held> {};

TEST_P(Holds, LastAsLongAsTheirSetting) {
  const auto [flag, mode, reason] = GetParam();
  // Hours, so that the difference from any default is visible even on a busy machine.
  const World world(with({flag, "7h"}));
  world.set_mode(mode);
  const std::time_t before = std::time(nullptr);
  EXPECT_GE(world.quote("COLD").status, 500);
  const json quota = json::parse(world.get("/circuit-breaker").body).at("quota");
  EXPECT_EQ(quota.at("heldReason"), reason);
  EXPECT_NEAR(world.metric("alpha_vantage_hold_until_timestamp_seconds"),
              static_cast<double>(before + 7 * 3600), 60);
  EXPECT_EQ(world.upstream_calls(), 1);
}

INSTANTIATE_TEST_SUITE_P(
    IntegrationSettings, Holds,
    testing::Values(Held{"--throttle-hold-second", "throttle-second", "throttled_second"},
                    Held{"--throttle-hold-minute", "throttle-minute", "throttled_minute"},
                    Held{"--misconfigured-hold", "bad-key", "misconfigured"},
                    Held{"--blocked-hold", "status-403", "blocked"}),
    [](const auto& each) {
      std::string name = each.param.mode;
      for (char& c : name) c = c == '-' ? '_' : c;
      return name;
    });

TEST(IntegrationClientSettings, QuotaPlanAndItsLimitsDetermineTheRemainingQuota) {
  const auto left = [](const World& world) {
    return json::parse(world.get("/circuit-breaker").body).at("quota").at("remaining").dump();
  };
  EXPECT_EQ(left(World(with({"--quota-plan", "free"}))), R"({"day":25,"minute":null,"second":1})");
  EXPECT_EQ(left(World(with({"--quota-plan", "custom", "--quota-per-second", "3",
                             "--quota-per-minute", "4", "--quota-per-day", "5"}))),
            R"({"day":5,"minute":4,"second":3})");
}

TEST(IntegrationClientSettings, TheBreakersFlagsReachTheBreaker) {
  const World world(
      with({"--failure-threshold", "7", "--success-threshold", "2",  //
            "--open-timeout", "40s", "--open-timeout-multiplier", "1.5", "--open-timeout-max",
            "50s", "--open-timeout-jitter", "0.25", "--upstream-timeout", "10s"}));
  const json settings = world.breaker().at("settings");
  EXPECT_EQ(settings.at("failureThreshold"), 7);
  EXPECT_EQ(settings.at("successThreshold"), 2);
  EXPECT_EQ(settings.at("openTimeoutSeconds"), 40);
  EXPECT_EQ(settings.at("openTimeoutMultiplier"), 1.5);
  EXPECT_EQ(settings.at("openTimeoutMaxSeconds"), 50);
  EXPECT_EQ(settings.at("openTimeoutJitter"), 0.25);
  EXPECT_EQ(settings.at("slowCallRate"), 0.5);
  EXPECT_EQ(settings.at("slowCallDurationSeconds"), 4) << "follows the upstream timeout";
  EXPECT_EQ(
      World(with({"--quota-plan", "free"})).breaker().at("settings").at("openTimeoutMultiplier"), 2)
      << "follows the daily quota";
}

}  // namespace
}  // namespace integration
