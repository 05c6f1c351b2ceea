/// Clients that are slow, rude or many on purpose: each costs a bounded time and no other client
/// anything.

#include <string>
#include <vector>

#include "tests/service/connection/connection_fixture.h"

namespace service {
namespace {

using std::chrono::milliseconds;

class HostileClient : public ConnectionTest {
 protected:
  /// A client that minds his own business all the while.
  void expect_others_are_served() {
    auto bystander = connect();
    bystander.send(get("/echo/bystander"));
    EXPECT_EQ(bystander.response().body, "GET /echo/bystander");
  }

  [[nodiscard]] bool all_leave() {
    return eventually([this] { return server_->connections() == 0; });
  }
};

/// As `slowhttptest -B`: the head comes at once, and then the body a byte at a time, for ever.
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
  EXPECT_EQ(handled_, 1) << "the bystander's alone";
}

/// Chunks have no length that would tell when they end.
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

/// What follows a refusal is read off so that the answer arrives, but not for ever.
TEST_F(HostileClient, WhoGoesOnSendingAfterARefusalIsCutOff) {
  start();
  auto client = connect();
  client.send("nonsense\r\n\r\n");
  ASSERT_EQ(client.response().status, 400);
  EXPECT_TRUE(eventually([&] {
    try {
      client.send(std::string(10'000, 'x'));
    } catch (const std::runtime_error&) {
      // Cut off: the system says so to the next byte that is sent.
    }
    advance(settings_.linger_timeout / 10);
    return server_->connections() == 0;
  }));
  expect_others_are_served();
}

/// Nothing of what it had asked is left behind: no descriptor, no waiter, no answer to another.
TEST_F(HostileClient, ResetsInEveryStateLeaveNothingBehind) {
  start();
  const std::vector<std::string> rudeness{
      "",                                           // before anything
      "GET / HTT",                                  // in a head
      get("/echo"),                                 // with an answer under way
      get("/large") + get("/large"),                // with an answer that cannot leave
      get("/wait") + get("/echo"),                  // parked, with a request behind
      "nonsense\r\n\r\n" + std::string(1000, 'x'),  // while its refusal lingers
  };
  for (int round = 0; round < 20; ++round) {
    for (const auto& bytes : rudeness) {
      auto client = connect(4096);
      client.send(bytes);
      client.reset();
    }
    expect_others_are_served();
  }
  EXPECT_TRUE(all_leave()) << server_->connections();
}

/// Far more than are told so: the rest is just closed, and no one waits for a descriptor.
TEST_F(HostileClient, AFloodOverTheLimitDoesNotReachThoseWhoAreServed) {
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

/// A thousand requests in one write, half of them HEAD, whose answers are easily taken for the
/// bodies of others.
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

/// An answer of 8 MiB to each of many that never read costs what was asked for, once each, and ends
/// with the write timeout.
TEST_F(HostileClient, ManyWhoNeverReadAreEndedByTheWriteTimeout) {
  start();
  std::vector<RawConnection> greedy;
  for (int i = 0; i < 16; ++i) {
    greedy.push_back(connect(4096));
    greedy.back().send(get("/large") + get("/large") + get("/large"));
    static_cast<void>(greedy.back().bytes(1));
  }
  EXPECT_EQ(handled_, 16) << "the next one waits until the last is taken";
  expect_others_are_served();
  EXPECT_TRUE(eventually([this] {
    advance(settings_.write_timeout + milliseconds(100));
    return server_->connections() == 0;
  }));
}

}  // namespace
}  // namespace service
