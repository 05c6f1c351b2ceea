#include "service/front.h"

#include <set>

#include "tests/service/api_fixture.h"

namespace service {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Not;

using FrontTest = ApiTest;

TEST_F(FrontTest, ASaneRequestIdIsEchoed) {
  for (const char* target : {"/livez", "/nope", "/stocks/IBM", "/stocks/MSFT"})
    EXPECT_EQ(header_of(get(target, {{"x-request-id", "a.B-9_:+/="}}), "X-Request-Id"),
              "a.B-9_:+/=");
}

TEST_F(FrontTest, AnInsaneRequestIdIsReplaced) {
  for (const std::string& id :
       {std::string(), std::string("a b"), std::string("a\r\nb"), std::string("a\"b"),
        std::string("\xC3\xA4"), std::string(65, 'a')}) {
    const std::string answered = header_of(get("/livez", {{"X-Request-Id", id}}), "X-Request-Id");
    EXPECT_THAT(answered, testing::MatchesRegex("[0-9a-f]+"));
    EXPECT_EQ(answered.size(), 16u);
  }
}

TEST_F(FrontTest, RequestIdsAreUnique) {
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) seen.insert(header_of(get("/livez"), "X-Request-Id"));
  EXPECT_EQ(seen.size(), 1000u);
}

TEST_F(FrontTest, AnExceptionIsA500WhoseTextStaysInTheLog) {
  const HttpResponse response = get("/test/throws");
  EXPECT_EQ(response.status, 500);
  EXPECT_EQ(json_of(response)["code"], "internal");
  EXPECT_THAT(body_of(response), Not(HasSubstr("own words")));
  EXPECT_THAT(log_lines, Contains(HasSubstr("own words")));
  EXPECT_THAT(log_lines, Contains(HasSubstr(header_of(response, "X-Request-Id"))));
}

TEST_F(FrontTest, RefusalsOfTheHttpLayerAreProblemsWithAnId) {
  const HttpResponse response =
      api().front->refuse({.code = ProblemCode::uri_too_long, .detail = "Too long."});
  EXPECT_EQ(response.status, 414);
  EXPECT_EQ(json_of(response)["code"], "uri_too_long");
  EXPECT_NE(header_of(response, "X-Request-Id"), "");
  EXPECT_EQ(response.route, kUnmatchedRoute);
}

TEST_F(FrontTest, TheAccessLogTellsOfAnAnswerInOneLine) {
  Front front(api().router, *api().http_metrics, log, true);
  HttpRequest asked{
      .method = "GET", .path = "/a b\nc", .query = {}, .headers = {}, .remote_address = "::1"};
  HttpResponse response;
  response.headers.emplace_back("X-Request-Id", "id-1");
  front.observe(asked, response, 1500us);
  log.flush();
  ASSERT_EQ(log_lines.size(), 1u);
  EXPECT_THAT(
      log_lines[0],
      HasSubstr(
          R"(request method=GET path="/a b\nc" status=200 seconds=0.0015 client=::1 request_id=id-1)"));
}

TEST_F(FrontTest, PendingAnswersAreCountedUnderTheirRoute) {
  EXPECT_EQ(get("/stocks/IBM").route, "/stocks/{symbol}");
  EXPECT_EQ(metric("http_requests_total{route=\"/stocks/{symbol}\",method=\"GET\",code=\"200\"}"),
            "1");
}

}  // namespace
}  // namespace service
