/// Outage and recovery, for every kind of outage.

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/integration/world.h"

namespace integration {
namespace {

using test_support::eventually;
using testing::AnyOf;

/// Long enough for the checks while the breaker is open, even on a busy machine.
const std::string kOpenTimeout = ms(4000);

class Outage : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    for (const char* const symbol : kKnown) {
      ASSERT_EQ(world_.quote(symbol).status, 200);
    }
  }

  /// Checks that every answer for a known symbol is a 200 with the known figures.
  [[nodiscard]] json known(const char* symbol) const {
    const HttpResponse response = world_.quote(symbol);
    EXPECT_EQ(response.status, 200) << response.body;
    return json::parse(response.body);
  }

  static constexpr const char* kKnown[] = {"IBM", "MSFT", "AAPL"};
  World world_{{.service_args = {"--open-timeout", kOpenTimeout}}};
};

TEST_P(Outage, OpensAfterFiveFailuresAnswersFromMemoryAndRecovers) {
  const json before = known("IBM");
  EXPECT_EQ(before.at("stale"), false);
  const int calls_before = world_.upstream_calls();

  // No known symbols are requested here, so that every upstream call is caused by this test.
  world_.set_mode(GetParam());
  for (int i = 0; world_.breaker_state() == "closed"; ++i) {
    ASSERT_LT(world_.upstream_calls() - calls_before, 5) << "five failures must have opened it";
    const HttpResponse cold = world_.quote("COLD" + std::to_string(i));
    EXPECT_THAT(cold.status, AnyOf(502, 503, 504)) << cold.body;
    EXPECT_EQ(cold.header("Content-Type"), "application/problem+json");
  }
  const json open = world_.breaker();
  EXPECT_EQ(open.at("state"), "open");
  EXPECT_EQ(open.at("transitions").at("closedToOpen"), 1);
  const int calls = world_.upstream_calls() - calls_before;
  if (std::string(GetParam()) == "hang") {
    EXPECT_LE(calls, 5) << "calls that hang may open it sooner, by the slow-call rule";
  } else {
    EXPECT_EQ(calls, 5);
    EXPECT_EQ(open.at("calls").at("failure"), 5);
  }
  EXPECT_FALSE(open.at("retryAfterSeconds").is_null());

  for (int i = 0; i < 20; ++i) {
    const HttpResponse cold = world_.quote("NEVERSEEN" + std::to_string(i));
    EXPECT_EQ(cold.status, 503) << cold.body;
    EXPECT_EQ(json::parse(cold.body).at("code"), "circuit_open");
    EXPECT_FALSE(cold.header("Retry-After").empty());
  }
  for (const char* const symbol : kKnown) {
    json stale;
    ASSERT_TRUE(eventually([&] {
      stale = known(symbol);
      return stale.at("stale") == true && stale.at("staleReason") == "circuit_open";
    })) << stale;
    EXPECT_EQ(json::parse(world_.quote(symbol).body).at("fetchedAt"), stale.at("fetchedAt"));
  }
  ASSERT_EQ(world_.breaker_state(), "open");
  EXPECT_EQ(world_.upstream_calls() - calls_before, calls)
      << "an open breaker lets nothing through";

  world_.set_mode("ok");
  ASSERT_TRUE(eventually([&] {
    for (const char* const symbol : kKnown) static_cast<void>(known(symbol));
    return world_.breaker_state() == "closed";
  }));
  const json healed = world_.breaker();
  EXPECT_EQ(healed.at("transitions").at("halfOpenToClosed"), 1);
  EXPECT_GE(healed.at("transitions").at("openToHalfOpen").get<int>(), 1);
  for (const char* const symbol : kKnown) {
    EXPECT_TRUE(eventually([&] { return known(symbol).at("stale") == false; })) << symbol;
  }
  EXPECT_EQ(known("IBM").at("price"), before.at("price"));
  EXPECT_EQ(world_.quote("COLD0").status, 200);
}

// CTest selects integration tests by the beginning of their names.
INSTANTIATE_TEST_SUITE_P(IntegrationOutage, Outage,
                         testing::Values("error", "hang", "reset", "garbage"),
                         [](const auto& mode) { return std::string(mode.param); });

TEST(IntegrationBreaker, GaugeFollowsThroughClosedOpenHalfOpenClosed) {
  const World world({.service_args = {"--open-timeout", kOpenTimeout}});
  const auto gauge = [&] { return world.metric("stock_api_circuit_breaker_state"); };
  EXPECT_EQ(gauge(), 0);
  world.set_mode("error");
  ASSERT_NO_FATAL_FAILURE(open_breaker(world));
  EXPECT_EQ(gauge(), 1);
  world.set_mode("ok");
  // Without requests the breaker stays half-open.
  EXPECT_TRUE(eventually([&] { return gauge() == 2; }));
  int probes = 0;
  EXPECT_TRUE(eventually([&] {
    static_cast<void>(world.quote("PROBE" + std::to_string(probes++)));
    return world.breaker_state() == "closed";
  }));
  EXPECT_EQ(gauge(), 0);
}

TEST(IntegrationBreaker, EndpointNeverAnswersAQuote) {
  const World world;
  for (const char* const target : {"/circuit-breaker", "/circuit-breaker?symbol=IBM"}) {
    const HttpResponse response = world.get(target);
    EXPECT_EQ(response.status, 200);
    const json body = json::parse(response.body);
    EXPECT_TRUE(body.contains("breakers"));
    EXPECT_EQ(body.at("state"), "closed");
    EXPECT_FALSE(body.contains("price"));
    EXPECT_FALSE(body.contains("symbol"));
  }
  EXPECT_EQ(world.upstream_calls(), 0);
}

TEST(IntegrationBreaker, LogsTheOutage) {
  World world;
  world.set_mode("error");
  ASSERT_NO_FATAL_FAILURE(open_breaker(world));
  EXPECT_TRUE(eventually([&] {
    const std::string log = world.service().err();
    return log.find("alpha_vantage") != std::string::npos && log.find("open") != std::string::npos;
  })) << world.service().err();
}

}  // namespace
}  // namespace integration
