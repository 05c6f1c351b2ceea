/// Streamed answers: the body of the answer to `GET /stream` is pushed by the test.

#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "tests/service/connection/connection_fixture.h"

namespace service {
namespace {

constexpr std::size_t kBound = std::size_t{64} * 1024;
constexpr std::string_view kLastChunk = "0\r\n\r\n";

class ConnectionStreamTest : public ConnectionTest {
 protected:
  HandlerResult handle(const HttpRequest& request) override {
    if (!request.path.starts_with("/stream")) return ConnectionTest::handle(request);
    auto body = std::make_shared<BodyStream>(kBound);
    if (request.path == "/stream/begun") body->push("begun");
    if (request.path == "/stream/overflowed") body->push(std::string(kBound + 1, 'x'));
    auto head = text("");
    head.body = nullptr;
    head.content_type = "text/event-stream";
    const std::lock_guard lock(mutex_);
    body_ = body;
    return StreamedResponse{.head = std::move(head), .body = std::move(body)};
  }

  /// Waits for a request and returns the stream that it opened.
  std::shared_ptr<BodyStream> body() {
    EXPECT_TRUE(eventually([this] {
      const std::lock_guard lock(mutex_);
      return body_ != nullptr;
    }));
    const std::lock_guard lock(mutex_);
    return std::exchange(body_, nullptr);
  }

  static std::string head_of(RawConnection& client) { return client.until("\r\n\r\n"); }

  /// Moves the clock until the server has drained.
  void drain_while_time_passes() {
    std::atomic<bool> drained = false;
    std::jthread drain([&] {
      EXPECT_TRUE(server_->drain());
      drained = true;
    });
    EXPECT_TRUE(eventually([&] {
      advance(std::chrono::milliseconds(1));
      return drained.load();
    }));
  }

