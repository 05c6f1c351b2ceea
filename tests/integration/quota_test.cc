/// The daily quota: it cannot be spent twice, every page shows its state, and it survives restarts.

#include <csignal>
#include <ctime>
#include <memory>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/integration/world.h"

namespace integration {
namespace {

using test_support::eventually;
using test_support::http_get;
using test_support::Process;
using testing::HasSubstr;

constexpr std::time_t kHour = 3600;

/// The time in the format `2026-11-21T08:00:00Z`.
std::string rfc3339(std::time_t time) {
  std::tm parts{};
  gmtime_r(&time, &parts);
  char text[32];
  return {text, std::strftime(text, sizeof text, "%FT%TZ", &parts)};
}

/// One simulator and one store folder, with a service that can be killed and restarted.
class IntegrationQuota : public testing::Test {
 protected:
  void start(std::vector<std::string> args, const std::string& key = "quota-test-key") {
    args.insert(args.end(), {"--port", "0", "--store-path", folder_.path() / "state", "--store-url",
                             "none", "--fresh-ttl", "1ms", "--market-hours", "off", "--drain-grace",
                             "0s", "--quota-reset", reset_, "--upstream-url",
                             "http://127.0.0.1:" + std::to_string(simulator_port_)});
    service_ = std::make_unique<Process>(
        test_support::Command{.binary = STOCK_SERVICE,
                              .args = std::move(args),
                              .environment = {{"ALPHAVANTAGE_API_KEY", key}}});
    port_ = service_->wait_for_port();
  }
  void kill() {
    service_->signal(SIGKILL);
    ASSERT_TRUE(service_->wait_for_exit());
  }
  [[nodiscard]] HttpResponse quote(const std::string& symbol) const {
    return http_get(port_, "/stocks/" + symbol);
  }
  [[nodiscard]] json page(const char* target) const {
    return json::parse(http_get(port_, target).body);
  }
  [[nodiscard]] json quota() const { return page("/circuit-breaker").at("quota"); }
  [[nodiscard]] int calls() const {
    const HttpResponse response = http_get(simulator_port_, "/_control/calls");
    return json::parse(response.body).at("total").get<int>();
  }
  void set_mode(const std::string& mode) const {
    const std::string body = json{{"mode", mode}}.dump();
    ASSERT_EQ(test_support::http_request(simulator_port_, "PUT", "/_control/mode", body).status,
              200);
  }

  /// Checks everything that the service reports while no calls are allowed until the reset.
  void expect_held_until_the_reset(const std::string& reason,
                                   const std::string& status = "degraded") const {
    EXPECT_EQ(quota().at("heldUntil"), rfc3339(reset_at_));
    EXPECT_EQ(quota().at("heldReason"), reason);
    const json health = page("/health");
    EXPECT_EQ(health.at("status"), status);
    EXPECT_THAT(health.at("dependencies").at(0).at("detail").get<std::string>(),
                testing::AllOf(HasSubstr(rfc3339(reset_at_)), HasSubstr(reason)));
    const std::string metrics = http_get(port_, "/metrics").body;
    EXPECT_THAT(metrics, HasSubstr("alpha_vantage_hold_until_timestamp_seconds "));
    EXPECT_THAT(metrics, testing::Not(HasSubstr("alpha_vantage_hold_until_timestamp_seconds 0\n")));
    EXPECT_THAT(metrics, HasSubstr("alpha_vantage_held{reason=\"" + reason + "\"} 1\n"));
    EXPECT_THAT(service_->err(), testing::AllOf(HasSubstr(rfc3339(reset_at_)), HasSubstr(reason)));
    EXPECT_EQ(page("/circuit-breaker").at("state"), "closed");
  }

  void expect_refused_until_the_reset(const std::string& symbol) const {
    const auto now = std::time(nullptr);
    const HttpResponse response = quote(symbol);
    EXPECT_EQ(response.status, 503) << response.body;
    EXPECT_EQ(json::parse(response.body).at("code"), "upstream_throttled");
    EXPECT_NEAR(std::stod(response.header("Retry-After")), static_cast<double>(reset_at_ - now), 3);
  }

