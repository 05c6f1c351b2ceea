#include "service/http/problem.h"

#include "service/quotes/data_response.h"
#include "tests/service/api_fixture.h"

namespace service {
namespace {

TEST(ProblemTest, CodesAndStatusesMatchTheContract) {
  const std::map<std::string, int> contract{
      {"bad_request", 400},        {"unauthorized", 401},       {"not_found", 404},
      {"method_not_allowed", 405}, {"request_timeout", 408},    {"too_many_requests", 429},
      {"payload_too_large", 413},  {"uri_too_long", 414},       {"headers_too_large", 431},
      {"internal", 500},           {"unsupported", 501},        {"upstream_failure", 502},
      {"circuit_open", 503},       {"upstream_throttled", 503}, {"misconfigured", 503},
      {"overloaded", 503},         {"upstream_timeout", 504}};
  for (const auto& [name, status] : contract) {
    const ProblemCode code = problem_code(name);
    EXPECT_EQ(to_string(code), name);
    EXPECT_EQ(status_of(code), status) << name;
    EXPECT_FALSE(reason_phrase(status).empty()) << status;
  }
}

TEST(ProblemTest, FollowsRfc9457) {
  const HttpResponse response = problem_response({.code = ProblemCode::circuit_open,
                                                  .detail = "Later.",
                                                  .symbol = "IBM",
                                                  .parameter = "symbol",
                                                  .retry_after = 1500ms});
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(response.content_type, "application/problem+json");
  EXPECT_EQ(json_of(response), (json{{"type", "about:blank"},
                                     {"title", "Service Unavailable"},
                                     {"status", 503},
                                     {"detail", "Later."},
                                     {"code", "circuit_open"},
                                     {"retryable", true},
                                     {"symbol", "IBM"},
                                     {"parameter", "symbol"},
                                     {"retryAfterSeconds", 2}}));
  EXPECT_EQ(header_of(response, "Retry-After"), "2");
}

TEST(ProblemTest, Every429And503HasARetryAfter) {
  for (int i = 0; i <= static_cast<int>(ProblemCode::upstream_timeout); ++i) {
    const auto code = static_cast<ProblemCode>(i);
    const HttpResponse response = problem_response({.code = code, .detail = "x"});
    EXPECT_EQ(!header_of(response, "Retry-After").empty(),
              status_of(code) == 429 || status_of(code) == 503);
  }
}

TEST(EntityTags, AreComparedWeaklyAndWhole) {
  EXPECT_TRUE(matches_entity_tag("\"a\"", "\"a\""));
  EXPECT_TRUE(matches_entity_tag("W/\"a\"", "\"a\""));
  EXPECT_TRUE(matches_entity_tag("\"b\",\"a\"", "\"a\""));
  EXPECT_TRUE(matches_entity_tag("\"b\" ,\t\"a\"", "\"a\""));
  EXPECT_TRUE(matches_entity_tag("\"b,c\", W/\"a\"", "\"a\"")) << "a comma within a tag";
  EXPECT_TRUE(matches_entity_tag("*", "\"a\""));
  for (const char* other :
       {"", "a", "\"ab\"", "\"b\"", "W/", ",,,", "\"a", "\"b\" \"a\"", "\"a\"b", "\"b,\"a\""})
    EXPECT_FALSE(matches_entity_tag(other, "\"a\"")) << other;
}

}  // namespace
}  // namespace service
