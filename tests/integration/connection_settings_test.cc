/// The effect of the connection settings on the running service.

#include <chrono>
#include <csignal>
#include <filesystem>
#include <iterator>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/integration/world.h"
#include "tests/support/raw_connection.h"

namespace integration {
namespace {

using test_support::eventually;
using test_support::RawConnection;
using testing::HasSubstr;

constexpr const char* kRequest = "GET /livez HTTP/1.1\r\nHost: test\r\n\r\n";
constexpr const char* kHalfARequest = "GET /livez HTTP/1.1\r\nHos";

/// Counts after the service is ready, so that no start-up thread is included.
std::ptrdiff_t threads_with(const std::string& event_loops) {
  World world({.service_args = {"--event-loops", event_loops}});
  EXPECT_TRUE(eventually([&] { return world.get("/readyz").status == 200; }));
  const std::filesystem::directory_iterator threads(
      "/proc/" + std::to_string(world.service().pid()) + "/task");
  return std::distance(begin(threads), end(threads));
}

TEST(IntegrationConnectionSettings, EveryEventLoopIsOneThread) {
  EXPECT_EQ(threads_with("4"), threads_with("1") + 3);
}

TEST(IntegrationConnectionSettings, AConnectionAboveTheLimitIsRejectedUntilAnotherCloses) {
  World world({.service_args = {"--max-connections", "3"}});
  std::vector<RawConnection> served;
  for (int i = 0; i < 3; ++i) {
    served.emplace_back(world.service_port());
    served.back().send(kRequest);
    ASSERT_EQ(served.back().response().status, 200);
  }
  {
    RawConnection one_too_many(world.service_port());
    const HttpResponse refusal = one_too_many.response();
    EXPECT_EQ(refusal.status, 503);
    EXPECT_EQ(json::parse(refusal.body).at("code"), "overloaded");
    EXPECT_FALSE(refusal.header("Retry-After").empty());
    EXPECT_TRUE(one_too_many.closes());
  }
  served.front().send(kRequest);
  EXPECT_EQ(served.front().response().status, 200) << "existing connections are served as before";
  served.pop_back();
  EXPECT_TRUE(eventually([&] { return world.get("/livez").status == 200; }));
}

TEST(IntegrationConnectionSettings, MoreConnectionsThanTheOpenFileLimitAllowsAreAWarning) {
  test_support::Process service(
      {.binary = "/bin/sh",
       .args = {"-c", "ulimit -n 1000 && exec \"$@\"", "sh", STOCK_SERVICE, "--port", "0", "--demo",
                "--max-connections", "5000"}});
  const auto port = service.wait_for_port();
  EXPECT_EQ(test_support::http_get(port, "/livez").status, 200);
  EXPECT_TRUE(eventually([&] {
    return service.err().find("max_connections=744 configured=5000") != std::string::npos;
  })) << service.err();
}

TEST(IntegrationConnectionSettings, AnIncompleteRequestIsRejectedAfterTheHeaderTimeout) {
  const World world({.service_args = {"--header-timeout", "100ms", "--idle-timeout", "10m"}});
  RawConnection half(world.service_port());
  RawConnection silent(world.service_port());
  half.send(kHalfARequest);
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(half.response().status, 408);
  EXPECT_TRUE(half.closes());
  EXPECT_TRUE(silent.closes()) << "who never asks is not owed an answer";
  constexpr std::chrono::seconds default_timeout{5};
  EXPECT_LT(std::chrono::steady_clock::now() - start, default_timeout);
}

TEST(IntegrationConnectionSettings, OnlyIdleConnectionsAreClosedAfterTheIdleTimeout) {
  const World world({.service_args = {"--header-timeout", "10m", "--idle-timeout", "1s"}});
  RawConnection idle(world.service_port());
  RawConnection half(world.service_port());
  idle.send(kRequest);
  EXPECT_EQ(idle.response().status, 200);
  half.send(kHalfARequest);
  EXPECT_TRUE(idle.closes());
  half.send("t: test\r\n\r\n");
  EXPECT_EQ(half.response().status, 200);
}

/// On an open connection, a new timeout applies to waits that begin later.
TEST(IntegrationConnectionSettings, AReloadChangesTheTimeouts) {
  const test_support::TemporaryFolder folder;
  const std::string file = folder.write("service.yaml", "idle_timeout: 10m\nheader_timeout: 10m\n");
  World world({.service_args = {"--config", file}});
  RawConnection before(world.service_port());
  before.send(kRequest);
  EXPECT_EQ(before.response().status, 200);
  static_cast<void>(folder.write("service.yaml", "idle_timeout: 1s\nheader_timeout: 100ms\n"));
  world.service().signal(SIGHUP);
  ASSERT_TRUE(eventually(
      [&] { return world.service().err().find("settings reloaded") != std::string::npos; }));
  before.send(kRequest);
  EXPECT_EQ(before.response().status, 200);
  EXPECT_TRUE(before.closes());
  RawConnection half(world.service_port());
  half.send(kHalfARequest);
  EXPECT_EQ(half.response().status, 408);
}

}  // namespace
}  // namespace integration
