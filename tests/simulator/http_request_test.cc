#include "stockclient/simulator/http_request.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace stockclient::simulator {
namespace {

using testing::ElementsAre;
using testing::Pair;

TEST(SimulatorHttpRequest, SplitsTargetIntoPathAndDecodedParameters) {
  const auto parsed =
      parse_request("GET /query?function=GLOBAL_QUOTE&symbol=M%26M+a&&flag HTTP/1.1\r\n\r\n");
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->refuse_with, 0);
  EXPECT_EQ(parsed->request.method, "GET");
  EXPECT_EQ(parsed->request.path, "/query");
  EXPECT_THAT(parsed->request.parameters, ElementsAre(Pair("function", "GLOBAL_QUOTE"),
                                                      Pair("symbol", "M&M a"), Pair("flag", "")));
  EXPECT_EQ(parsed->request.parameter("symbol"), "M&M a");
  EXPECT_EQ(parsed->request.parameter("nothing"), "");
}

TEST(SimulatorHttpRequest, KeepsTheConnectionUnlessToldOtherwise) {
  const auto keep_alive = [](const std::string& text) {
    return parse_request(text).value().request.keep_alive;
  };
  EXPECT_TRUE(keep_alive("GET / HTTP/1.1\r\nHost: x\r\n\r\n"));
  EXPECT_FALSE(keep_alive("GET / HTTP/1.1\r\nconnection: Close\r\n\r\n"));
  EXPECT_FALSE(keep_alive("GET / HTTP/1.0\r\n\r\n"));
  EXPECT_TRUE(keep_alive("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"));
}

TEST(SimulatorHttpRequest, RefusesWhatItCannotServe) {
  const auto refusal = [](const std::string& text) {
    const auto parsed = parse_request(text);
    return parsed ? parsed->refuse_with : -1;
  };
  EXPECT_EQ(refusal("nonsense\r\n\r\n"), 400);
  EXPECT_EQ(refusal("GET http://elsewhere/ HTTP/1.1\r\n\r\n"), 400);
  EXPECT_EQ(refusal("PUT / HTTP/1.1\r\nContent-Length: 1x\r\n\r\n"), 400);
  EXPECT_EQ(refusal("PUT / HTTP/1.1\r\nContent-Length: 99999999\r\n\r\n"), 413);
  EXPECT_EQ(refusal("PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"), 411);
  EXPECT_EQ(refusal("GET /" + std::string(kMaxHeadBytes, 'a')), 431);
}

TEST(SimulatorHttpRequest, LeavesABrokenEscapeAsItIs) {
  EXPECT_EQ(percent_decode("%41%zz%4%"), "A%zz%4%");
}

RC_GTEST_PROP(SimulatorHttpRequest, IsReadWholeOrNotAtAll, (const std::string& body)) {
  const std::string first =
      "PUT /_control/mode HTTP/1.1\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
      body;
  const std::string bytes = first + "GET / HTTP/1.1\r\n\r\n";
  for (std::size_t size = 0; size < first.size(); ++size) {
    RC_ASSERT_FALSE(parse_request(std::string_view(bytes).substr(0, size)).has_value());
  }
  const auto parsed = parse_request(bytes);
  RC_ASSERT(parsed.has_value());
  RC_ASSERT(parsed->consumed == first.size());
  RC_ASSERT(parsed->request.body == body);
}

}  // namespace
}  // namespace stockclient::simulator
