#include <algorithm>
#include <csignal>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/http_client.h"
#include "tests/support/process.h"

namespace {

using test_support::http_get;
using test_support::http_request;
using test_support::HttpCall;
using test_support::Process;
using testing::HasSubstr;

/// The single line that the program prints when it cannot start.
std::string start_error(const std::vector<std::string>& args) {
  Process process({.binary = ALPHAVANTAGE_SIMULATOR, .args = args});
  EXPECT_EQ(process.wait_for_exit(), 1);
  EXPECT_EQ(process.out(), "");
  std::string text = process.err();
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 1) << text;
  return text;
}

TEST(SimulatorProgram, EndsCleanlyOnSignalsEvenWithCallsHanging) {
  for (const int number : {SIGTERM, SIGINT}) {
    Process process({.binary = ALPHAVANTAGE_SIMULATOR});
    const std::uint16_t port = process.wait_for_port();
    ASSERT_EQ(http_request(port, "PUT", "/_control/mode", R"({"mode":"hang"})").status, 200);
    const HttpCall hanging(port, "GET", "/query?function=GLOBAL_QUOTE&symbol=IBM&apikey=K");
    ASSERT_TRUE(test_support::eventually([&] {
      return http_get(port, "/_control/calls").body.find("\"inFlight\":1") != std::string::npos;
    }));
    process.signal(number);
    EXPECT_EQ(process.wait_for_exit(), 0);
    EXPECT_EQ(process.err(), "");
  }
}

TEST(SimulatorProgram, HonoursItsOptions) {
  Process process({.binary = ALPHAVANTAGE_SIMULATOR,
                   .args = {"--port", "0", "--latency", "1ms", "--limit-per-minute", "1"}});
  const std::uint16_t port = process.wait_for_port();
  const std::string target = "/query?function=GLOBAL_QUOTE&symbol=IBM&apikey=K";
  EXPECT_THAT(http_get(port, target).body, HasSubstr("Global Quote"));
  EXPECT_THAT(http_get(port, target).body, HasSubstr("1 calls per minute"));
}

TEST(SimulatorProgram, PrintsOneLineWhenItCannotStart) {
  Process first({.binary = ALPHAVANTAGE_SIMULATOR});
  const std::string port = std::to_string(first.wait_for_port());
  EXPECT_THAT(start_error({"--port", port}), HasSubstr("127.0.0.1:" + port));
  EXPECT_THAT(start_error({"--port", "70000"}), HasSubstr("--port"));
  EXPECT_THAT(start_error({"--latency", "fast"}), HasSubstr("--latency"));
  EXPECT_THAT(start_error({"--limit-per-day", "0"}), HasSubstr("limit"));
  EXPECT_THAT(start_error({"--replay", "/does/not/exist"}), HasSubstr("/does/not/exist"));
  EXPECT_THAT(start_error({"--nonsense"}), HasSubstr("--nonsense"));
}

}  // namespace
