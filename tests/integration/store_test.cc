/// Values that survive a restart in SQLite and PostgreSQL, and the service without its store.

#include <filesystem>
#include <fstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/integration/store_fixture.h"
#include "tests/support/postgres_server.h"

namespace integration {
namespace {

using test_support::eventually;
using test_support::http_get;
using test_support::http_request;
using test_support::PostgresServer;
using test_support::Process;
using testing::HasSubstr;
using testing::Not;

class IntegrationStore : public StoreFixture {
 protected:
  void expect_known_after_a_kill_in_an_outage() {
    start();
    const json before = json::parse(quote("IBM").body);
    const json history = json::parse(get("/stocks/IBM/history?days=3").body);
    ASSERT_EQ(quote("MSFT").status, 200);
    ASSERT_NO_FATAL_FAILURE(kill());
    set_mode("error");
    start();
    const HttpResponse answer = quote("IBM");
    ASSERT_EQ(answer.status, 200) << answer.body << service_->err();
    const json after = json::parse(answer.body);
    for (const char* figure : {"price", "open", "volume", "tradingDay", "fetchedAt", "source"})
      EXPECT_EQ(after.at(figure), before.at(figure)) << figure;
    EXPECT_EQ(after.at("stale"), true);
    EXPECT_EQ(json::parse(get("/stocks/IBM/history?days=3").body).at("bars"), history.at("bars"));
    EXPECT_EQ(quote("MSFT").status, 200);
    EXPECT_GE(quote("NEVERSEEN").status, 500);
  }
};

TEST_F(IntegrationStore, ValuesSurviveAKillInSqlite) {
  expect_known_after_a_kill_in_an_outage();
}

TEST_F(IntegrationStore, ValuesSurviveAKillInPostgres) {
  const PostgresServer server;
  store_url_ = server.url();
  expect_known_after_a_kill_in_an_outage();
  EXPECT_FALSE(std::filesystem::exists(folder_.path() / "state" / "quotes.db"));
}

TEST_F(IntegrationStore, ReplicasShareTheValuesInPostgres) {
  const PostgresServer server;
  store_url_ = server.url();
  start();
  ASSERT_EQ(quote("IBM").status, 200);
  const auto replica = start_service({"--store-path", folder_.path() / "another"});
  const std::uint16_t port = replica->wait_for_port();
  set_mode("error");
  EXPECT_EQ(http_get(port, "/stocks/IBM").status, 200);
}

TEST_F(IntegrationStore, AFrozenDatabaseOpensItsBreakerAndDelaysNoRequest) {
  PostgresServer server;
  store_url_ = server.url();
  start({"--config", folder_.write("service.yaml",
                                   "circuit_breaker: {database: {failure_threshold: 2, "
                                   "request_timeout: 300ms, open_timeout: 500ms}}\n")});
  ASSERT_EQ(quote("IBM").status, 200);
  ASSERT_TRUE(eventually([&] { return health().at("status") == "ok"; })) << health();
  server.freeze();
  for (int i = 0; breaker().at("state") == "closed" && i < 100; ++i)
    ASSERT_EQ(quote("NEW" + std::to_string(i)).status, 200);
  EXPECT_NE(breaker().at("state"), "closed");
  EXPECT_NE(health().at("status"), "ok");
  EXPECT_EQ(json::parse(get("/health").body).at("status"), "degraded");
  EXPECT_TRUE(eventually([&] {
    return service_->err().find("the store of values is failing") != std::string::npos;
  })) << service_->err();
  EXPECT_EQ(quote("IBM").status, 200);
  EXPECT_EQ(quote("LATER").status, 200);
  server.thaw();
  EXPECT_TRUE(eventually([&] { return breaker().at("state") == "closed"; })) << breaker();
  EXPECT_TRUE(eventually([&] {
    return service_->err().find("the store of values works again") != std::string::npos;
  }));
  EXPECT_TRUE(eventually([&] {
    return get("/metrics").body.find("\nstock_store_write_lag_seconds 0\n") != std::string::npos;
  })) << "the values that waited are written";
  ASSERT_NO_FATAL_FAILURE(kill());
  set_mode("error");
  start();
  EXPECT_EQ(quote("LATER").status, 200);
}

TEST_F(IntegrationStore, ASpentDayIsReportedImmediatelyAlthoughTheStoreIsAskedFirst) {
  start({"--quota-plan", "custom", "--quota-per-day", "1", "--max-wait", "50s"});
  ASSERT_EQ(quote("IBM").status, 200);
  const HttpResponse refused = quote("OTHER");
  EXPECT_EQ(refused.status, 503);
  EXPECT_THAT(refused.body, HasSubstr("daily quota"));
}

TEST_F(IntegrationStore, FailFastEndsFlightsWhileTheDatabaseIsDown) {
  start({"--config",
         folder_.write("service.yaml", "circuit_breaker: {database: {fail_fast: true}}\n")});
  ASSERT_EQ(quote("IBM").status, 200);
  const auto command = [&](const char* action) {
    test_support::HttpCall call(port_, "POST", std::string("/circuit-breaker/database/") + action,
                                {}, {{"Authorization", "Bearer an-operators-token"}});
    EXPECT_EQ(call.response().status, 200);
  };
  command("force-open");
  const HttpResponse refused = quote("OTHER");
  EXPECT_EQ(refused.status, 503);
  EXPECT_EQ(json::parse(refused.body).at("code"), "circuit_open");
  EXPECT_NE(refused.header("Retry-After"), "");
  EXPECT_EQ(quote("IBM").status, 200);
  command("reset");
  EXPECT_EQ(quote("OTHER").status, 200);
}

TEST_F(IntegrationStore, ADeletedSymbolStaysForgottenAfterARestart) {
  start();
  ASSERT_EQ(quote("IBM").status, 200);
  ASSERT_EQ(quote("MSFT").status, 200);
  test_support::HttpCall call(port_, "DELETE", "/stocks/IBM", {},
                              {{"Authorization", "Bearer an-operators-token"}});
  ASSERT_LT(call.response().status, 300);
  service_->signal(SIGTERM);
  ASSERT_EQ(service_->wait_for_exit(), 0);
  set_mode("error");
  start();
  EXPECT_EQ(quote("MSFT").status, 200);
  EXPECT_GE(quote("IBM").status, 500);
}

TEST_F(IntegrationStore, ASecondServiceInTheFolderRunsWithoutTheStoreUntilItIsFree) {
  const std::string yaml =
      folder_.write("service.yaml", "circuit_breaker: {database: {open_timeout: 100ms}}\n");
  start({"--config", yaml});
  ASSERT_EQ(quote("IBM").status, 200);
  // With another key, because two services must not share one key's quota ledger.
  const auto second = start_service({"--config", yaml}, "another-key");
  const std::uint16_t port = second->wait_for_port();
  EXPECT_TRUE(eventually(
      [&] { return second->err().find("the store of values is failing") != std::string::npos; }));
  EXPECT_EQ(http_get(port, "/stocks/MSFT").status, 200);
  ASSERT_NO_FATAL_FAILURE(kill());
  EXPECT_TRUE(eventually([&] {
    return second->err().find("the store of values works again") != std::string::npos;
  })) << second->err();
  set_mode("error");
  EXPECT_EQ(http_get(port, "/stocks/IBM").status, 200);
}

TEST_F(IntegrationStore, ADamagedFileIsRenamedAndReplaced) {
  std::filesystem::create_directories(folder_.path() / "state");
  std::ofstream(folder_.path() / "state" / "quotes.db") << std::string(8192, 'x');
  start();
  ASSERT_EQ(quote("IBM").status, 200);
  EXPECT_TRUE(eventually([&] {
    return service_->err().find("the store's file is damaged") != std::string::npos;
  })) << service_->err();
  ASSERT_NO_FATAL_FAILURE(kill());
  set_mode("error");
  start();
  EXPECT_EQ(quote("IBM").status, 200);
}

TEST_F(IntegrationStore, ValuesOfAnotherUpstreamAreNotShown) {
  start();
  ASSERT_EQ(quote("IBM").status, 200);
  ASSERT_NO_FATAL_FAILURE(kill());
  set_mode("error");
  start({"--entitlement", "realtime"});
  EXPECT_GE(quote("IBM").status, 500);
}

TEST_F(IntegrationStore, ThePasswordOfTheDatabaseIsShownNowhere) {
  store_url_ = "postgresql://quotes:CANARY7f3a@127.0.0.1:1/db";
  start({"--log-level", "debug"});
  ASSERT_EQ(quote("IBM").status, 200);
  EXPECT_TRUE(eventually(
      [&] { return service_->err().find("the store of values is failing") != std::string::npos; }));
  for (const char* page : {"/health", "/circuit-breaker", "/metrics"})
    EXPECT_THAT(get(page).body, Not(HasSubstr("CANARY"))) << page;
  EXPECT_THAT(service_->err(), Not(HasSubstr("CANARY")));
  const auto printed = start_service({"--print-config"});
  EXPECT_EQ(printed->wait_for_exit(), 0);
  EXPECT_THAT(printed->out(),
              testing::AllOf(HasSubstr("quotes:***@127"), Not(HasSubstr("CANARY"))));
}

TEST_F(IntegrationStore, APasswordIsNotAcceptedAsAFlag) {
  const auto refused =
      start_service({"--store-url", "postgresql://quotes:CANARY7f3a@127.0.0.1:1/db"});
  EXPECT_EQ(refused->wait_for_exit(), 2);
  EXPECT_THAT(refused->err(),
              testing::AllOf(HasSubstr("STOCK_SERVICE_STORE_URL"), Not(HasSubstr("CANARY"))));
}

}  // namespace
}  // namespace integration
