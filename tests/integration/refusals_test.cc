/// Upstream refusals that are not outages do not open the breaker: unknown symbols, throttling, a
/// rejected key.

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/integration/world.h"

namespace integration {
namespace {

using test_support::eventually;
using testing::HasSubstr;

void expect_closed_without_failures(const World& world) {
  const json breaker = world.breaker();
  EXPECT_EQ(breaker.at("state"), "closed");
  EXPECT_EQ(breaker.at("calls").at("failure"), 0);
  EXPECT_EQ(breaker.at("calls").at("timeout"), 0);
  EXPECT_EQ(breaker.at("transitions").at("closedToOpen"), 0);
}

TEST(IntegrationRefusals, TwentyUnknownSymbolsLeaveTheBreakerClosed) {
  const World world;
  for (int i = 0; i < 20; ++i) {
    const HttpResponse response = world.quote("UNKNOWN" + std::to_string(i));
    EXPECT_EQ(response.status, 404) << response.body;
    EXPECT_EQ(json::parse(response.body).at("code"), "not_found");
  }
  expect_closed_without_failures(world);
  EXPECT_EQ(world.upstream_calls(), 20);
  EXPECT_EQ(world.quote("UNKNOWN7").status, 404);
  EXPECT_EQ(world.upstream_calls(), 20) << "an unknown symbol is remembered";
  EXPECT_EQ(world.quote("IBM").status, 200);
}

TEST(IntegrationRefusals, TwentyThrottleNoticesLeaveTheBreakerClosed) {
  const World world(
      {.service_args = {"--throttle-hold-second", "1ms", "--throttle-hold-minute", "1ms"}});
  for (const char* const mode : {"throttle-second", "throttle-minute"}) {
    world.set_mode(mode);
    const int before = world.upstream_calls();
    for (int i = 0; world.upstream_calls() - before < 20; ++i) {
      ASSERT_LT(i, 1000) << "the notices are not reached";
      const HttpResponse response = world.quote(std::string("T") + std::to_string(i));
      ASSERT_EQ(response.status, 503) << response.body;
      EXPECT_EQ(json::parse(response.body).at("code"), "upstream_throttled");
      EXPECT_FALSE(response.header("Retry-After").empty());
    }
  }
  expect_closed_without_failures(world);
}

TEST(IntegrationRefusals, AMissIsRetriedOnlyAFewTimesHoweverShortTheHold) {
  const World world({.service_args = {"--throttle-hold-second", "1ms"}});
  world.set_mode("throttle-second");
  EXPECT_EQ(world.quote("COLD").status, 503);
  EXPECT_LE(world.upstream_calls(), 3);
}

TEST(IntegrationRefusals, NoCallIsMadeAfterTheDailyLimit) {
  const World world;
  EXPECT_EQ(world.quote("IBM").status, 200);
  world.set_mode("throttle-day");
  EXPECT_EQ(world.quote("COLD").status, 503);
  const int calls = world.upstream_calls();
  for (int i = 0; i < 20; ++i) {
    const HttpResponse response = world.quote("COLD" + std::to_string(i));
    EXPECT_EQ(response.status, 503);
    EXPECT_EQ(json::parse(response.body).at("code"), "upstream_throttled");
    EXPECT_GT(std::stoi(response.header("Retry-After")), 0);
  }
  json known;
  EXPECT_TRUE(eventually([&] {
    const HttpResponse response = world.quote("IBM");
    EXPECT_EQ(response.status, 200);
    known = json::parse(response.body);
    return known.at("stale") == true;
  }));
  EXPECT_EQ(known.at("staleReason"), "throttled");
  EXPECT_EQ(world.upstream_calls(), calls);
  expect_closed_without_failures(world);
}

TEST(IntegrationRefusals, ARejectedKeyIsNotAnOutageAndStopsAllCalls) {
  const World world;
  world.set_mode("bad-key");
  const HttpResponse response = world.quote("IBM");
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(json::parse(response.body).at("code"), "misconfigured");
  EXPECT_EQ(world.quote("MSFT").status, 503);
  EXPECT_EQ(world.upstream_calls(), 1);
  expect_closed_without_failures(world);
}

TEST(IntegrationRefusals, WrongDataNeverReplacesGoodData) {
  const World world;
  const json good = json::parse(world.quote("IBM").body);
  for (const char* const mode : {"data-fault", "wrong-symbol", "empty", "html"}) {
    world.set_mode(mode);
    ASSERT_TRUE(eventually([&] {
      const HttpResponse response = world.quote("IBM");
      EXPECT_EQ(response.status, 200) << mode;
      const json quote = json::parse(response.body);
      EXPECT_EQ(quote.at("price"), good.at("price")) << mode;
      EXPECT_EQ(quote.at("symbol"), "IBM") << mode;
      return quote.at("stale") == true;
    })) << mode;
  }
}

TEST(IntegrationRefusals, ARejectionByTheHttpLayerKeepsTheClientsRequestId) {
  const World world;
  const auto answer_to = [&](const std::string& head) {
    return test_support::exchange_raw(world.service_port(), head + "\r\n\r\n");
  };
  const std::string too_long = "POST /livez HTTP/1.1\r\nHost: x\r\n";
  for (const std::string& head :
       {too_long + "x-request-id: abc-1\r\nContent-Length: 99999999",
        too_long + "Content-Length: 99999999\r\nX-Request-Id: abc-1",
        std::string("GET /livez HTTP/1.1\r\nHost: x\r\nHost: y\r\nX-Request-Id: abc-1")}) {
    EXPECT_THAT(answer_to(head), HasSubstr("\r\nX-Request-Id: abc-1\r\n")) << head;
  }
  const std::string insane = "GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\nX-Request-Id: <b>";
  EXPECT_THAT(answer_to(insane), testing::Not(HasSubstr("<b>")));
}

TEST(IntegrationRefusals, AProblemsTitleIsTheReasonPhraseOfItsStatus) {
  const World world;
  const std::string long_target = "/" + std::string(9000, 'a');
  for (const std::string& request :
       {std::string("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 999999999\r\n\r\n"),
        "GET " + long_target + " HTTP/1.1\r\nHost: x\r\n\r\n",
        std::string("GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: zip\r\n\r\n"),
        std::string("GET /nope HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"),
        std::string("DELETE / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")}) {
    const std::string response = test_support::exchange_raw(world.service_port(), request);
    const std::string line = response.substr(0, response.find("\r\n"));
    const std::string body = response.substr(response.find("\r\n\r\n") + 4);
    EXPECT_EQ(line.substr(std::string("HTTP/1.1 413 ").size()), json::parse(body).at("title"))
        << line;
  }
}

}  // namespace
}  // namespace integration
