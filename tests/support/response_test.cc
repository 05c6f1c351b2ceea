#include "tests/support/response.h"

#include <stdexcept>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace test_support {
namespace {

constexpr const char* kAnswer =
    "HTTP/1.1 404 Not Found\r\nContent-Type: text/plain\r\nX-Two:two\r\n"
    "Content-Length: 4\r\n\r\nbody";

TEST(SupportResponse, ReadsStatusHeadersAndBody) {
  const auto response = parse_response(kAnswer);
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, 404);
  EXPECT_EQ(response->header("content-type"), "text/plain");
  EXPECT_EQ(response->header("x-two"), "two");
  EXPECT_EQ(response->header("missing"), "");
  EXPECT_EQ(response->body, "body");
}

TEST(SupportResponse, WaitsForTheWholeResponse) {
  const std::string answer = kAnswer;
  for (std::size_t size = 0; size < answer.size(); ++size) {
    EXPECT_FALSE(parse_response(std::string_view(answer).substr(0, size))) << size;
  }
}

TEST(SupportResponse, ExpectsNoBodyInAResponseToHead) {
  const std::string answer = kAnswer;
  EXPECT_TRUE(parse_response(answer.substr(0, answer.size() - 4), /*head_only=*/true));
}

TEST(SupportResponse, MeasuresTheResponseFromItsHead) {
  const auto head =
      parse_head("HTTP/1.1 200 OK\r\nCONNECTION: Close\r\ncontent-length: 12\r\n\r\nbo");
  ASSERT_TRUE(head);
  EXPECT_EQ(head->status, 200);
  EXPECT_TRUE(head->closes);
  EXPECT_EQ(head->response_size(), head->size + 12);
  EXPECT_EQ(head->response_size(/*head_only=*/true), head->size);
  EXPECT_FALSE(parse_head("HTTP/1.1 200 OK\r\nContent-Length: 12\r\n"));
}

TEST(SupportResponse, ThrowsWhenTheBytesAreNotHttp) {
  EXPECT_THROW(static_cast<void>(parse_response("SSH-2.0-x\r\n\r\n")), std::runtime_error);
}

}  // namespace
}  // namespace test_support
