/// Live reload: a SIGHUP changes the live settings, names the others and loses nothing.

#include <csignal>
#include <fstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/integration/world.h"
#include "tests/support/crowd.h"

namespace integration {
namespace {

using test_support::Crowd;
using test_support::CrowdResult;
using testing::HasSubstr;
using testing::Not;

/// A service with a settings file that the test rewrites.
class IntegrationReload : public testing::Test {
 protected:
  IntegrationReload() { write(kFirst); }

  void write(const std::string& yaml) { file_ = folder_.write("service.yaml", yaml); }

  /// Reloads and returns the log lines from then on, up to the one that ends the reload.
  std::string reload(World& world, const std::string& until = "settings reloaded") {
    const std::size_t before = world.service().err().size();
    world.service().signal(SIGHUP);
    std::string said;
    EXPECT_TRUE(test_support::eventually([&] {
      said = world.service().err().substr(before);
      return said.find(until) != std::string::npos;
    })) << said;
    return said;
  }

  [[nodiscard]] WorldOptions options(std::vector<std::string> args = {}) const {
    args.insert(args.end(), {"--config", file_});
    return {.service_args = std::move(args)};
  }

  static constexpr const char* kFirst = "history_ttl: 100s\nlog_level: info\nbulkhead: 8\n";
  test_support::TemporaryFolder folder_;
  std::string file_;
};

TEST_F(IntegrationReload, ChangesLiveSettingsAndNamesThoseThatNeedARestart) {
  World world(options());
  ASSERT_EQ(world.get("/stocks/IBM/history").header("Cache-Control"),
            "max-age=100, stale-if-error=31536000");
  write(
      "history_ttl: 200s\nstale_if_error: 1d\nbulkhead: 9\nport: 1\naccess_log: on\n"
      "circuit_breaker: { alpha_vantage: { failure_threshold: 2 } }\n");
  const std::string said = reload(world);
  EXPECT_THAT(said, HasSubstr("setting changed setting=history-ttl from=100s to=200s"));
  EXPECT_THAT(said, HasSubstr("setting changed setting=failure-threshold from=5 to=2 "
                              "breaker=alpha_vantage"));
  EXPECT_THAT(said, HasSubstr("setting needs a restart setting=bulkhead kept=8 given=9"));
  EXPECT_THAT(said, Not(HasSubstr("setting=port"))) << "the flag still overrides the file";
  EXPECT_EQ(world.get("/stocks/IBM/history").header("Cache-Control"),
            "max-age=200, stale-if-error=86400");
  EXPECT_EQ(world.breaker().at("settings").at("failureThreshold"), 2);
  world.set_mode("error");
  EXPECT_NE(world.quote("ONE").status, 200);
  EXPECT_NE(world.quote("TWO").status, 200);
  EXPECT_EQ(world.breaker_state(), "open");
  EXPECT_TRUE(test_support::eventually([&] {
    return world.service().err().find("path=/stocks/TWO") != std::string::npos;
  })) << "the access log is on";
}

TEST_F(IntegrationReload, AFileWithErrorsChangesNothing) {
  World world(options());
  const json before = world.breaker().at("settings");
  for (const char* broken : {"history_ttl: banana\n", "history_tll: 2h\n", "history_ttl: [\n",
                             "failure_threshold: 0\n"}) {
    write(std::string("fresh_ttl: 2h\n") + broken);
    const std::string said = reload(world, "nothing has changed");
    EXPECT_THAT(said, HasSubstr("service.yaml:")) << broken;
    EXPECT_THAT(said, Not(HasSubstr("setting changed")));
  }
  std::filesystem::remove(file_);
  EXPECT_THAT(reload(world, "nothing has changed"), HasSubstr(file_));
  EXPECT_EQ(world.breaker().at("settings"), before);
  EXPECT_EQ(world.get("/stocks/IBM/history").header("Cache-Control"),
            "max-age=100, stale-if-error=31536000");
  write(kFirst);
  EXPECT_THAT(reload(world), HasSubstr("settings reloaded changed=0 need_restart=0"));
}

TEST_F(IntegrationReload, KeepsTheBreakersStateAndTheCache) {
  World world(options({"--open-timeout", "10m"}));
  ASSERT_EQ(world.quote("KNOWN").status, 200);
  world.set_mode("error");
  open_breaker(world);
  const json before = world.breaker();
  const int calls = world.upstream_calls();
  write("success_threshold: 1\nlog_level: debug\n");
  reload(world);
  const json after = world.breaker();
  EXPECT_EQ(after.at("state"), "open");
  EXPECT_EQ(after.at("since"), before.at("since"));
  EXPECT_EQ(after.at("calls").at("failure"), before.at("calls").at("failure"));
  EXPECT_EQ(after.at("transitions"), before.at("transitions"));
  EXPECT_EQ(after.at("settings").at("successThreshold"), 1);
  EXPECT_EQ(world.quote("KNOWN").status, 200);
  EXPECT_EQ(world.upstream_calls(), calls);
}

TEST_F(IntegrationReload, DoesNotDisturbAThousandBusyConnections) {
  write("fresh_ttl: 1h\n");
  World world({.simulator_args = {"--latency", "5ms"},
               .service_args = {"--fresh-ttl", "1h", "--upstream-timeout", "30s", "--max-wait",
                                "30s", "--config", file_}});
  ASSERT_EQ(world.quote("IBM").status, 200);
  constexpr std::size_t kClients = 1000 / test_support::kSlowness;
  Crowd crowd(world.service_port(), kClients);
  const auto target = [](const test_support::CrowdAsk& ask) {
    if (ask.member % 10 != 0) return std::string("/stocks/IBM");
    return "/stocks/C" + std::to_string(ask.member) + "X" + std::to_string(ask.number);
  };
  int reloads = 0;
  const CrowdResult result =
      crowd.keep_asking(target, test_support::kPatience, [&](const CrowdResult& so_far) {
        if (so_far.ok < kClients * static_cast<std::size_t>(reloads + 1)) return true;
        write(reloads % 2 == 0 ? "history_ttl: 2h\nidle_timeout: 30s\nfailure_threshold: 7\n"
                               : "history_ttl: 1h\nidle_timeout: 60s\n");
        world.service().signal(SIGHUP);
        return ++reloads < 10;
      });
  EXPECT_EQ(reloads, 10);
  EXPECT_EQ(crowd.open(), kClients) << "no connection was closed";
  EXPECT_EQ(result.ok, result.asked);
  EXPECT_EQ(result.unanswered, 0U);
  EXPECT_EQ(result.mixed_up, 0U);
  EXPECT_EQ(world.get("/livez").status, 200);
  EXPECT_THAT(world.service().err(), HasSubstr("settings reloaded"));
}

}  // namespace
}  // namespace integration
