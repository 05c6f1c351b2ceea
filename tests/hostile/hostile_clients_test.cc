/// Clients that are slow, abrupt or numerous on purpose. Each costs bounded time and affects no
/// other client.

#include <string>
#include <vector>

#include "tests/service/connection/connection_fixture.h"

namespace service {
namespace {

using std::chrono::milliseconds;

class HostileClient : public ConnectionTest {
 protected:
  /// Checks that a well-behaved client is served in the meantime.
  void expect_others_are_served() {
    auto bystander = connect();
    bystander.send(get("/echo/bystander"));
    EXPECT_EQ(bystander.response().body, "GET /echo/bystander");
  }

  [[nodiscard]] bool all_leave() {
    return eventually([this] { return server_->connections() == 0; });
  }
};

/// Like `slowhttptest -B`: the head arrives immediately, the body one byte at a time, for ever.
TEST_F(HostileClient, ABodyThatTricklesIsEndedByTheHeaderTimeout) {
  start();
  auto client = connect();
  client.send(
      "POST /echo HTTP/1.1\r\nHost: test\r\nExpect: 100-continue\r\nContent-Length: 100\r\n\r\n");
  constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
  ASSERT_EQ(client.bytes(go_on.size()), go_on);
  constexpr int kBytes = 10;
  for (int i = 0; i < kBytes; ++i) {
    client.send("x");
    advance(settings_.header_timeout / kBytes - milliseconds(10));
  }
  expect_others_are_served();
  advance(milliseconds(10 * kBytes + 100));
  EXPECT_NE(client.rest().find("HTTP/1.1 408 "), std::string::npos);
  EXPECT_EQ(handled_, 1) << "only the bystander's";
}

/// The length of a chunked body is not announced.
TEST_F(HostileClient, ChunksThatTrickleAreEndedByTheHeaderTimeout) {
  start();
  auto client = connect();
  client.send(
      "POST /echo HTTP/1.1\r\nHost: test\r\nExpect: 100-continue\r\nTransfer-Encoding: "
      "chunked\r\n\r\n");
  constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
  ASSERT_EQ(client.bytes(go_on.size()), go_on);
  for (int i = 0; i < 10; ++i) {
    client.send("1\r\nx\r\n");
    advance(settings_.header_timeout / 10 - milliseconds(10));
  }
  advance(milliseconds(200));
  EXPECT_NE(client.rest().find("HTTP/1.1 408 "), std::string::npos);
  EXPECT_EQ(handled_, 0);
}

/// The bytes after a rejected request are read so that the response arrives, but not for ever.
TEST_F(HostileClient, AClientThatKeepsSendingAfterARejectionIsCutOff) {
  start();
  auto client = connect();
  client.send("nonsense\r\n\r\n");
  ASSERT_EQ(client.response().status, 400);
  EXPECT_TRUE(eventually([&] {
    try {
      client.send(std::string(10'000, 'x'));
    } catch (const std::runtime_error&) {
      // The connection has been cut off, so sending fails.
    }
    advance(settings_.linger_timeout / 10);
    return server_->connections() == 0;
  }));
  expect_others_are_served();
}

/// A reset leaves behind no file descriptor, no waiter and no response that another client could
/// get.
TEST_F(HostileClient, ResetsInEveryStateLeaveNothingBehind) {
  start();
  const std::vector<std::string> interrupted{
      "",                             // Reset before any byte is sent.
      "GET / HTT",                    // Reset within a head.
      get("/echo"),                   // Reset while a response is being sent.
      get("/large") + get("/large"),  // Reset with unsent responses.
      get("/wait") + get("/echo"),    // Reset while parked, with another request waiting behind.
      "nonsense\r\n\r\n" + std::string(1000, 'x'),  // Reset after a rejection.
  };
  for (int round = 0; round < 20; ++round) {
    for (const auto& bytes : interrupted) {
      auto client = connect(4096);
      client.send(bytes);
      client.reset();
    }
    expect_others_are_served();
  }
  EXPECT_TRUE(all_leave()) << server_->connections();
}

/// Some connections over the limit get a 503; further ones are closed without a response.
TEST_F(HostileClient, AFloodOverTheLimitDoesNotAffectOpenConnections) {
  settings_.max_connections = 8;
  start();
  std::vector<RawConnection> served;
  for (int i = 0; i < 8; ++i) {
    served.push_back(connect());
    served.back().send(get("/echo/before"));
    ASSERT_EQ(served.back().response().status, 200);
  }
  std::vector<RawConnection> flood;
  for (int i = 0; i < 500; ++i) flood.push_back(connect());
  for (auto& client : served) {
    client.send(get("/echo/after"));
    EXPECT_EQ(client.response().body, "GET /echo/after");
  }
  int told = 0;
  for (auto& client : flood) {
    const auto answer = client.rest();
    EXPECT_TRUE(answer.empty() || answer.starts_with("HTTP/1.1 503 ")) << answer;
    told += answer.empty() ? 0 : 1;
  }
  EXPECT_GT(told, 0);
  flood.clear();
  EXPECT_TRUE(eventually([this] { return server_->connections() == 8; }));
}

/// A thousand pipelined requests in one write, half of them HEAD. The responses to these have no
/// body, so a mistake in their framing would shift all that follow.
TEST_F(HostileClient, AFloodOfPipelinedRequestsIsAnsweredInOrder) {
  start();
  auto client = connect();
  std::string flood;
  constexpr int kRequests = 1000;
  for (int i = 0; i < kRequests; ++i) {
    const auto target = "/echo/" + std::to_string(i);
    flood += i % 2 == 0 ? get(target) : "HEAD " + target + " HTTP/1.1\r\nHost: test\r\n\r\n";
  }
  client.send(flood);
  for (int i = 0; i < kRequests; ++i) {
    const bool head = i % 2 != 0;
    const auto response = client.response(head);
    ASSERT_EQ(response.status, 200) << i;
    ASSERT_EQ(response.body, head ? "" : "GET /echo/" + std::to_string(i));
  }
  EXPECT_EQ(handled_, kRequests);
}

/// Clients that request 8 MiB and never read: each holds one response until the write timeout.
TEST_F(HostileClient, ClientsThatNeverReadAreEndedByTheWriteTimeout) {
  start();
  std::vector<RawConnection> greedy;
  for (int i = 0; i < 16; ++i) {
    greedy.push_back(connect(4096));
    greedy.back().send(get("/large") + get("/large") + get("/large"));
    static_cast<void>(greedy.back().bytes(1));
  }
  EXPECT_EQ(handled_, 16) << "further requests wait until the first response is sent";
  expect_others_are_served();
  EXPECT_TRUE(eventually([this] {
    advance(settings_.write_timeout + milliseconds(100));
    return server_->connections() == 0;
  }));
}

}  // namespace
}  // namespace service
