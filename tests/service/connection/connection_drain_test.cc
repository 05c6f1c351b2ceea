#include <chrono>
#include <functional>
#include <future>
#include <thread>
#include <vector>

#include "tests/service/connection/connection_fixture.h"
#include "tests/support/knock.h"

namespace service {
namespace {

TEST_F(ConnectionTest, AnnouncesADrainInResponses) {
  start();
  auto client = connect();
  client.send(get("/"));
  EXPECT_EQ(client.response().header("Connection"), "");
  server_->announce_drain();
  client.send(get("/"));
  EXPECT_EQ(client.response().header("Connection"), "close");
  EXPECT_TRUE(client.closes());
  auto later = connect();
  later.send(get("/"));
  EXPECT_EQ(later.response().status, 200) << "it still accepts";
}

/// Every request that has been sent is answered, even if the drain begins in between.
TEST_F(ConnectionTest, ADrainAnswersAllPipelinedRequests) {
  start();
  auto client = connect();
  client.send(get("/wait") + get("/echo/1") + get("/echo/2"));
  ASSERT_TRUE(eventually([this] { return promises_.waiting() == 1; }));
  auto busy = connect();
  server_->announce_drain();
  busy.send(get("/echo/3") + get("/echo/4"));
  EXPECT_EQ(busy.response().header("Connection"), "");
  EXPECT_EQ(busy.response().header("Connection"), "close");
  promises_.fulfil(text("in time"));
  EXPECT_EQ(client.response().body, "in time");
  EXPECT_EQ(client.response().body, "GET /echo/1");
  const auto last = client.response();
  EXPECT_EQ(last.body, "GET /echo/2");
  EXPECT_EQ(last.header("Connection"), "close");
  EXPECT_TRUE(client.closes());
}

/// A request that arrives after a parked one has not been read yet, but it has arrived.
TEST_F(ConnectionTest, ADrainAnswersARequestBehindAParkedOne) {
  start();
  auto client = connect();
  client.send(get("/wait"));
  ASSERT_TRUE(eventually([this] { return promises_.waiting() == 1; }));
  client.send(get("/echo/1"));
  // One thread handles both events in this order: the request arrives before the response is ready.
  auto other = connect();
  other.send(get("/echo/2"));
  ASSERT_EQ(other.response().body, "GET /echo/2");
  server_->announce_drain();
  promises_.fulfil(text("in time"));
  EXPECT_EQ(client.response().body, "in time");
  EXPECT_EQ(client.response().body, "GET /echo/1");
  EXPECT_TRUE(client.closes());
}

TEST_F(ConnectionTest, DrainsParkedAndIdleConnections) {
  // Later than any time that this test's clock reaches, so that only the last call closes
  // connections.
  settings_.idle_timeout = std::chrono::hours(24);
  start();
  auto idle = connect();
  idle.send(get("/"));
  ASSERT_EQ(idle.response().status, 200);
  auto parked = connect();
  parked.send(get("/wait"));
  ASSERT_TRUE(eventually([this] { return promises_.waiting() == 1; }));
  std::jthread drain([this] { EXPECT_TRUE(server_->drain()); });
  EXPECT_TRUE(eventually([this] {
    advance(settings_.last_call + std::chrono::milliseconds(100));
    return server_->connections() == 1;
  }));
  EXPECT_TRUE(idle.closes());
  promises_.fulfil(text("in time"));
  const auto response = parked.response();
  EXPECT_EQ(response.body, "in time");
  EXPECT_EQ(response.header("Connection"), "close");
  EXPECT_TRUE(parked.closes());
  // A lingering connection ends when its client leaves.
  { const RawConnection gone(std::move(parked)); }
  drain.join();
  EXPECT_THROW(connect(), std::runtime_error) << "nobody listens any more";
}

TEST_F(ConnectionTest, EndsADrainAtTheDrainTimeout) {
  settings_.drain_timeout = std::chrono::milliseconds(20);
  start();
  auto parked = connect();
  parked.send(get("/wait"));
  ASSERT_TRUE(eventually([this] { return promises_.waiting() == 1; }));
  const auto start = std::chrono::steady_clock::now();
  EXPECT_FALSE(server_->drain());
  EXPECT_LT(std::chrono::steady_clock::now() - start, test_support::kPatience);
  EXPECT_EQ(promises_.waiting(), 0);
  EXPECT_TRUE(parked.closes());
}

/// A server whose event loop can be held up during a turn.
class HeldUpLoop : public ConnectionTest {
 protected:
  HeldUpLoop() { settings_.event_loops = 1; }

