#include "service/operations/admin_handlers.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/service/api_fixture.h"

namespace service {
namespace {

using testing::Contains;
using testing::HasSubstr;

class AdminHandlers : public ApiTest {
 protected:
  AdminHandlers() { admin_token = "correct-horse-battery"; }
  HttpResponse post(const std::string& target, const std::string& token) {
    return request(target, {{"Authorization", token}}, "POST");
  }
};

TEST_F(AdminHandlers, ControlTheBreakerAndReturnItsNewState) {
  HttpResponse response =
      post("/circuit-breaker/alpha_vantage/force-open", "Bearer correct-horse-battery");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(json_of(response)["mode"], "forced_open");
  EXPECT_EQ(get("/stocks/IBM").status, 503);
  EXPECT_EQ(json_of(post("/circuit-breaker/alpha_vantage/force-close",
                         "bearer  correct-horse-battery"))["mode"],
            "forced_closed");
  EXPECT_EQ(get("/stocks/IBM").status, 200);
  EXPECT_EQ(json_of(post("/circuit-breaker/alpha_vantage/reset", "Bearer correct-horse-battery")),
            (json{{"name", "alpha_vantage"}, {"state", "closed"}, {"mode", "normal"}}));
}

TEST_F(AdminHandlers, ACommandOnTheHostAppliesToItsFunctions) {
  const auto mode = [this](const std::string& name) {
    return json_of(get("/circuit-breaker/" + name))["mode"].get<std::string>();
  };
  (void)post("/circuit-breaker/alpha_vantage/force-close", "Bearer correct-horse-battery");
  for (const char* name : {"alpha_vantage", "alpha_vantage.quote", "alpha_vantage.markets"})
    EXPECT_EQ(mode(name), "forced_closed");
  (void)post("/circuit-breaker/alpha_vantage/reset", "Bearer correct-horse-battery");
  EXPECT_EQ(mode("alpha_vantage.quote"), "normal");
  (void)post("/circuit-breaker/alpha_vantage.search/force-open", "Bearer correct-horse-battery");
  EXPECT_EQ(mode("alpha_vantage"), "normal");
  EXPECT_EQ(get("/search?q=x").status, 503);
  EXPECT_EQ(get("/stocks/IBM").status, 200);
}

TEST_F(AdminHandlers, EveryUseIsLoggedWithoutTheToken) {
  (void)post("/circuit-breaker/alpha_vantage/force-open", "Bearer correct-horse-battery");
  (void)post("/circuit-breaker/alpha_vantage/reset", "Bearer wrong-donkey");
  EXPECT_THAT(log_lines.all(), Contains(HasSubstr("admin request applied action=force-open")));
  EXPECT_THAT(log_lines.all(),
              Contains(HasSubstr("admin request rejected: wrong token action=reset")));
  EXPECT_THAT(log_lines.all(), Not(Contains(HasSubstr("correct-horse-battery"))));
  EXPECT_THAT(log_lines.all(), Not(Contains(HasSubstr("wrong-donkey"))));
}

TEST_F(AdminHandlers, AWrongOrMissingTokenIsA401) {
  for (const char* token :
       {"", "Bearer", "Bearer ", "Bearer wrong", "Bearer correct-horsE",
        "Bearer correct-horse-battery2", "Bearer correct-hors", "Basic correct-horse-battery",
        "correct-horse-battery", "Bearer correct-horse-batterycorrect-horse-battery"}) {
    const HttpResponse response = post("/circuit-breaker/alpha_vantage/force-open", token);
    EXPECT_EQ(response.status, 401) << token;
    EXPECT_EQ(json_of(response)["code"], "unauthorized");
    EXPECT_THAT(header_of(response, "WWW-Authenticate"), HasSubstr("Bearer"));
  }
  EXPECT_EQ(breaker().snapshot().mode, circuitbreaker::Mode::normal);
}

TEST_F(AdminHandlers, AnUnknownBreakerIsA404) {
  EXPECT_EQ(post("/circuit-breaker/nope/reset", "Bearer correct-horse-battery").status, 404);
}

TEST_F(AdminHandlers, AnUnknownBreakerIsLoggedToo) {
  (void)post("/circuit-breaker/nope/reset", "Bearer correct-horse-battery");
  EXPECT_THAT(log_lines.all(),
              Contains(HasSubstr("admin request for an unknown breaker action=reset "
                                 "breaker=nope client=127.0.0.1")));
}

TEST_F(AdminHandlers, OtherMethodsAreA405WithAllow) {
  const HttpResponse response = get("/circuit-breaker/alpha_vantage/reset");
  EXPECT_EQ(response.status, 405);
  EXPECT_EQ(header_of(response, "Allow"), "POST, OPTIONS");
}

TEST_F(AdminHandlers, RefreshFetchesAFreshQuoteAgain) {
  EXPECT_EQ(get("/stocks/IBM").status, 200);
  upstream.answers([](const stockclient::Query& query, auto, const auto&) {
    return stockclient::AttemptResult(stockclient::testing::quote_of(query.argument, "7"));
  });
  const HttpResponse response = post("/stocks/ibm/refresh", "Bearer correct-horse-battery");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(json_of(response)["price"], 7);
  EXPECT_EQ(json_of(get("/stocks/IBM"))["price"], 7);
  EXPECT_EQ(upstream.calls(), 2u);
  EXPECT_THAT(log_lines.all(), Contains(HasSubstr("admin request applied action=refresh "
                                                  "symbol=ibm client=127.0.0.1")));
}

TEST_F(AdminHandlers, ForgottenSymbolsAreFetchedAgain) {
  EXPECT_EQ(get("/stocks/IBM").status, 200);
  const HttpResponse response =
      request("/stocks/IBM", {{"Authorization", "Bearer correct-horse-battery"}}, "DELETE");
  EXPECT_EQ(response.status, 204);
  EXPECT_EQ(body_of(response), "");
  EXPECT_EQ(header_of(get("/stocks/IBM"), "X-Cache"), "MISS");
}

TEST_F(AdminHandlers, RefreshAndForgetNeedTheTokenAndASymbol) {
  EXPECT_EQ(post("/stocks/IBM/refresh", "Bearer wrong").status, 401);
  EXPECT_EQ(request("/stocks/IBM", {}, "DELETE").status, 401);
  EXPECT_EQ(upstream.calls(), 0u);
  EXPECT_EQ(post("/stocks/no%20symbol/refresh", "Bearer correct-horse-battery").status, 400);
  EXPECT_EQ(
      request("/stocks/%21", {{"Authorization", "Bearer correct-horse-battery"}}, "DELETE").status,
      400);
}

class AdminWithoutToken : public AdminHandlers {
 protected:
  AdminWithoutToken() { admin_token.clear(); }
};

TEST_F(AdminWithoutToken, EndpointsAnswer404) {
  for (const char* token : {"", "Bearer ", "Bearer x"})
    EXPECT_EQ(post("/circuit-breaker/alpha_vantage/force-open", token).status, 404);
  for (const char* method : {"GET", "OPTIONS", "DELETE"})
    EXPECT_EQ(request("/circuit-breaker/alpha_vantage/force-open", {}, method).status, 404);
  EXPECT_EQ(breaker().snapshot().mode, circuitbreaker::Mode::normal);
}

RC_GTEST_PROP(ConstantTimeCompare, AgreesWithEquality,
              (const std::string& a, const std::string& b)) {
  RC_ASSERT(equal_in_constant_time(a, b) == (a == b && !b.empty()));
  RC_ASSERT(equal_in_constant_time(a, a) == !a.empty());
}

}  // namespace
}  // namespace service
