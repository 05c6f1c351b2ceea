#include "service/handlers/status_handlers.h"

#include "tests/service/api_fixture.h"

namespace service {
namespace {

using testing::HasSubstr;

class StatusHandlers : public ApiTest {
 protected:
  void fail_until_open() {
    upstream.fails(AnswerClass::upstream_failure);
    for (int i = 0; i < 5; ++i) (void)get("/stocks/BAD" + std::to_string(i));
    ASSERT_EQ(breaker().snapshot().state, circuitbreaker::State::open);
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
  EXPECT_THAT(names(page), UnorderedElementsAre("state", "breakers", "quota"));
  ASSERT_EQ(page["breakers"].size(), 1u);
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

TEST_F(StatusHandlers, CircuitBreakerIsNeverASymbol) {
  const json page = json_of(get("/circuit-breaker"));
  EXPECT_FALSE(page.contains("symbol"));
  EXPECT_EQ(upstream.calls(), 0u);
}

TEST_F(StatusHandlers, HealthIsOkDegradedOrDown) {
  EXPECT_EQ(json_of(get("/health"))["status"], "ok");
  fail_until_open();
  HttpResponse response = get("/health");
  EXPECT_EQ(response.status, 503) << "nothing can be asked and nothing is known";
  EXPECT_EQ(header_of(response, "Retry-After"), "1");
  EXPECT_EQ(json_of(response)["status"], "down");
  EXPECT_EQ(json_of(response)["dependencies"][0]["status"], "down");

  upstream.heals();
  scheduler.advance(30s);
  EXPECT_EQ(get("/stocks/IBM").status, 200);
  upstream.fails(AnswerClass::upstream_failure);
  (void)get("/stocks/MSFT");
  response = get("/health");
  EXPECT_EQ(response.status, 200) << "what is known can be answered";
  EXPECT_EQ(json_of(response)["status"], "degraded");
  EXPECT_EQ(json_of(response)["dependencies"][0]["name"], "alpha_vantage");
  EXPECT_EQ(json_of(response)["dependencies"][0]["breaker"], "open");
}

TEST_F(StatusHandlers, HealthSaysWhenAnOperatorForbidsCalls) {
  breaker().force_open("maintenance");
  EXPECT_THAT(json_of(get("/health"))["dependencies"][0]["detail"].get<std::string>(),
              HasSubstr("an operator"));
}

TEST_F(StatusHandlers, ReadinessFollowsTheLifecycleAndNothingElse) {
  EXPECT_EQ(get("/readyz").status, 503);
  EXPECT_EQ(header_of(get("/readyz"), "Retry-After"), "1");
  lifecycle.set(Lifecycle::Phase::ready);
  EXPECT_EQ(get("/readyz").status, 200);
  fail_until_open();
  const std::size_t calls = upstream.calls();
  EXPECT_EQ(get("/readyz").status, 200) << "an open breaker is no reason to send traffic elsewhere";
  lifecycle.set(Lifecycle::Phase::draining);
  EXPECT_EQ(get("/readyz").status, 503);
  EXPECT_EQ(get("/livez").status, 200);
  EXPECT_EQ(upstream.calls(), calls);
}

TEST_F(StatusHandlers, StatusPagesIgnoreQueryParameters) {
  for (const char* target : {"/health?probe=1", "/metrics?name=x", "/livez?a=1&a=2"})
    EXPECT_NE(get(target).status, 400) << target;
}

}  // namespace
}  // namespace service
