/// The loads of `make bench-http`, checked for correct counts instead of timed: each runs once, on
/// two event loops.

#include "tests/stress/load.h"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <string>

#include <gtest/gtest.h>

#include "tests/integration/world.h"
#include "tests/stress/recorder.h"
#include "tests/support/crowd.h"
#include "tests/support/open_files.h"

namespace integration {
namespace {

using test_support::Crowd;
using test_support::CrowdAsk;
using test_support::CrowdResult;

/// Ten thousand, or fewer if the limit on open files is lower.
std::size_t many() {
  constexpr std::size_t others = 512;
  return std::min<std::size_t>(10'000, test_support::raise_open_file_limit() - others);
}

constexpr std::chrono::seconds kPatience{60};

std::string known(const CrowdAsk&) {
  return "/stocks/IBM";
}

/// A symbol that has not been requested yet.
std::string cold(const CrowdAsk& ask) {
  return "/stocks/C" + std::to_string(ask.member) + "X" + std::to_string(ask.number);
}

/// Timeouts that are long enough for a slow machine.
WorldOptions patient(const std::string& latency = "0ms") {
  return {.simulator_args = {"--latency", latency},
          .service_args = {"--fresh-ttl", "1h", "--upstream-timeout", "60s", "--max-wait", "60s",
                           "--idle-timeout", "10m", "--header-timeout", "2m", "--event-loops", "2",
                           "--bulkhead", "64", "--drain-timeout", "60s", "--drain-grace", ms(300)}};
}

/// Sends requests until this many have been answered, then waits for the outstanding ones.
CrowdResult ask_until(Crowd& crowd, const Crowd::Target& target, std::size_t answers) {
  return crowd.keep_asking(target, kPatience, [answers](const CrowdResult& so_far) {
    return so_far.ok + so_far.other < answers;
  });
}

void expect_all_quotes(const CrowdResult& result) {
  EXPECT_GT(result.asked, 0U);
  EXPECT_EQ(result.ok, result.asked);
  EXPECT_EQ(result.other, 0U);
  EXPECT_EQ(result.mixed_up, 0U);
  EXPECT_EQ(result.unanswered, 0U);
  EXPECT_EQ(result.surplus, 0U);
}

TEST(IntegrationLoad, SixtyFourBusyConnectionsAreServed) {
  const World world(patient());
  ASSERT_EQ(world.quote("IBM").status, 200);
  Crowd crowd(world.service_port(), 64);
  expect_all_quotes(ask_until(crowd, known, 20'000));
  EXPECT_EQ(world.upstream_calls(), 1);
}

TEST(IntegrationLoad, TenThousandConnectionsAreServedBeforeAndAfterIdling) {
  const World world(patient());
  ASSERT_EQ(world.quote("IBM").status, 200);
  const std::size_t connections = many();
  Crowd crowd(world.service_port(), connections);
  expect_all_quotes(ask_until(crowd, known, connections));
  EXPECT_EQ(crowd.open(), connections);
  EXPECT_GE(world.metric("http_connections"), connections);
  expect_all_quotes(crowd.ask_once(known, kPatience));
  EXPECT_EQ(world.upstream_calls(), 1);
}

TEST(IntegrationLoad, TenThousandRequestsForOneSymbolAreOneUpstreamCall) {
  const World world(patient(ms(200)));
  Crowd crowd(world.service_port(), many());
  expect_all_quotes(crowd.ask_once(known, kPatience));
  EXPECT_EQ(world.upstream_calls(), 1);
}

TEST(IntegrationLoad, SixtyFourConnectionsGetOnlyNewSymbols) {
  const World world(patient("50ms"));
  Crowd crowd(world.service_port(), 64);
  const CrowdResult result = ask_until(crowd, cold, 1000);
  expect_all_quotes(result);
  EXPECT_EQ(world.upstream_calls(), static_cast<int>(result.asked));
}

TEST(IntegrationLoad, AHangingUpstreamAffectsOnlyUnknownSymbols) {
  const World world({.service_args = {"--fresh-ttl", "1s", "--upstream-timeout", ms(500),
                                      "--event-loops", "2", "--open-timeout", "10m"}});
  const auto load = [&world](double seconds, int cold_every) {
    stress::Plan plan;
    plan.seconds = seconds;
    plan.cold_every = cold_every;
    plan.connections = 1000;
    stress::Recorder recorder;
    stress::OpenLoop(plan, world.service_port(), recorder).run(stress::OpenLoop::Clock::now());
    return recorder.since(0);
  };
  for (const auto& sample : load(1, 1'000'000)) ASSERT_EQ(sample.status, 200);
  ASSERT_EQ(world.breaker_state(), "closed");
  const int calls_before = world.upstream_calls();
  world.set_mode("hang");
  for (const auto& sample : load(4, 20)) {
    if (sample.known) {
      EXPECT_EQ(sample.status, 200);
    } else {
      EXPECT_TRUE(sample.status == 503 || sample.status == 504) << sample.status;
    }
    EXPECT_FALSE(sample.unexplained);
  }
  EXPECT_EQ(world.breaker_state(), "open");
  EXPECT_LE(world.upstream_calls() - calls_before, 25);
}

TEST(IntegrationLoad, ADrainLosesNoRequestOfAThousandConnections) {
  World world(patient());
  ASSERT_EQ(world.quote("IBM").status, 200);
  Crowd crowd(world.service_port(), 1000);
  bool told = false;
  const CrowdResult result = crowd.keep_asking(known, kPatience, [&](const CrowdResult& so_far) {
    if (!told && so_far.ok > 10'000) {
      world.service().signal(SIGTERM);
      told = true;
    }
    return true;
  });
  EXPECT_TRUE(told);
  expect_all_quotes(result);
  EXPECT_EQ(crowd.open(), 0U);
  EXPECT_EQ(world.service().wait_for_exit(), 0) << world.service().err();
}

}  // namespace
}  // namespace integration
