/// Shutdown of a busy service: each of a thousand clients gets its answers.

#include <csignal>
#include <string>

#include <gtest/gtest.h>

#include "tests/integration/world.h"
#include "tests/support/crowd.h"

namespace integration {
namespace {

using test_support::Crowd;
using test_support::CrowdAsk;
using test_support::CrowdResult;

constexpr std::size_t kConnectedClients = 1000 / test_support::kSlowness;

/// Every tenth client requests only unknown symbols, so that its connection is parked.
std::string known_or_cold(const CrowdAsk& ask) {
  if (ask.member % 10 != 0) return "/stocks/IBM";
  return "/stocks/C" + std::to_string(ask.member) + "X" + std::to_string(ask.number);
}

WorldOptions patient() {
  return {.simulator_args = {"--latency", "20ms"},
          .service_args = {"--fresh-ttl", "1h", "--upstream-timeout", "30s", "--max-wait", "30s",
                           "--drain-timeout", "60s", "--drain-grace", ms(300)}};
}

TEST(IntegrationDrain, EveryRequestThatHasArrivedIsAnsweredOnceAndCompletely) {
  World world(patient());
  ASSERT_EQ(world.quote("IBM").status, 200);
  Crowd crowd(world.service_port(), kConnectedClients);
  bool told = false;
  bool not_ready = false;
  const CrowdResult result =
      crowd.keep_asking(known_or_cold, test_support::kPatience, [&](const CrowdResult& so_far) {
        if (!told && so_far.ok > 10 * kConnectedClients) {
          world.service().signal(SIGTERM);
          told = true;
          // A new connection during the grace period, such as a load balancer's.
          not_ready = test_support::eventually([&] { return world.get("/readyz").status == 503; });
        }
        return true;
      });
  EXPECT_TRUE(told);
  EXPECT_TRUE(not_ready);
  EXPECT_EQ(crowd.open(), 0U) << "the service closes all";
  EXPECT_EQ(result.ok, result.asked);
  EXPECT_EQ(result.unanswered, 0U);
  EXPECT_EQ(result.mixed_up, 0U);
  EXPECT_EQ(result.surplus, 0U);
  EXPECT_EQ(world.service().wait_for_exit(), 0) << world.service().err();
  EXPECT_NE(world.service().err().find("drained=true"), std::string::npos);
}

/// If there are no connections, the drain ends after the last call, before the drain timeout.
TEST(IntegrationDrain, EndsImmediatelyWithoutClients) {
  World world({.service_args = {"--drain-timeout", "10m"}});
  ASSERT_EQ(world.get("/livez").status, 200);
  world.service().signal(SIGINT);
  EXPECT_EQ(world.service().wait_for_exit(), 0) << world.service().err();
}

TEST(IntegrationDrain, ASecondSignalCutsTheGraceShort) {
  World world({.service_args = {"--drain-grace", "10m"}});
  world.service().signal(SIGTERM);
  ASSERT_TRUE(test_support::eventually([&] { return world.get("/readyz").status == 503; }));
  world.service().signal(SIGTERM);
  EXPECT_EQ(world.service().wait_for_exit(), 0) << world.service().err();
}

}  // namespace
}  // namespace integration
