/// One function of the upstream fails or hangs, alone or together with all others.

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/integration/world.h"

namespace integration {
namespace {

using test_support::eventually;
using test_support::HttpCall;

constexpr const char* kHistory = "alpha_vantage.history";

class IntegrationFunctions : public testing::TestWithParam<const char*> {
 protected:
  void limit_mode_to_history(const std::string& mode) const {
    world_.set_mode(json{{"mode", mode}, {"function", "TIME_SERIES_DAILY"}}.dump());
  }
  [[nodiscard]] HttpResponse history(const std::string& symbol) const {
    return world_.get("/stocks/" + symbol + "/history");
  }
  /// Requests a quote that needs an upstream call. The call must succeed.
  void expect_new_quote() {
    const HttpResponse response = world_.quote("NEW" + std::to_string(quotes_++));
    EXPECT_EQ(response.status, 200) << response.body;
  }
  [[nodiscard]] double gauge() const { return world_.metric("stock_api_circuit_breaker_state"); }

  int quotes_ = 0;
  const World world_{{.service_args = {"--open-timeout", ms(4000)}}};
};

TEST_P(IntegrationFunctions, HistoryThatFailsOrHangsAloneOpensAloneAndQuotesGoOn) {
  ASSERT_EQ(history("IBM").status, 200);
  EXPECT_EQ(gauge(), 0);
  limit_mode_to_history(GetParam());
  ASSERT_TRUE(eventually([&] {
    static_cast<void>(history("COLD" + std::to_string(quotes_)));
    expect_new_quote();
    return world_.breaker_state(kHistory) == "open";
  }));
  const HttpResponse refused = history("NEVERSEEN");
  EXPECT_EQ(refused.status, 503);
  EXPECT_EQ(json::parse(refused.body).at("code"), "circuit_open");
  EXPECT_EQ(history("IBM").status, 200);
  expect_new_quote();

  EXPECT_EQ(world_.breaker_state(), "closed");
  EXPECT_EQ(world_.breaker_state("alpha_vantage.quote"), "closed");
  EXPECT_EQ(json::parse(world_.get("/circuit-breaker").body).at("state"), "open") << "the worst";
  const json one = json::parse(world_.get("/circuit-breaker/alpha_vantage.history").body);
  EXPECT_EQ(one.at("name"), kHistory);
  EXPECT_EQ(one.at("state"), "open");
  EXPECT_EQ(gauge(), 1);
  EXPECT_EQ(world_.metric("circuit_breaker_state{name=\"alpha_vantage.history\"}"), 1);
  EXPECT_EQ(world_.metric("circuit_breaker_state{name=\"alpha_vantage\"}"), 0);

  world_.set_mode("ok");
  int probes = 0;
  ASSERT_TRUE(eventually([&] {
    static_cast<void>(history("PROBE" + std::to_string(probes++)));
    return world_.breaker_state(kHistory) == "closed";
  }));
  EXPECT_EQ(gauge(), 0);
  EXPECT_EQ(world_.breaker().at("transitions").at("closedToOpen"), 0);
}

INSTANTIATE_TEST_SUITE_P(IntegrationFunctions, IntegrationFunctions,
                         testing::Values("error", "hang"),
                         [](const auto& mode) { return std::string(mode.param); });

TEST(IntegrationFunctionsTogether, QuotesAreFetchedWhileEveryHistoryThatIsAllowedHangs) {
  const World world({.service_args = {"--upstream-timeout", ms(5000), "--max-wait", ms(8000)}});
  world.set_mode(R"({"mode":"hang","function":"TIME_SERIES_DAILY"})");
  std::vector<HttpCall> histories;
  for (int i = 0; i < 40; ++i) {
    histories.emplace_back(world.service_port(), "GET",
                           "/stocks/H" + std::to_string(i) + "/history");
  }
  for (int i = 0; i < 10; ++i) {
    const HttpResponse quote = world.quote("Q" + std::to_string(i));
    EXPECT_EQ(quote.status, 200) << quote.body;
  }
  ASSERT_TRUE(eventually([&] { return world.breaker_state(kHistory) != "closed"; }));
  EXPECT_EQ(world.quote("LATER").status, 200);
  EXPECT_EQ(world.breaker_state(), "closed");
  for (HttpCall& call : histories) EXPECT_EQ(call.response().status, 503);
}

TEST(IntegrationFunctionsTogether, EverythingFailingOpensTheHostAtTheFifthCall) {
  const std::vector<std::vector<std::string>> uses{
      {"/stocks/A", "/stocks/B", "/stocks/C", "/stocks/D", "/stocks/E"},
      {"/stocks/A/history", "/stocks/B/history", "/stocks/C/history", "/stocks/D/history",
       "/stocks/E/history"},
      {"/stocks/A", "/stocks/A/history", "/search?q=a", "/markets", "/stocks/B"}};
  for (const auto& targets : uses) {
    const World world({.service_args = {"--open-timeout", "60s", "--retry-attempts", "1"}});
    world.set_mode("error");
    for (const std::string& target : targets) {
      EXPECT_EQ(world.breaker_state(), "closed") << target;
      EXPECT_EQ(world.get(target).status, 502) << target;
    }
    EXPECT_EQ(world.breaker_state(), "open");
    EXPECT_EQ(world.upstream_calls(), 5);
    EXPECT_EQ(world.get("/stocks/NEW/history").status, 503);
    EXPECT_EQ(world.upstream_calls(), 5);
  }
}

}  // namespace
}  // namespace integration