  // A reset some hours away, so that the day does not end during a test.
  const std::time_t reset_at_ = (std::time(nullptr) / kHour + 6) * kHour;
  const std::string reset_ = rfc3339(reset_at_).substr(11, 5) + " UTC";
  const test_support::TemporaryFolder folder_;
  Process simulator_{{.binary = ALPHAVANTAGE_SIMULATOR}};
  const std::uint16_t simulator_port_ = simulator_.wait_for_port();
  std::unique_ptr<Process> service_;
  std::uint16_t port_ = 0;
};

TEST_F(IntegrationQuota, ADailyRefusalStopsAllCallsUntilTheResetEvenAcrossARestart) {
  start({"--quota-plan", "unlimited"});
  ASSERT_EQ(quote("IBM").status, 200);
  set_mode("throttle-day");
  const int before = calls();
  EXPECT_EQ(quote("COLD").status, 503);
  EXPECT_EQ(calls() - before, 1);
  for (int i = 0; i < 20; ++i) {
    expect_refused_until_the_reset("COLD" + std::to_string(i));
    const HttpResponse known = quote("IBM");
    EXPECT_EQ(known.status, 200);
    EXPECT_EQ(json::parse(known.body).at("staleReason"), "throttled");
  }
  expect_held_until_the_reset("throttled_day");
  ASSERT_NO_FATAL_FAILURE(kill());
  start({"--quota-plan", "unlimited"});
  expect_refused_until_the_reset("COLD");
  // After the restart, the service knows no values.
  expect_held_until_the_reset("throttled_day", "down");
  EXPECT_EQ(calls() - before, 1);
}

TEST_F(IntegrationQuota, TheUsedQuotaIsShownAndSurvivesAKill) {
  const std::vector<std::string> five{"--quota-plan", "custom", "--quota-per-day", "5"};
  start(five);
  EXPECT_EQ(quota().at("remaining").at("day"), 5);
  for (const char* const symbol : {"A", "B"}) EXPECT_EQ(quote(symbol).status, 200);
  EXPECT_EQ(quota().at("remaining").at("day"), 3);
  EXPECT_THAT(page("/health").dump(), HasSubstr("left today: 3"));
  EXPECT_THAT(http_get(port_, "/metrics").body,
              HasSubstr("alpha_vantage_quota_remaining{window=\"day\"} 3\n"));
  EXPECT_TRUE(eventually([&] { return service_->err().find("left=3") != std::string::npos; }))
      << service_->err();
  ASSERT_NO_FATAL_FAILURE(kill());
  start(five);
  EXPECT_EQ(quota().at("remaining").at("day"), 3);
  EXPECT_EQ(calls(), 2);
}

TEST_F(IntegrationQuota, AUsedUpDayIsShownLikeADailyRefusal) {
  start({"--quota-plan", "custom", "--quota-per-day", "1"});
  ASSERT_EQ(quote("A").status, 200);
  expect_refused_until_the_reset("B");
  expect_held_until_the_reset("day_spent");
  EXPECT_EQ(json::parse(quote("A").body).at("staleReason"), "throttled");
  EXPECT_EQ(calls(), 1);
}

TEST_F(IntegrationQuota, AnotherKeyHasItsOwnQuota) {
  const std::vector<std::string> one{"--quota-plan", "custom", "--quota-per-day", "1"};
  start(one);
  ASSERT_EQ(quote("A").status, 200);
  ASSERT_NO_FATAL_FAILURE(kill());
  start(one, "another-test-key");
  EXPECT_EQ(quota().at("remaining").at("day"), 1);
}

TEST(IntegrationStorePath, AGivenFolderThatCannotBeUsedIsOneClearLine) {
  const test_support::TemporaryFolder folder;
  const std::string file = folder.write("file", "");
  Process service({.binary = STOCK_SERVICE,
                   .args = {"--port", "0", "--store-path", file + "/state"},
                   .environment = {{"ALPHAVANTAGE_API_KEY", "K"}}});
  EXPECT_EQ(service.wait_for_exit(), 1);
  EXPECT_THAT(service.err(), testing::AllOf(HasSubstr("store-path"), HasSubstr(file)));
}

TEST(IntegrationStorePath, ADefaultFolderThatCannotBeUsedIsAWarning) {
  const test_support::TemporaryFolder folder;
  const std::string file = folder.write("file", "");
  Process service(
      {.binary = STOCK_SERVICE,
       .args = {"--port", "0"},
       .environment = {{"ALPHAVANTAGE_API_KEY", "K"}, {"XDG_STATE_HOME", file + "/state"}}});
  EXPECT_EQ(http_get(service.wait_for_port(), "/livez").status, 200);
  EXPECT_TRUE(test_support::eventually([&] {
    return service.err().find("forget") != std::string::npos;
  })) << service.err();
}

TEST(IntegrationStorePath, TheDemoAndNoneWriteNothingToTheHomeFolder) {
  const test_support::TemporaryFolder home;
  for (const std::vector<std::string>& args :
       {std::vector<std::string>{"--demo"}, {"--store-path", "none"}}) {
    std::vector<std::string> all{"--port", "0"};
    all.insert(all.end(), args.begin(), args.end());
    Process service(
        {.binary = STOCK_SERVICE,
         .args = all,
         .environment = {{"ALPHAVANTAGE_API_KEY", "K"}, {"XDG_STATE_HOME", home.path().string()}}});
    static_cast<void>(service.wait_for_port());
    EXPECT_TRUE(std::filesystem::is_empty(home.path()));
  }
}

}  // namespace
}  // namespace integration
