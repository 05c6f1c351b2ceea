#include "service/operations/status_handlers.h"

#include "tests/service/api_fixture.h"

namespace service {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class StatusHandlers : public ApiTest {
 protected:
  void fail_until_open() {
    upstream.fails(FailureKind::upstream_failure);
    for (int i = 0; i < 5; ++i) (void)get("/stocks/BAD" + std::to_string(i));
    ASSERT_EQ(breaker().snapshot().state, circuitbreaker::State::open);
  }
  std::string health_detail() {
    return json_of(get("/health"))["dependencies"][0]["detail"].get<std::string>();
  }
};

TEST_F(StatusHandlers, CircuitBreakerHasExactlyTheContractsFields) {
  const json page = json_of(get("/circuit-breaker"));
  const auto names = [](const json& object) {
    std::vector<std::string> keys;
    for (const auto& entry : object.items()) keys.push_back(entry.key());
    return keys;
  };
  using testing::UnorderedElementsAre;
  EXPECT_THAT(names(page), UnorderedElementsAre("state", "instance", "breakers", "quota"));
  std::vector<std::string> breakers;
  for (const json& each : page["breakers"]) breakers.push_back(each["name"].get<std::string>());
  EXPECT_THAT(breakers,
              testing::ElementsAre("alpha_vantage", "alpha_vantage.quote", "alpha_vantage.history",
                                   "alpha_vantage.search", "alpha_vantage.markets"));
  const json& breaker = page["breakers"][0];
  EXPECT_THAT(
      names(breaker),
      UnorderedElementsAre("name", "state", "mode", "since", "reason", "retryAfterSeconds",
                           "consecutiveFailures", "consecutiveSuccesses", "inFlight", "overdue",
                           "calls", "fallbacks", "failureRate", "successRate", "responseSeconds",
                           "transitions", "secondsInState", "lastFailure", "settings"));
  EXPECT_THAT(names(breaker["calls"]), UnorderedElementsAre("total", "success", "failure",
                                                            "timeout", "ignored", "rejected"));
  EXPECT_THAT(
      names(breaker["transitions"]),
      UnorderedElementsAre("closedToOpen", "openToHalfOpen", "halfOpenToClosed", "halfOpenToOpen"));
  EXPECT_THAT(names(breaker["secondsInState"]),
              UnorderedElementsAre("closed", "open", "half_open"));
  EXPECT_THAT(names(breaker["responseSeconds"]), UnorderedElementsAre("min", "avg", "max"));
  EXPECT_THAT(names(page["quota"]),
              UnorderedElementsAre("plan", "remaining", "heldUntil", "heldReason"));
  EXPECT_THAT(names(page["quota"]["remaining"]), UnorderedElementsAre("second", "minute", "day"));
}

TEST_F(StatusHandlers, CircuitBreakerFollowsAnOutage) {
  fail_until_open();
  scheduler.advance(10s);
  const HttpResponse response = get("/circuit-breaker");
  EXPECT_EQ(header_of(response, "Cache-Control"), "no-store");
  const json page = json_of(response);
  EXPECT_EQ(page["state"], "open");
  const json& breaker = page["breakers"][0];
  EXPECT_EQ(breaker["state"], "open");
  EXPECT_EQ(breaker["since"], "2026-11-21T00:00:00Z") << "monotonic time, placed in the calendar";
  EXPECT_EQ(breaker["retryAfterSeconds"], 20);
  EXPECT_EQ(breaker["calls"]["failure"], 5);
  EXPECT_EQ(breaker["transitions"]["closedToOpen"], 1);
  EXPECT_EQ(breaker["secondsInState"]["open"], 10);
  EXPECT_EQ(breaker["lastFailure"]["at"], "2026-11-21T00:00:00Z");
  EXPECT_EQ(breaker["lastFailure"]["verdict"], "failure");
  EXPECT_EQ(breaker["settings"]["failureThreshold"], 5);
}

TEST_F(StatusHandlers, CircuitBreakerNamesTheReplica) {
  EXPECT_EQ(json_of(get("/circuit-breaker"))["instance"], "test-instance");
}

TEST_F(StatusHandlers, OneBreakerIsTheSameObjectAsInTheList) {
  const json list = json_of(get("/circuit-breaker"));
  const HttpResponse response = get("/circuit-breaker/alpha_vantage");
  EXPECT_EQ(header_of(response, "Cache-Control"), "no-store");
  EXPECT_EQ(json_of(response), list["breakers"][0]);
}

TEST_F(StatusHandlers, AnUnknownBreakerIsA404) {
  const HttpResponse response = get("/circuit-breaker/nope");
  EXPECT_EQ(response.status, 404);
  EXPECT_EQ(json_of(response)["code"], "not_found");
}

TEST_F(StatusHandlers, CircuitBreakerIsNeverASymbol) {
  const json page = json_of(get("/circuit-breaker"));
  EXPECT_FALSE(page.contains("symbol"));
  EXPECT_EQ(upstream.calls(), 0u);
}

TEST_F(StatusHandlers, HealthIsOkDegradedOrDown) {
  EXPECT_EQ(json_of(get("/health"))["status"], "ok");
  fail_until_open();
  HttpResponse response = get("/health");
  EXPECT_EQ(response.status, 503) << "no call is possible and no value is known";
  EXPECT_EQ(header_of(response, "Retry-After"), "1");
  EXPECT_EQ(json_of(response)["status"], "down");
  EXPECT_EQ(json_of(response)["dependencies"][0]["status"], "down");

  upstream.heals();
  scheduler.advance(30s);
  EXPECT_EQ(get("/stocks/IBM").status, 200);
  fail_until_open();
  response = get("/health");
  EXPECT_EQ(response.status, 200) << "known values can be served";
  EXPECT_EQ(json_of(response)["status"], "degraded");
  EXPECT_EQ(json_of(response)["dependencies"][0]["name"], "alpha_vantage");
  EXPECT_EQ(json_of(response)["dependencies"][0]["breaker"], "open");
}

TEST_F(StatusHandlers, HealthIsDownDuringAHoldWithoutKnownValues) {
  for (const FailureKind kind : {FailureKind::misconfigured, FailureKind::throttled_day,
                                 FailureKind::throttled_minute, FailureKind::blocked}) {
    upstream.fails(kind);
    scheduler.advance(24h);
    (void)get("/stocks/A1");
    ASSERT_NE(get("/stocks/A2").status, 200);
    const HttpResponse response = get("/health");
    EXPECT_EQ(response.status, 503) << to_string(kind);
    EXPECT_EQ(header_of(response, "Retry-After"), "1");
    EXPECT_EQ(json_of(response)["status"], "down");
  }
}

TEST_F(StatusHandlers, HealthIsDegradedDuringAHoldWithKnownValues) {
  settings.client.quota_plan = "custom";
  settings.client.quota_per_day = 25;
  (void)get("/stocks/IBM");
  upstream.fails(FailureKind::misconfigured);
  (void)get("/stocks/A1");
  const HttpResponse response = get("/health");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(json_of(response)["status"], "degraded");
  EXPECT_THAT(health_detail(), AllOf(HasSubstr("misconfigured"), HasSubstr("calls left today: 23"),
                                     HasSubstr("known values are served")));
}

TEST_F(StatusHandlers, HealthIsDegradedDuringAHoldThatCallersWaitFor) {
  upstream.fails(FailureKind::throttled_second);
  const HandlerResult waiting = start("/stocks/A1");
  scheduler.run_ready();
  ASSERT_THAT(health_detail(), HasSubstr("throttled_second"));
  EXPECT_EQ(get("/health").status, 200);
  EXPECT_EQ(json_of(get("/health"))["status"], "degraded");
}

TEST_F(StatusHandlers, HealthIsDownWhenTheDailyQuotaIsUsedUpAndNoValueIsKnown) {
  settings.client.quota_plan = "custom";
  settings.client.quota_per_day = 1;
  upstream.fails(FailureKind::upstream_failure);
  (void)get("/stocks/A1");
  EXPECT_EQ(get("/health").status, 503);
  EXPECT_THAT(health_detail(), AllOf(HasSubstr("day_spent"), HasSubstr("calls left today: 0"),
                                     Not(HasSubstr("known values are served"))));
}

TEST_F(StatusHandlers, AnUnknownSymbolInTheCacheIsNotAKnownValue) {
  upstream.fails(FailureKind::not_found);
  EXPECT_EQ(get("/stocks/NOPE").status, 404);
  ASSERT_EQ(metric("stock_cache_entries"), "1");
  upstream.fails(FailureKind::blocked);
  (void)get("/stocks/IBM");
  EXPECT_EQ(get("/health").status, 503);
  breaker().force_open("maintenance");
  EXPECT_EQ(get("/health").status, 503);
  EXPECT_THAT(health_detail(), Not(HasSubstr("known values are served")));
}

TEST_F(StatusHandlers, TheWorstBreakerIsTheStateOfTheServiceAndDegradesItsHealth) {
  upstream.answers(
      [](const stockclient::Query& query, auto, const auto&) -> stockclient::AttemptResult {
        if (query.function == stockclient::Function::symbol_search)
          return stockclient::testing::fault(FailureKind::upstream_failure);
        return stockclient::Data(stockclient::testing::quote_of(query.argument));
      });
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(get("/search?q=x" + std::to_string(i)).status, 502);
    EXPECT_EQ(get("/stocks/S" + std::to_string(i)).status, 200);
  }
  EXPECT_EQ(get("/search?q=y").status, 503);
  const json page = json_of(get("/circuit-breaker"));
  EXPECT_EQ(page["state"], "open");
  EXPECT_EQ(page["breakers"][0]["state"], "closed");
  EXPECT_EQ(page["breakers"][3]["name"], "alpha_vantage.search");
  EXPECT_EQ(page["breakers"][3]["state"], "open");
  EXPECT_EQ(metric("stock_api_circuit_breaker_state"), "1");
  EXPECT_EQ(metric("circuit_breaker_state{name=\"alpha_vantage\"}"), "0");
  EXPECT_EQ(metric("circuit_breaker_state{name=\"alpha_vantage.search\"}"), "1");
  EXPECT_EQ(metric("circuit_breaker_call_duration_seconds_count{name=\"alpha_vantage.search\"}"),
            "5");
  const json health = json_of(get("/health"));
  EXPECT_EQ(health["status"], "degraded");
  EXPECT_EQ(health["dependencies"][0]["status"], "ok");
  EXPECT_EQ(health["dependencies"][3]["status"], "down");
  EXPECT_THAT(log_lines.all(),
              testing::Contains(HasSubstr("changed state name=alpha_vantage.search from=closed")));
}

