#include "service/operations/documents.h"

#include <algorithm>
#include <map>
#include <set>

#include "service/metrics/version.h"
#include "stockclient/domain/ascii.h"
#include "tests/service/api_fixture.h"

namespace service {
namespace {

using testing::HasSubstr;
using testing::Not;

class Documents : public ApiTest {
 protected:
  Documents() { admin_token = "without one there are no admin routes"; }
  static json description() { return json::parse(kOpenApi); }
};

TEST_F(Documents, TheDescriptionHasExactlyTheRoutesAndStatusesOfTheRouter) {
  using Surface = std::map<std::pair<std::string, std::string>, std::set<std::string>>;
  Surface routed;
  for (const Route& route : app().routes()) {
    std::string method(route.method);
    std::transform(method.begin(), method.end(), method.begin(),
                   [](char c) { return stockclient::to_lower_ascii(c); });
    auto& statuses = routed[{std::string(route.pattern), method}];
    for (const int status : route.statuses) statuses.insert(std::to_string(status));
  }
  Surface described;
  const json document = description();
  for (const auto& path : document["paths"].items())
    for (const auto& operation : path.value().items())
      for (const auto& response : operation.value()["responses"].items())
        if (response.key() != "default")
          described[{path.key(), operation.key()}].insert(response.key());
  EXPECT_EQ(described, routed);
}

TEST_F(Documents, TheDescriptionIsOfThisVersion) {
  EXPECT_EQ(description()["info"]["version"], std::string(kVersion));
  EXPECT_EQ(kVersion, PROJECT_VERSION_TEXT);
}

TEST_F(Documents, EveryErrorCodeIsDescribed) {
  const json codes =
      description()["components"]["schemas"]["Problem"]["properties"]["code"]["enum"];
  std::set<std::string> described(codes.begin(), codes.end());
  std::set<std::string> known;
  for (int code = 0; code <= static_cast<int>(ProblemCode::upstream_timeout); ++code)
    known.insert(std::string(to_string(static_cast<ProblemCode>(code))));
  EXPECT_EQ(described, known);
}

TEST_F(Documents, AreServedWithAnEntityTag) {
  for (const char* target : {"/openapi.json", "/"}) {
    const HttpResponse response = get(target);
    EXPECT_EQ(response.status, 200);
    const std::string etag = header_of(response, "ETag");
    EXPECT_EQ(get(target, {{"If-None-Match", etag}}).status, 304);
  }
  EXPECT_EQ(get("/").content_type, "text/html; charset=utf-8");
}

TEST_F(Documents, ThePageLinksEveryGetRouteAndLoadsNothing) {
  const std::string page = body_of(get("/"));
  for (const char* link : {"/stocks/IBM\"", "/stocks?symbols=", "/history?days=", "/search?q=",
                           "/markets\"", "/circuit-breaker\"", "/health\"", "/livez\"", "/readyz\"",
                           "/metrics\"", "/openapi.json\""})
    EXPECT_THAT(page, HasSubstr(link));
  for (const char* external : {"http://", "https://", "src=", "<script", "@import", "url("})
    EXPECT_THAT(page, Not(HasSubstr(external)));
  EXPECT_THAT(header_of(get("/"), "Content-Security-Policy"), HasSubstr("default-src 'none'"));
}

}  // namespace
}  // namespace service
