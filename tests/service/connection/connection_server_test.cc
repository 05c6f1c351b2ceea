#include "service/connection/connection_server.h"

#include <thread>
#include <vector>

#include <gmock/gmock.h>

#include "tests/service/connection/connection_fixture.h"

namespace service {
namespace {

TEST_F(ConnectionTest, AnswersRequestAfterRequestOnOneConnection) {
  start();
  auto client = connect();
  for (const std::string target : {"/echo/a", "/echo/b?c=d?e", "/echo/%41"}) {
    client.send(get(target));
    const auto response = client.response();
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.body, "GET " + target);
    EXPECT_EQ(response.header("Content-Type"), "text/plain");
    EXPECT_EQ(response.header("Connection"), "");
    EXPECT_FALSE(response.header("Date").empty());
  }
  EXPECT_EQ(server_->connections(), 1U);
  EXPECT_EQ(observed_, 3);
}

TEST_F(ConnectionTest, AnswersPipelinedRequestsInOrder) {
  start();
  auto client = connect();
  std::string requests;
  for (int i = 0; i < 500; ++i) requests += get("/echo/" + std::to_string(i));
  client.send(requests);
  for (int i = 0; i < 500; ++i) {
    EXPECT_EQ(client.response().body, "GET /echo/" + std::to_string(i));
  }
}

TEST_F(ConnectionTest, AnswersARequestThatArrivesByteByByte) {
  start();
  auto client = connect();
  for (const char byte : get("/echo/slow")) client.send(std::string_view(&byte, 1));
  EXPECT_EQ(client.response().body, "GET /echo/slow");
}

/// Regression test: a client that sent an incomplete request used to receive the last response that
/// the loop had written, which belonged to another client.
TEST_F(ConnectionTest, AnIncompleteRequestGetsNoBytesOfAnotherResponse) {
  settings_.event_loops = 1;
  start();
  auto slow = connect();
  slow.send("GET /echo/slow HTTP/1.1\r\nHo");
  auto other = connect();
  other.send(get("/echo/other"));
  ASSERT_EQ(other.response().body, "GET /echo/other");
  slow.send("s");
  other.send(get("/echo/other"));
  ASSERT_EQ(other.response().body, "GET /echo/other");
  slow.send("t: test\r\n\r\n");
  EXPECT_EQ(slow.response().body, "GET /echo/slow");
}

TEST_F(ConnectionTest, AnswersHeadWithTheLengthButWithoutTheBody) {
  start();
  auto client = connect();
  client.send("HEAD /echo HTTP/1.1\r\nHost: test\r\n\r\n" + get("/echo/next"));
  const auto head = client.response(true);
  EXPECT_EQ(head.header("Content-Length"), "10");
  EXPECT_EQ(head.header("Accept-Ranges"), "");
  EXPECT_EQ(client.response().body, "GET /echo/next");
}

/// A server whose handler answers with a body and the status named in the path.
class StatusTest : public ConnectionTest {
 protected:
  HandlerResult handle(const HttpRequest& request) override {
    return text("a body", std::stoi(request.path.substr(1)));
  }
};

TEST_F(StatusTest, A204AndA304HaveNeitherBodyNorLength) {
  start();
  auto client = connect();
  client.send(get("/204") + get("/304") + get("/200"));
  for (const int status : {204, 304}) {
    const auto response = client.response();
    EXPECT_EQ(response.status, status);
    EXPECT_EQ(response.header("Content-Length"), "");
    EXPECT_EQ(response.header("Content-Type"), "");
  }
  EXPECT_EQ(client.response().body, "a body");
}

TEST_F(ConnectionTest, AddsNoFieldOfCppHttplibsOwnServer) {
  start();
  auto client = connect();
  client.send("HEAD /echo HTTP/1.1\r\nHost: test\r\nConnection: keep-alive\r\n\r\n");
  const auto response = client.response(true);
  std::vector<std::string> names;
  for (const auto& [name, value] : response.headers) names.push_back(name);
  EXPECT_THAT(names, testing::UnorderedElementsAre("Content-Length", "Content-Type", "Date"));
}

TEST_F(ConnectionTest, ClosesWhenTheClientAsksForIt) {
  start();
  auto client = connect();
  client.send(get("/", "Connection: Close\r\n") + get("/"));
  EXPECT_EQ(client.response().header("Connection"), "close");
  EXPECT_TRUE(client.closes());
  EXPECT_EQ(handled_, 1);
}

TEST_F(ConnectionTest, ClosesAfterHttp10UnlessAskedToKeepAlive) {
  start();
  auto leaving = connect();
  leaving.send("GET / HTTP/1.0\r\n\r\n");
  EXPECT_EQ(leaving.response().header("Connection"), "close");
  EXPECT_TRUE(leaving.closes());
  auto staying = connect();
  staying.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_EQ(staying.response().header("Connection"), "keep-alive");
  staying.send(get("/echo"));
  EXPECT_EQ(staying.response().body, "GET /echo");
}

TEST_F(ConnectionTest, AnswersAClientThatHasShutDownItsSendingSide) {
  start();
  auto client = connect();
  client.send(get("/echo/1") + get("/echo/2"));
  client.shut_down_sending();
  EXPECT_EQ(client.response().body, "GET /echo/1");
  EXPECT_EQ(client.response().body, "GET /echo/2");
  EXPECT_TRUE(client.closes());
}

TEST_F(ConnectionTest, SendsALargeResponseAsFastAsTheClientReads) {
  start();
  auto client = connect(4096);
  client.send(get("/large") + get("/echo/behind"));
  auto other = connect();
  other.send(get("/echo/meanwhile"));
  EXPECT_EQ(other.response().body, "GET /echo/meanwhile");
  EXPECT_EQ(client.response().body, std::string(kLarge, 'x'));
  EXPECT_EQ(client.response().body, "GET /echo/behind");
}

TEST_F(ConnectionTest, RunsNoFurtherRequestWhileResponsesAreUnsent) {
  start();
  auto client = connect(4096);
  std::string requests;
  for (int i = 0; i < 20; ++i) requests += get("/large");
  client.send(requests);
  auto other = connect();
  other.send(get("/"));
  ASSERT_EQ(other.response().body, "ok");
  EXPECT_LE(handled_, 3);
  for (int i = 0; i < 20; ++i) EXPECT_EQ(client.response().body.size(), kLarge);
}

TEST_F(ConnectionTest, HidesTheTextOfAHandlersException) {
  start();
  auto client = connect();
  client.send(get("/throw"));
  const auto response = client.response();
  EXPECT_EQ(response.status, 500);
  EXPECT_EQ(response.body, "internal");
  client.send(get("/"));
  EXPECT_EQ(client.response().status, 200);
}

TEST_F(ConnectionTest, CountsConnections) {
  start();
  EXPECT_EQ(server_->connections(), 0U);
  {
    auto a = connect();
    auto b = connect();
    EXPECT_TRUE(eventually([this] { return server_->connections() == 2; }));
  }
  EXPECT_TRUE(eventually([this] { return server_->connections() == 0; }));
}

TEST_F(ConnectionTest, RejectsAConnectionOverTheLimitWith503) {
  settings_.max_connections = 2;
  start();
  auto a = connect();
  auto b = connect();
  ASSERT_TRUE(eventually([this] { return server_->connections() == 2; }));
  auto c = connect();
  const auto response = c.response();
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(response.body, "overloaded");
  EXPECT_EQ(response.header("Retry-After"), "1");
  EXPECT_EQ(response.header("Connection"), "close");
  EXPECT_TRUE(c.closes());
  a.send(get("/"));
  EXPECT_EQ(a.response().status, 200);
}

TEST_F(ConnectionTest, ExplainsWhyItCannotListen) {
  start();
  ConnectionSettings taken;
  taken.port = server_->port();
  try {
    const ConnectionServer second(taken, {});
    FAIL() << "a second server on the same port";
  } catch (const std::runtime_error& error) {
    EXPECT_EQ(error.what(), "cannot listen on 127.0.0.1 port " + std::to_string(taken.port) +
                                ": Address already in use");
  }
}

TEST_F(ConnectionTest, ListensOnIpv6) {
  settings_.host = "::1";
  EXPECT_NO_THROW(start());
}

// --- Deadlines, on the test's own clock ---

TEST_F(ConnectionTest, ClosesAnIdleConnectionAfterTheIdleTimeout) {
  start();
  auto client = connect();
  client.send(get("/"));
  ASSERT_EQ(client.response().status, 200);
  advance(settings_.idle_timeout - std::chrono::milliseconds(1));
  client.send(get("/"));
  ASSERT_EQ(client.response().status, 200);
  advance(settings_.idle_timeout + std::chrono::milliseconds(100));
  EXPECT_TRUE(client.closes());
}

TEST_F(ConnectionTest, ClosesAConnectionWithoutAnyRequest) {
  start();
  auto client = connect();
  ASSERT_TRUE(eventually([this] { return server_->connections() == 1; }));
  // The loop may not have taken over the connection yet, so time advances until it has.
  EXPECT_TRUE(eventually([this] {
    advance(settings_.header_timeout + std::chrono::milliseconds(100));
    return server_->connections() == 0;
  }));
  EXPECT_TRUE(client.closes());
}

TEST_F(ConnectionTest, AnswersAnIncompleteRequestWith408) {
  start();
  auto client = connect();
  client.send(get("/") + "GET / HTTP/1.1\r\nHo");
  ASSERT_EQ(client.response().status, 200);
  // Further bytes do not extend the deadline.
  advance(settings_.header_timeout - std::chrono::milliseconds(1));
  client.send("s");
  advance(std::chrono::milliseconds(101));
  const auto response = client.response();
  EXPECT_EQ(response.status, 408);
  EXPECT_EQ(response.body, "request_timeout");
  EXPECT_TRUE(client.closes());
  EXPECT_EQ(handled_, 1);
}

TEST_F(ConnectionTest, ClosesAClientThatDoesNotRead) {
  start();
  auto client = connect(4096);
  client.send(get("/large"));
  static_cast<void>(client.bytes(1));
  EXPECT_TRUE(eventually([this] {
    advance(settings_.write_timeout + std::chrono::milliseconds(100));
    return server_->connections() == 0;
  }));
}

}  // namespace
}  // namespace service