 private:
  std::mutex mutex_;
  std::shared_ptr<BodyStream> body_;
};

TEST_F(ConnectionStreamTest, SendsEachPushAsAChunkAndKeepsTheConnection) {
  start();
  auto client = connect();
  client.send(get("/stream"));
  const auto head = head_of(client);
  EXPECT_TRUE(head.starts_with("HTTP/1.1 200 OK\r\n"));
  EXPECT_NE(head.find("Transfer-Encoding: chunked\r\n"), std::string::npos) << head;
  EXPECT_NE(head.find("Content-Type: text/event-stream\r\n"), std::string::npos) << head;
  EXPECT_EQ(head.find("Content-Length"), std::string::npos) << head;
  EXPECT_EQ(head.find("Connection: close"), std::string::npos) << head;
  EXPECT_EQ(observed_, 1) << "a stream is reported with its head";
  const auto stream = body();
  EXPECT_TRUE(stream->push("hello"));
  EXPECT_EQ(client.until("hello\r\n"), "5\r\nhello\r\n");
  EXPECT_TRUE(stream->push("0123456789abcdef"));
  EXPECT_EQ(client.until("f\r\n"), "10\r\n0123456789abcdef\r\n");
  stream->end();
  EXPECT_EQ(client.until(kLastChunk), kLastChunk);
  client.send(get("/echo/next"));
  EXPECT_EQ(client.response().body, "GET /echo/next");
  EXPECT_EQ(observed_, 2);
}

TEST_F(ConnectionStreamTest, SendsWhatWasPushedBeforeTheConnectionWasAttached) {
  start();
  auto client = connect();
  client.send(get("/stream/begun"));
  static_cast<void>(head_of(client));
  EXPECT_EQ(client.until("begun\r\n"), "5\r\nbegun\r\n");
}

TEST_F(ConnectionStreamTest, RunsAPipelinedRequestAfterTheStream) {
  start();
  auto client = connect();
  client.send(get("/stream") + get("/echo/behind"));
  static_cast<void>(head_of(client));
  const auto stream = body();
  client.send(get("/echo/later"));
  EXPECT_TRUE(stream->push("x"));
  EXPECT_EQ(client.until("x\r\n"), "1\r\nx\r\n");
  EXPECT_EQ(handled_, 0);
  stream->end();
  EXPECT_EQ(client.until(kLastChunk), kLastChunk);
  EXPECT_EQ(client.response().body, "GET /echo/behind");
  EXPECT_EQ(client.response().body, "GET /echo/later");
}

TEST_F(ConnectionStreamTest, StreamsForMinutesWithoutReachingADeadline) {
  start();
  auto client = connect();
  client.send(get("/stream"));
  static_cast<void>(head_of(client));
  const auto stream = body();
  for (int second = 0; second < 180; ++second) {
    advance(std::chrono::seconds(1));
    const auto event = "event " + std::to_string(second) + "\n";
    ASSERT_TRUE(stream->push(event));
    static_cast<void>(client.until(event + "\r\n"));
  }
  // Nothing is sent for longer than every timeout.
  advance(2 * settings_.idle_timeout);
  EXPECT_TRUE(stream->push("still here"));
  static_cast<void>(client.until("still here"));
}

TEST_F(ConnectionStreamTest, ClosesAReaderThatStopsAtTheBound) {
  start();
  auto reader = connect(4096);
  reader.send(get("/stream"));
  static_cast<void>(head_of(reader));
  const auto stream = body();
  // The kernel's buffers take some bytes; the bound applies to the rest.
  const std::string event(1000, 'x');
  std::size_t pushed = 0;
  constexpr std::size_t kMost = std::size_t{64} * 1024 * 1024;
  while (stream->push(event) && pushed < kMost) pushed += event.size();
  EXPECT_LT(pushed, kMost);
  EXPECT_FALSE(stream->is_open());
  EXPECT_TRUE(eventually([this] { return server_->connections() == 0; }));
  EXPECT_FALSE(reader.rest().ends_with(kLastChunk)) << "the body must not look complete";
}

TEST_F(ConnectionStreamTest, ClosesAStreamThatOverflowedBeforeItWasAttached) {
  start();
  auto client = connect();
  client.send(get("/stream/overflowed"));
  EXPECT_TRUE(eventually([this] { return server_->connections() == 0; }));
  EXPECT_FALSE(client.rest().ends_with(kLastChunk));
}

TEST_F(ConnectionStreamTest, ClosesTheStreamOfAClientThatLeaves) {
  start();
  std::shared_ptr<BodyStream> stream;
  {
    auto client = connect();
    client.send(get("/stream"));
    static_cast<void>(head_of(client));
    stream = body();
  }
  EXPECT_TRUE(eventually([&stream] { return !stream->is_open(); }));
  EXPECT_FALSE(stream->push("to nobody"));
  EXPECT_TRUE(eventually([this] { return server_->connections() == 0; }));
}

TEST_F(ConnectionStreamTest, SendsHttp10ClientsThePlainBodyUntilTheConnectionCloses) {
  start();
  auto client = connect();
  client.send("GET /stream HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  const auto head = head_of(client);
  EXPECT_EQ(head.find("Transfer-Encoding"), std::string::npos) << head;
  EXPECT_EQ(head.find("Content-Length"), std::string::npos) << head;
  EXPECT_NE(head.find("Connection: close\r\n"), std::string::npos) << head;
  const auto stream = body();
  EXPECT_TRUE(stream->push("hello "));
  EXPECT_EQ(client.until(" "), "hello ");
  EXPECT_TRUE(stream->push("world"));
  stream->end();
  EXPECT_EQ(client.rest(), "world");
}

TEST_F(ConnectionStreamTest, AnswersHeadWithTheHeadAlone) {
  start();
  auto client = connect();
  client.send("HEAD /stream/begun HTTP/1.1\r\nHost: test\r\n\r\n" + get("/echo/next"));
  EXPECT_NE(head_of(client).find("Transfer-Encoding: chunked\r\n"), std::string::npos);
  EXPECT_EQ(client.response().body, "GET /echo/next");
  EXPECT_FALSE(body()->is_open());
}

TEST_F(ConnectionStreamTest, ADrainEndsStreams) {
  start();
  auto client = connect();
  client.send(get("/stream"));
  static_cast<void>(head_of(client));
  const auto stream = body();
  server_->announce_drain();
  EXPECT_TRUE(stream->push("grace")) << "streams go on until the drain itself";
  static_cast<void>(client.until("grace\r\n"));
  EXPECT_TRUE(stream->push("bye"));
  std::jthread reader([&client] {
    EXPECT_EQ(client.rest(), "3\r\nbye\r\n0\r\n\r\n");
    const RawConnection gone(std::move(client));
  });
  drain_while_time_passes();
  EXPECT_FALSE(stream->push("too late"));
}

TEST_F(ConnectionStreamTest, AStreamThatBeginsInTheLastCallEndsImmediately) {
  settings_.last_call = test_support::kPatience;
  start();
  auto client = connect();
  client.send(get("/stream"));
  static_cast<void>(head_of(client));
  const auto first = body();
  auto late = connect();
  ASSERT_TRUE(eventually([this] { return server_->connections() == 2; }));
  std::jthread drain([this] { static_cast<void>(server_->drain()); });
  EXPECT_EQ(client.until(kLastChunk), kLastChunk) << "the last call has begun";
  late.send(get("/stream/begun"));
  static_cast<void>(head_of(late));
  EXPECT_EQ(late.rest(), "5\r\nbegun\r\n0\r\n\r\n");
  { const RawConnection gone(std::move(late)); }
  { const RawConnection gone(std::move(client)); }
  advance(2 * settings_.last_call);
}

TEST_F(ConnectionStreamTest, StoppingTheServerClosesStreams) {
  start();
  auto client = connect();
  client.send(get("/stream"));
  static_cast<void>(head_of(client));
  const auto stream = body();
  server_->stop();
  EXPECT_FALSE(stream->push("to nobody"));
  EXPECT_TRUE(client.closes());
}

}  // namespace
}  // namespace service