TEST_F(StatusHandlers, AFunctionIsDegradedWhileTheHostIsOpen) {
  breaker().trip("test");
  const json quote = json_of(get("/health"))["dependencies"][1];
  EXPECT_EQ(quote["name"], "alpha_vantage.quote");
  EXPECT_EQ(quote["status"], "degraded");
  EXPECT_EQ(quote["breaker"], "closed");
  EXPECT_THAT(quote["detail"].get<std::string>(), HasSubstr("while alpha_vantage is open"));
}

TEST_F(StatusHandlers, HealthReportsABreakerForcedOpenByAnOperator) {
  breaker().force_open("maintenance");
  EXPECT_THAT(health_detail(), HasSubstr("an operator"));
}

TEST_F(StatusHandlers, ReadinessDependsOnlyOnTheLifecycle) {
  EXPECT_EQ(get("/readyz").status, 503);
  EXPECT_EQ(header_of(get("/readyz"), "Retry-After"), "1");
  app().lifecycle().set(Lifecycle::Stage::ready);
  EXPECT_EQ(get("/readyz").status, 200);
  fail_until_open();
  const std::size_t calls = upstream.calls();
  EXPECT_EQ(get("/readyz").status, 200) << "an open breaker is no reason to send traffic elsewhere";
  app().lifecycle().set(Lifecycle::Stage::draining);
  EXPECT_EQ(get("/readyz").status, 503);
  EXPECT_EQ(get("/livez").status, 200);
  EXPECT_EQ(upstream.calls(), calls);
}

TEST_F(StatusHandlers, StatusEndpointsIgnoreQueryParameters) {
  for (const char* target : {"/health?probe=1", "/metrics?name=x", "/livez?a=1&a=2"})
    EXPECT_NE(get(target).status, 400) << target;
}

}  // namespace
}  // namespace service
