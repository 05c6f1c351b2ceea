#include "service/http/router.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/service/api_fixture.h"

namespace service {
namespace {

using RouterTest = ApiTest;

TEST_F(RouterTest, UnknownPathsAre404Problems) {
  for (const char* path :
       {"/nope", "/stocks/", "/stocks//history", "/stocks/IBM/", "//", "/stocks/IBM/x",
        "/stocks/IBM/history/x/y", "/Stocks/IBM", "/stocks/IBM/History", "nope", "*", ""}) {
    const HttpResponse response = get(path);
    EXPECT_EQ(response.status, 404) << path;
    EXPECT_EQ(response.content_type, "application/problem+json");
    EXPECT_EQ(json_of(response)["code"], "not_found");
    EXPECT_EQ(response.route, kUnmatchedRoute);
  }
}

TEST_F(RouterTest, AnEncodedSlashIsNotASeparator) {
  EXPECT_EQ(get("/stocks/IBM%2Fhistory").status, 400) << "one segment, and no symbol";
}

TEST_F(RouterTest, OtherMethodsAre405WithAllow) {
  for (const char* method : {"POST", "PUT", "DELETE", "PATCH", "TRACE", "get"}) {
    const HttpResponse response = request("/stocks/IBM", {}, method);
    EXPECT_EQ(response.status, 405) << method;
    EXPECT_EQ(header_of(response, "Allow"), "GET, HEAD, OPTIONS");
    EXPECT_EQ(json_of(response)["code"], "method_not_allowed");
  }
}

TEST_F(RouterTest, OptionsListsTheAllowedMethods) {
  const HttpResponse response = request("/metrics", {}, "OPTIONS");
  EXPECT_EQ(response.status, 204);
  EXPECT_EQ(header_of(response, "Allow"), "GET, HEAD, OPTIONS");
  EXPECT_EQ(response.body, nullptr);
}

TEST_F(RouterTest, OptionsForTheServerListsAllMethods) {
  const HttpResponse response = request("*", {}, "OPTIONS");
  EXPECT_EQ(response.status, 204);
  EXPECT_EQ(header_of(response, "Allow"), "GET, HEAD, POST, DELETE, OPTIONS");
  EXPECT_EQ(request("*").status, 404);
}

TEST_F(RouterTest, HeadIsAnsweredLikeGet) {
  const HttpResponse head = request("/stocks/IBM", {}, "HEAD");
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(header_of(head, "ETag"), header_of(get("/stocks/IBM"), "ETag"));
}

RC_GTEST_PROP(RouterProperty, AnyPathIsAnswered, (const std::string& path)) {
  Router router;
  router.add(
      {"GET", "/a/{b}", {200}, [](const auto&, const std::string&) { return HttpResponse{}; }});
  HttpRequest request;
  request.method = "GET";
  request.path = "/" + path;
  const Routed routed = router.dispatch(request);
  const int status = std::get<HttpResponse>(routed.result).status;
  RC_ASSERT(status == 200 || status == 400 || status == 404);
}

}  // namespace
}  // namespace service
