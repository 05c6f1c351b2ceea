/// Start, failure to start, and shutdown of the service.

#include <algorithm>
#include <csignal>
#include <fcntl.h>
#include <string>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/integration/world.h"

namespace integration {
namespace {

using test_support::Command;
using test_support::Process;
using testing::HasSubstr;

/// Runs a command that must fail. Returns its output, which must be one line.
std::string complaint(const Command& command) {
  Process process(command);
  const std::optional<int> exit_code = process.wait_for_exit();
  EXPECT_TRUE(exit_code) << "it must end";
  EXPECT_NE(exit_code, 0);
  EXPECT_LT(exit_code, 128) << "it must not crash";
  std::string text = process.out() + process.err();
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 1) << text;
  return text;
}

std::string complaint(std::vector<std::string> args) {
  args.insert(args.begin(), {"--port", "0"});
  return complaint({.binary = STOCK_SERVICE,
                    .args = std::move(args),
                    .environment = {{"ALPHAVANTAGE_API_KEY", "K"}}});
}

TEST(IntegrationStartup, ATakenPortIsOneClearLine) {
  Process simulator({.binary = ALPHAVANTAGE_SIMULATOR});
  const std::string port = std::to_string(simulator.wait_for_port());
  EXPECT_THAT(complaint({"--port", port}), HasSubstr(port));
}

TEST(IntegrationStartup, ABadSettingIsOneClearLineThatNamesIt) {
  EXPECT_THAT(complaint({"--fresh-ttl", "banana"}), HasSubstr("fresh-ttl"));
  EXPECT_THAT(complaint({"--fresh-ttl", "-1s"}), HasSubstr("fresh-ttl"));
  EXPECT_THAT(complaint({"--port", "70000"}), HasSubstr("port"));
  EXPECT_THAT(complaint({"--failure-threshold", "0"}), HasSubstr("failure-threshold"));
  EXPECT_THAT(complaint({"--upstream-url", "ftp://x"}), HasSubstr("upstream-url"));
  EXPECT_THAT(complaint({"--nonsense", "1"}), HasSubstr("nonsense"));
  EXPECT_THAT(complaint({.binary = STOCK_SERVICE,
                         .args = {"--port", "0"},
                         .environment = {{"ALPHAVANTAGE_API_KEY", "K"},
                                         {"STOCK_SERVICE_FRESH_TTL", "banana"}}}),
              HasSubstr("STOCK_SERVICE_FRESH_TTL"));
}

TEST(IntegrationStartup, AnUnreadableFileIsOneClearLineThatNamesIt) {
  EXPECT_THAT(complaint({"--config", "/does/not/exist.yaml"}), HasSubstr("/does/not/exist.yaml"));
  EXPECT_THAT(complaint({"--api-key-file", "/does/not/exist"}), HasSubstr("/does/not/exist"));
  const test_support::TemporaryFolder folder;
  const std::string file = folder.write("broken.yaml", "fresh_ttl: 1s\nfresh_tll: 2s\n");
  EXPECT_THAT(complaint({"--config", file}),
              testing::AllOf(HasSubstr("broken.yaml"), HasSubstr("fresh_tll")));
}

TEST(IntegrationStartup, AMissingKeyIsOneClearLine) {
  EXPECT_THAT(complaint({.binary = STOCK_SERVICE, .args = {"--port", "0"}}),
              HasSubstr("ALPHAVANTAGE_API_KEY"));
}

TEST(IntegrationStartup, SignalsEndItCleanly) {
  for (const int number : {SIGTERM, SIGINT}) {
    World world;
    EXPECT_EQ(world.quote("IBM").status, 200);
    world.service().signal(number);
    EXPECT_EQ(world.service().wait_for_exit(), 0) << world.service().err();
  }
}

TEST(IntegrationStartup, TheDemoNeedsNoKeyAndAnswersFromItsOwnSimulator) {
  Process service({.binary = STOCK_SERVICE, .args = {"--port", "0", "--demo"}});
  const std::uint16_t port = service.wait_for_port();
  const HttpResponse response = test_support::http_get(port, "/stocks/IBM");
  EXPECT_EQ(response.status, 200) << response.body;
  EXPECT_EQ(json::parse(response.body).at("source"), "simulator");
  service.signal(SIGTERM);
  EXPECT_EQ(service.wait_for_exit(), 0);
}

TEST(IntegrationStartup, IsAliveReadyAndHealthyBeforeAnyCall) {
  const World world;
  EXPECT_EQ(world.get("/livez").status, 200);
  EXPECT_EQ(world.get("/readyz").status, 200);
  const HttpResponse health = world.get("/health");
  EXPECT_EQ(health.status, 200);
  EXPECT_EQ(json::parse(health.body).at("status"), "ok");
  EXPECT_EQ(world.upstream_calls(), 0) << "looking costs no quota";
}

TEST(IntegrationStartup, AnUnreadableCaFileIsOneClearLineThatNamesIt) {
  EXPECT_THAT(complaint({"--ca-file", "/does/not/exist"}),
              HasSubstr("flag --ca-file: /does/not/exist: cannot be read"));
}

TEST(IntegrationStartup, AShortAdminTokenIsOneClearLineThatNamesItsFile) {
  const test_support::TemporaryFolder folder;
  const std::string file = folder.write("token", "short");
  EXPECT_THAT(complaint({"--admin-token-file", file}), HasSubstr(file));
}

TEST(IntegrationStartup, TheKeyIsAlsoFoundUnderItsOtherSpelling) {
  Process simulator({.binary = ALPHAVANTAGE_SIMULATOR});
  Process service({.binary = STOCK_SERVICE,
                   .args = {"--port", "0", "--upstream-url",
                            "http://127.0.0.1:" + std::to_string(simulator.wait_for_port())},
                   .environment = {{"ALPHA_VANTAGE_API_KEY", "K"}}});
  EXPECT_EQ(test_support::http_get(service.wait_for_port(), "/stocks/IBM").status, 200);
}

TEST(IntegrationStartup, TheInstanceIsHostNameAndPortUnlessOneIsGiven) {
  const auto instance = [](const World& world) {
    return json::parse(world.get("/circuit-breaker").body).at("instance").get<std::string>();
  };
  const World unnamed;
  EXPECT_THAT(instance(unnamed), testing::EndsWith(":" + std::to_string(unnamed.service_port())));
  World named({.service_args = {"--instance", "replica-1"}});
  EXPECT_EQ(instance(named), "replica-1");
  EXPECT_TRUE(test_support::eventually(
      [&] { return named.service().err().find("instance=replica-1") != std::string::npos; }));
}

TEST(IntegrationStartup, SummariesAreLoggedAtTheGivenInterval) {
  World world({.service_args = {"--summary-interval", "1s"}});
  EXPECT_EQ(world.quote("IBM").status, 200);
  EXPECT_TRUE(test_support::eventually([&] {
    return world.service().err().find(
               "circuit breaker summary name=alpha_vantage state=closed "
               "mode=normal success=1") != std::string::npos;
  })) << world.service().err();
}

TEST(IntegrationStartup, ALogThatNobodyReadsDelaysNeitherAnswersNorShutdown) {
  const test_support::TemporaryFolder folder;
  const std::string fifo = (folder.path() / "log").string();
  ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
  const int reader = ::open(fifo.c_str(), O_RDWR | O_CLOEXEC);
  ASSERT_GE(reader, 0);
  constexpr int kSmallest = 4096;
  ASSERT_GE(::fcntl(reader, F_SETPIPE_SZ, kSmallest), kSmallest);
  Process service({.binary = "/bin/sh",
                   .args = {"-c", "exec \"$@\" 2> " + fifo, "sh", STOCK_SERVICE, "--port", "0",
                            "--demo", "--access-log", "--drain-grace", "1ms"}});
  const std::uint16_t port = service.wait_for_port();
  for (int i = 0; i < 200; ++i) ASSERT_EQ(test_support::http_get(port, "/livez").status, 200);
  service.signal(SIGTERM);
  EXPECT_EQ(service.wait_for_exit(), 0);
  ::close(reader);
}

}  // namespace
}  // namespace integration
