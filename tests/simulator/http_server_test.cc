#include "stockclient/simulator/http_server.h"

#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/http_client.h"
#include "tests/support/raw_connection.h"

namespace stockclient::simulator {
namespace {

using test_support::exchange_raw;
using test_support::http_get;
using test_support::http_request;
using test_support::HttpCall;
using test_support::RawConnection;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

/// Runs a server for the duration of a test.
class RunningServer {
 public:
  explicit RunningServer(HttpServer::Handler handler)
      : server_(0, std::move(handler)), thread_([this] { server_.run(); }) {}
  ~RunningServer() { server_.stop(); }
  RunningServer(const RunningServer&) = delete;
  RunningServer& operator=(const RunningServer&) = delete;

  [[nodiscard]] std::uint16_t port() const { return server_.port(); }

 private:
  HttpServer server_;
  std::jthread thread_;
};

/// The parts of a request that a handler sees, one per line.
Reply described(const Request& request) {
  std::string text = request.method + '\n' + request.target + '\n' + request.path + '\n';
  for (const auto& [name, value] : request.parameters) text += name + '=' + value + '\n';
  return {.content_type = "text/plain", .body = text + request.body};
}

std::size_t count_of(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = 0; (at = text.find(part, at)) != std::string::npos; ++at) ++count;
  return count;
}

TEST(SimulatorHttpServer, PassesTargetPathAndDecodedParameters) {
  const RunningServer server(described);
  EXPECT_EQ(http_get(server.port(), "/query?function=GLOBAL_QUOTE&symbol=M%26M+a&zero").body,
            "GET\n/query?function=GLOBAL_QUOTE&symbol=M%26M+a&zero\n/query\n"
            "function=GLOBAL_QUOTE\nsymbol=M&M a\nzero=\n");
}

TEST(SimulatorHttpServer, PassesTheBodyOfAPutAlsoWhenItArrivesInPieces) {
  const RunningServer server(described);
  EXPECT_THAT(http_request(server.port(), "PUT", "/mode", "{\"a\": 1}").body,
              EndsWith("{\"a\": 1}"));
  RawConnection connection(server.port());
  connection.send("PUT /mode HTTP/1.1\r\nContent-Length: 6\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(connection.response().status, 100);
  connection.send("abc");
  connection.send("def");
  EXPECT_THAT(connection.response().body, EndsWith("abcdef"));
}

TEST(SimulatorHttpServer, AnswersAPutWithoutABody) {
  const RunningServer server(described);
  EXPECT_THAT(exchange_raw(server.port(), "PUT /mode HTTP/1.1\r\nConnection: close\r\n\r\n"),
              StartsWith("HTTP/1.1 200"));
}

TEST(SimulatorHttpServer, RejectsABodyThatIsTooLarge) {
  const RunningServer server(described);
  EXPECT_EQ(http_request(server.port(), "PUT", "/mode", std::string(70'000, 'x')).status, 413);
}

TEST(SimulatorHttpServer, ClosesAfterARequestWhoseBodyItIgnores) {
  const RunningServer server(described);
  const std::string received = exchange_raw(
      server.port(), "POST / HTTP/1.1\r\nContent-Length: 18\r\n\r\nGET / HTTP/1.1\r\n\r\n");
  EXPECT_EQ(count_of(received, "HTTP/1.1 200"), 1U);
}

TEST(SimulatorHttpServer, RejectsMalformedRequestsAndClosesTheConnection) {
  const RunningServer server(described);
  EXPECT_THAT(exchange_raw(server.port(), "nonsense\r\n\r\n"), StartsWith("HTTP/1.1 400"));
  EXPECT_THAT(exchange_raw(server.port(), "GET /" + std::string(9000, 'a') + " HTTP/1.1\r\n\r\n"),
              StartsWith("HTTP/1.1 414"));
}

TEST(SimulatorHttpServer, AnswersALongPathWithoutRoutingIt) {
  const RunningServer server(described);
  const std::string path = '/' + std::string(8000, 'a');
  EXPECT_EQ(http_request(server.port(), "PUT", path, "body").status, 200);
}

TEST(SimulatorHttpServer, KeepsTheConnectionUnlessTheClientClosesIt) {
  const RunningServer server(described);
  RawConnection connection(server.port());
  for (int i = 0; i < 20; ++i) {
    connection.send("GET /" + std::to_string(i) + " HTTP/1.1\r\n\r\n");
    EXPECT_THAT(connection.response().body, HasSubstr('/' + std::to_string(i)));
  }
  EXPECT_EQ(
      count_of(exchange_raw(server.port(),
                            "GET / HTTP/1.1\r\n\r\nGET / HTTP/1.1\r\nConnection: close\r\n\r\n"
                            "GET / HTTP/1.1\r\n\r\n"),
               "HTTP/1.1 200"),
      2U);
}

TEST(SimulatorHttpServer, NeitherCompressesNorSendsRanges) {
  const RunningServer server([](const Request&) { return Reply{.body = std::string(4096, 'x')}; });
  const std::string received =
      exchange_raw(server.port(),
                   "GET / HTTP/1.1\r\nAccept-Encoding: gzip, br\r\nRange: bytes=0-1\r\n"
                   "Connection: close\r\n\r\n");
  EXPECT_THAT(received, StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(received, HasSubstr("Content-Length: 4096\r\n"));
}

TEST(SimulatorHttpServer, ResetsHungConnectionsAndNoOthers) {
  HttpServer server(0, [](const Request& request) {
    return Reply{.body = "{}",
                 .delivery = request.path == "/hang" ? Delivery::hang : Delivery::whole};
  });
  const std::jthread thread([&] { server.run(); });
  RawConnection idle(server.port());
  idle.send("GET / HTTP/1.1\r\n\r\n");
  ASSERT_EQ(idle.response().status, 200);
  HttpCall hanging(server.port(), "GET", "/hang");
  ASSERT_TRUE(test_support::eventually([&] { return server.in_flight() == 1; }));
  server.reset_hung();
  EXPECT_EQ(server.in_flight(), 0U);
  EXPECT_THROW(static_cast<void>(hanging.response()), std::runtime_error);
  idle.send("GET / HTTP/1.1\r\n\r\n");
  EXPECT_EQ(idle.response().status, 200);
  server.stop();
}

TEST(SimulatorHttpServer, CanBeStoppedBeforeItRuns) {
  HttpServer server(0, described);
  server.stop();
  server.run();
  EXPECT_THROW(static_cast<void>(http_get(server.port(), "/")), std::runtime_error);
}

}  // namespace
}  // namespace stockclient::simulator