  HandlerResult handle(const HttpRequest& request) override {
    if (request.path == "/hold") {
      held_.set_value();
      go_on_.get_future().wait();
    }
    return ConnectionTest::handle(request);
  }

  std::promise<void> held_;
  std::promise<void> go_on_;
};

/// A deadline passes after the loop last asked for events. A request that arrived since then still
/// counts.
TEST_F(HeldUpLoop, ARequestJustBeforeTheDeadlineIsAnswered) {
  start();
  auto late = connect();
  auto other = connect();
  for (auto* client : {&late, &other}) {
    client->send(get("/echo/1"));
    ASSERT_EQ(client->response().body, "GET /echo/1");
  }
  // The loop is not notified; it reads the new time when it wakes for the next request.
  clock_.advance(settings_.idle_timeout + std::chrono::milliseconds(100));
  other.send(get("/hold"));
  held_.get_future().wait();
  late.send(get("/echo/2"));
  go_on_.set_value();
  EXPECT_EQ(late.response().body, "GET /echo/2");
  EXPECT_EQ(other.response().status, 200);
}

/// A client that sends one request after another, on a new connection whenever the server closes
/// one.
struct BusyClient {
  std::uint16_t port;
  int answered = 0;
  /// Number of requests that were sent and not answered.
  int lost = 0;

  void run() {
    try {
      for (;;) ask_until_closed();
    } catch (const std::runtime_error&) {
      // Nobody is listening any more, so the drain is over.
    }
  }

  void ask_until_closed() {
    RawConnection connection(port);
    for (bool open = true; open;) {
      connection.send("GET /echo HTTP/1.1\r\nHost: test\r\n\r\n");
      try {
        const auto response = connection.response();
        if (response.status != 200 || response.body != "GET /echo") ++lost;
        ++answered;
        open = response.header("Connection") != "close";
      } catch (const std::runtime_error&) {
        ++lost;
        return;
      }
    }
  }
};

class DrainUnderLoad : public ConnectionTest {
 protected:
  /// Drains the server, calls `first` once the drain has begun, and moves the server's clock until
  /// the last call ends.
  void drain_while_time_passes(const std::function<void()>& first = [] {}) {
    std::atomic<bool> drained = false;
    std::thread drain([&] {
      EXPECT_TRUE(server_->drain());
      drained = true;
    });
    first();
    EXPECT_TRUE(eventually([&] {
      advance(std::chrono::milliseconds(1));
      return drained.load();
    }));
    drain.join();
  }
};

/// During a drain, new connection attempts are dropped so that their clients try another server,
/// while handshakes in progress complete.
TEST_F(DrainUnderLoad, TheLastCallAcceptsNoNewHandshakes) {
  start();
  drain_while_time_passes([this] {
    EXPECT_TRUE(eventually(
        [this] { return test_support::Knock(server_->port()).state() == TCP_SYN_SENT; }));
  });
}

TEST_F(DrainUnderLoad, LosesNoRequest) {
  start();
  std::vector<BusyClient> clients(16, BusyClient{server_->port()});
  std::vector<std::thread> threads;
  threads.reserve(clients.size());
  for (auto& client : clients) threads.emplace_back([&client] { client.run(); });
  ASSERT_TRUE(eventually([this] { return handled_ > 1000; }));
  drain_while_time_passes();
  for (auto& thread : threads) thread.join();
  int answered = 0;
  for (const auto& client : clients) {
    answered += client.answered;
    EXPECT_EQ(client.lost, 0);
  }
  EXPECT_EQ(answered, handled_);
}

}  // namespace
}  // namespace service
