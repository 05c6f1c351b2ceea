/// The API key appears only in calls to the upstream.

#include <fstream>
#include <iterator>
#include <ostream>
#include <string>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/integration/world.h"

namespace integration {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr const char* kToken = "an-operators-token";
constexpr const char* kCanary = "CANARY7f3a";

std::string everything_in(const HttpResponse& response) {
  std::string text = response.body;
  for (const auto& [name, value] : response.headers)
    text.append("\n").append(name).append(": ").append(value);
  return text;
}

std::string file_content(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

/// Checks the answers to other requests: other methods, admin endpoints, requests that the HTTP
/// layer rejects.
void expect_no_canary_in_other_answers(const World& world) {
  const std::string long_path = "/stocks/" + std::string(10'000, 'x');
  for (const auto& [method, target] : {std::pair<std::string, std::string>{"HEAD", "/stocks/IBM"},
                                       {"OPTIONS", "/stocks/IBM"},
                                       {"OPTIONS", "*"},
                                       {"DELETE", "/stocks/IBM"},
                                       {"BREW", "/"},
                                       {"GET", long_path},
                                       {"POST", "/circuit-breaker/nope/reset"},
                                       {"POST", "/circuit-breaker/alpha_vantage/force-open"},
                                       {"GET", "/stocks/NEVERSEEN"},
                                       {"GET", "/circuit-breaker"},
                                       {"GET", "/health"},
                                       {"POST", "/circuit-breaker/alpha_vantage/reset"}}) {
    for (const std::string& authorization :
         {std::string("Bearer wrong"), std::string("Bearer ") + kToken}) {
      test_support::HttpCall call(world.service_port(), method, target, {},
                                  {{"Authorization", authorization}});
      const HttpResponse response = call.response();
      EXPECT_NE(response.status, 0);
      EXPECT_THAT(everything_in(response), Not(HasSubstr(kCanary))) << method << target;
    }
  }
  const std::string oversized = test_support::exchange_raw(
      world.service_port(),
      "POST /stocks/IBM HTTP/1.1\r\nHost: x\r\nContent-Length: 999999999\r\n\r\n");
  EXPECT_THAT(oversized, HasSubstr("413"));
  EXPECT_THAT(oversized, Not(HasSubstr(kCanary)));
}

void expect_no_canary(const World& world, const std::string& after) {
  for (const char* const target :
       {"/metrics", "/circuit-breaker", "/health", "/livez", "/readyz", "/", "/openapi.json",
        "/stocks/IBM", "/stocks?symbols=IBM,,a%20b", "/stocks/IBM/history?days=2",
        "/stocks/IBM/history?days=x", "/search?q=tesco", "/markets", "/stocks/..%2fx",
        "/nothing"}) {
    EXPECT_THAT(everything_in(world.get(target)), Not(HasSubstr(kCanary))) << target << after;
  }
}

/// Provokes every kind of failure, including the daily notice, which repeats the key.
void walk_through_failures(const World& world) {
  for (const char* const mode :
       {"ok", "error", "reset", "garbage", "truncated", "empty", "html", "hang", "data-fault",
        "wrong-symbol", "premium", "status-429", "status-403", "bad-key", "throttle-second",
        "throttle-minute", "throttle-day"}) {
    world.set_mode(mode);
    for (const std::string& symbol : {std::string("IBM"), std::string("COLD-") + mode}) {
      EXPECT_THAT(everything_in(world.quote(symbol)), Not(HasSubstr(kCanary))) << mode;
    }
    expect_no_canary(world, std::string(" after ") + mode);
  }
}

class IntegrationSecrets : public testing::Test {
 protected:
  /// Options that make the service log everything. The holds are short, so that the service
  /// receives the answer of every simulator mode.
  static WorldOptions talkative() {
    return {
        .service_args = {"--log-level", "debug", "--access-log", "--throttle-hold-second", "1ms",
                         "--throttle-hold-minute", "1ms", "--misconfigured-hold", "1ms",
                         "--blocked-hold", "1ms", "--failure-threshold", "1000000"},
        // Contains characters that percent-encoding changes, so that both forms are searched for.
        .api_key = std::string(kCanary) + "&+/ key"};
  }
};

struct Logging {
  const char* level;
  const char* format;
};

void PrintTo(const Logging& logging, std::ostream* out) {
  *out << logging.level << " as " << logging.format;
}

class IntegrationSecretsInLogs : public IntegrationSecrets,
                                 public testing::WithParamInterface<Logging> {};

TEST_P(IntegrationSecretsInLogs, TheKeyIsInNoLogMetricErrorHeaderOrProcessList) {
  WorldOptions options = talkative();
  const test_support::TemporaryFolder folder;
  options.service_args.insert(options.service_args.end(),
                              {"--log-level", GetParam().level, "--log-format", GetParam().format,
                               "--admin-token-file", folder.write("token", kToken)});
  World world(options);
  walk_through_failures(world);
  expect_no_canary_in_other_answers(world);
  EXPECT_GE(world.upstream_calls(), 17) << "every mode has been exercised";
  const std::string pid = std::to_string(world.service().pid());
  EXPECT_THAT(file_content("/proc/" + pid + "/cmdline"), HasSubstr("--log-level"));
  EXPECT_THAT(file_content("/proc/" + pid + "/cmdline"), Not(HasSubstr(kCanary)));
  const std::string log = world.service().out() + world.service().err();
  const bool talks =
      GetParam().level != std::string("warning") && GetParam().level != std::string("error");
  EXPECT_EQ(log.find("/stocks/COLD-throttle-day") != std::string::npos, talks)
      << "requests are logged";
  EXPECT_EQ(log.find(kCanary), std::string::npos) << "the key is in the log";
}

INSTANTIATE_TEST_SUITE_P(Each, IntegrationSecretsInLogs,
                         testing::Values(Logging{"debug", "text"}, Logging{"debug", "json"},
                                         Logging{"info", "json"}, Logging{"warning", "text"},
                                         Logging{"error", "text"}),
                         [](const auto& each) {
                           return std::string(each.param.level) + "_" + each.param.format;
                         });

TEST_F(IntegrationSecrets, TheKeyIsNowhereWhenTheFirstAnswerIsANoticeThatRepeatsIt) {
  WorldOptions options = talkative();
  World world(options);
  world.set_mode("throttle-day");
  const HttpResponse response = world.quote("IBM");
  EXPECT_EQ(response.status, 503);
  EXPECT_THAT(everything_in(response), Not(HasSubstr(kCanary)));
  expect_no_canary(world, " after throttle-day");
  EXPECT_THAT(world.service().out() + world.service().err(), Not(HasSubstr(kCanary)));
}

TEST_F(IntegrationSecrets, AKeyFileIsReadAndNotShown) {
  const test_support::TemporaryFolder folder;
  WorldOptions options = talkative();
  options.api_key.clear();
  options.service_args.insert(options.service_args.end(),
                              {"--api-key-file", folder.write("key", std::string(kCanary) + "\n")});
  World world(options);
  EXPECT_EQ(world.quote("IBM").status, 200);
  expect_no_canary(world, "");
  EXPECT_THAT(world.service().out() + world.service().err(), Not(HasSubstr(kCanary)));
}

}  // namespace
}  // namespace integration
