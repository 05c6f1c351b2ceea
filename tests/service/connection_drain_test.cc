#include <thread>
#include <vector>

#include "tests/service/connection_fixture.h"

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

TEST_F(ConnectionTest, DrainsWhatIsParkedAndWhatIsIdle) {
  start();
  auto idle = connect();
  idle.send(get("/"));
  ASSERT_EQ(idle.response().status, 200);
  auto parked = connect();
  parked.send(get("/wait"));
  ASSERT_TRUE(eventually([this] { return promises_.waiting() == 1; }));
  std::thread drain([this] { EXPECT_TRUE(server_->drain()); });
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
  EXPECT_FALSE(server_->drain());
  EXPECT_EQ(promises_.waiting(), 0);
  EXPECT_TRUE(parked.closes());
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

TEST_F(ConnectionTest, LosesNoRequestInADrainUnderLoad) {
  settings_.last_call = std::chrono::milliseconds(100 * test_support::kSlowness);
  start();
  std::vector<BusyClient> clients(16, BusyClient{server_->port()});
  std::vector<std::thread> threads;
  threads.reserve(clients.size());
  for (auto& client : clients) threads.emplace_back([&client] { client.run(); });
  ASSERT_TRUE(eventually([this] { return handled_ > 1000; }));
  std::thread drain([this] { EXPECT_TRUE(server_->drain()); });
  drain.join();
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
