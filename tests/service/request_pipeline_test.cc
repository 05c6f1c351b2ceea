#include "service/request_pipeline.h"

#include <set>

#include "service/metrics/http_metrics.h"
#include "tests/service/api_fixture.h"

namespace service {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

using RequestPipelineTest = ApiTest;

TEST_F(RequestPipelineTest, EchoesAValidRequestId) {
  for (const char* target : {"/livez", "/nope", "/stocks/IBM", "/stocks/MSFT"})
    EXPECT_EQ(header_of(get(target, {{"x-request-id", "a.B-9_:+/="}}), "X-Request-Id"),
              "a.B-9_:+/=");
}

TEST_F(RequestPipelineTest, ReplacesAnInvalidRequestId) {
  for (const std::string& id :
       {std::string(), std::string("a b"), std::string("a\r\nb"), std::string("a\"b"),
        std::string("\xC3\xA4"), std::string(65, 'a')}) {
    const std::string answered = header_of(get("/livez", {{"X-Request-Id", id}}), "X-Request-Id");
    EXPECT_THAT(answered, testing::MatchesRegex("[0-9a-f]+"));
    EXPECT_EQ(answered.size(), 16u);
  }
}

TEST_F(RequestPipelineTest, GeneratesUniqueRequestIds) {
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) seen.insert(header_of(get("/livez"), "X-Request-Id"));
  EXPECT_EQ(seen.size(), 1000u);
}

TEST_F(RequestPipelineTest, TurnsAnExceptionIntoA500AndLogsItsText) {
  Router router;
  router.add({"GET", "/throws", {500}, [](const auto&, const auto&) -> HandlerResult {
                throw std::runtime_error("the handler's own words");
              }});
  HttpMetrics metrics(router.routes());
  RequestPipeline pipeline(router, metrics, log, false);
  const HttpResponse response = finish(pipeline.handle(
      {.method = "GET", .path = "/throws", .query = {}, .headers = {}, .client_address = {}}));
  EXPECT_EQ(response.status, 500);
  EXPECT_EQ(json_of(response)["code"], "internal");
  EXPECT_THAT(body_of(response), Not(HasSubstr("own words")));
  EXPECT_THAT(log_lines.all(),
              ElementsAre(testing::AllOf(HasSubstr("own words"),
                                         HasSubstr(header_of(response, "X-Request-Id")))));
}

TEST_F(RequestPipelineTest, AnswersARejectedRequestWithAProblemAndAnId) {
  const HttpResponse response =
      app().pipeline().reject({.code = ProblemCode::uri_too_long, .detail = "Too long."});
  EXPECT_EQ(response.status, 414);
  EXPECT_EQ(json_of(response)["code"], "uri_too_long");
  EXPECT_NE(header_of(response, "X-Request-Id"), "");
  EXPECT_EQ(response.route, kUnmatchedRoute);
}

TEST_F(RequestPipelineTest, LogsOneLinePerAnswerWhenTheAccessLogIsOn) {
  const HttpRequest asked{
      .method = "GET", .path = "/a b\nc", .query = {}, .headers = {}, .client_address = "::1"};
  HttpResponse response;
  response.headers.emplace_back("X-Request-Id", "id-1");
  app().pipeline().observe(asked, response, 1500us);
  EXPECT_THAT(log_lines.all(), testing::IsEmpty()) << "it is off by default";
  app().pipeline().set_access_log(true);
  app().pipeline().observe(asked, response, 1500us);
  EXPECT_THAT(
      log_lines.all(),
      ElementsAre(HasSubstr(
          R"(request method=GET path="/a b\nc" status=200 seconds=0.0015 client=::1 request_id=id-1)")));
}

TEST_F(RequestPipelineTest, CountsPendingAnswersByTheirRoute) {
  EXPECT_EQ(get("/stocks/IBM").route, "/stocks/{symbol}");
  EXPECT_EQ(metric("http_requests_total{route=\"/stocks/{symbol}\",method=\"GET\",code=\"200\"}"),
            "1");
}

}  // namespace
}  // namespace service
