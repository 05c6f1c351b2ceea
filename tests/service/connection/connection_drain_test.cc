#include <chrono>
#include <functional>
#include <future>
#include <thread>
#include <vector>

#include "tests/service/connection/connection_fixture.h"
#include "tests/support/knock.h"

namespace service {
namespace {

TEST_F(ConnectionTest, AnnouncesADrainInItsAnswers) {
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

/// What a client has sent is answered to its end, also when the drain begins in the midst of it.
TEST_F(ConnectionTest, AnswersInADrainAllThatWasPipelined) {
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

/// What came while a request was parked has not been read yet: it has arrived all the same.
TEST_F(ConnectionTest, AnswersInADrainWhatCameBehindAParkedRequest) {
  start();
  auto client = connect();
  client.send(get("/wait"));
  ASSERT_TRUE(eventually([this] { return promises_.waiting() == 1; }));
  client.send(get("/echo/1"));
  // The loop learns of it before it hears of the flight: both come to one thread in this order.
  auto other = connect();
  other.send(get("/echo/2"));
  ASSERT_EQ(other.response().body, "GET /echo/2");
  server_->announce_drain();
  promises_.fulfil(text("in time"));
  EXPECT_EQ(client.response().body, "in time");
  EXPECT_EQ(client.response().body, "GET /echo/1");
  EXPECT_TRUE(client.closes());
}

TEST_F(ConnectionTest, DrainsWhatIsParkedAndWhatIsIdle) {
  // Far from what this test's clock reaches: it is the last call that closes.
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
  // What lingers goes with its client.
  { const RawConnection gone(std::move(parked)); }
  drain.join();
  EXPECT_THROW(connect(), std::runtime_error) << "nobody listens any more";
}

TEST_F(ConnectionTest, EndsADrainAtItsTimeout) {
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

/// The loop of this server can be held up in the midst of a turn.
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

/// The loop has asked for events, and finds the deadline over before it asks again: what came in
/// between had arrived.
TEST_F(HeldUpLoop, ARequestThatComesJustBeforeTheDeadlineIsAnswered) {
  start();
  auto late = connect();
  auto other = connect();
  for (auto* client : {&late, &other}) {
    client->send(get("/echo/1"));
    ASSERT_EQ(client->response().body, "GET /echo/1");
  }
  // Nobody tells the loop: it sees the new time when it wakes for the next request.
  clock_.advance(settings_.idle_timeout + std::chrono::milliseconds(100));
  other.send(get("/hold"));
  held_.get_future().wait();
  late.send(get("/echo/2"));
  go_on_.set_value();
  EXPECT_EQ(late.response().body, "GET /echo/2");
  EXPECT_EQ(other.response().status, 200);
}

/// One client of a drain under load: asks again and again, over new connections when told to.
struct BusyClient {
  std::uint16_t port;
  int answered = 0;
  /// Sent and then neither answered nor refused cleanly.
  int lost = 0;

  void run() {
    try {
      for (;;) ask_until_closed();
    } catch (const std::runtime_error&) {
      // Nobody listens any more: the drain has come to its end.
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
  /// The last call ends on the server's clock, which somebody has to move; `first` runs before.
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

/// Who has not begun to connect is better off elsewhere; who has is still accepted.
TEST_F(DrainUnderLoad, TheLastCallBeginsNoHandshakes) {
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
