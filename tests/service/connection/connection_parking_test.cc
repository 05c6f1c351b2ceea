#include <atomic>
#include <functional>
#include <mutex>
#include <sys/resource.h>
#include <thread>
#include <vector>

#include "tests/service/connection/connection_fixture.h"

namespace service {
namespace {

TEST_F(ConnectionTest, ParksARequestUntilItsResponseIsReady) {
  start();
  auto client = connect();
  client.send(get("/wait"));
  ASSERT_TRUE(eventually([this] { return promises_.waiting() == 1; }));
  EXPECT_EQ(observed_, 0);
  promises_.fulfil(text("at last"));
  const auto response = client.response();
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, "at last");
  EXPECT_EQ(handled_, 1);
  EXPECT_EQ(promises_.taken(), 1);
  EXPECT_TRUE(eventually([this] { return observed_ == 1 && promises_.waiting() == 0; }));
}

TEST_F(ConnectionTest, AnswersImmediatelyWhenTheResponseIsReadyBeforeParking) {
  start();
  promises_.fulfil(text("ready"));
  auto client = connect();
  client.send(get("/wait") + get("/echo") + get("/wait"));
  EXPECT_EQ(client.response().body, "ready");
  EXPECT_EQ(client.response().body, "GET /echo");
  EXPECT_EQ(client.response().body, "ready");
}

TEST_F(ConnectionTest, KeepsTheOrderOfRequestsBehindAParkedOne) {
  start();
  auto client = connect();
  client.send(get("/echo/1") + get("/wait") + get("/echo/2") + get("/wait"));
  EXPECT_EQ(client.response().body, "GET /echo/1");
  ASSERT_TRUE(eventually([this] { return promises_.waiting() == 1; }));
  client.send(get("/echo/3"));
  EXPECT_EQ(handled_, 2);
  promises_.fulfil(text("waited"));
  EXPECT_EQ(client.response().body, "waited");
  EXPECT_EQ(client.response().body, "GET /echo/2");
  EXPECT_EQ(client.response().body, "waited");
  EXPECT_EQ(client.response().body, "GET /echo/3");
}

TEST_F(ConnectionTest, AParkedConnectionDoesNotDelayOthers) {
  settings_.event_loops = 1;
  start();
  auto parked = connect();
  parked.send(get("/wait"));
  ASSERT_TRUE(eventually([this] { return promises_.waiting() == 1; }));
  auto other = connect();
  other.send(get("/echo"));
  EXPECT_EQ(other.response().body, "GET /echo");
}

TEST_F(ConnectionTest, GivesUpTheWaitWhenTheClientLeaves) {
  start();
  {
    auto leaving = connect();
    leaving.send(get("/wait"));
    auto resetting = connect();
    resetting.send(get("/wait"));
    ASSERT_TRUE(eventually([this] { return promises_.waiting() == 2; }));
    resetting.reset();
    ASSERT_TRUE(eventually([this] { return promises_.waiting() == 1; }));
  }
  EXPECT_TRUE(eventually([this] { return promises_.waiting() == 0; }));
  EXPECT_TRUE(eventually([this] { return server_->connections() == 0; }));
  // The response still becomes ready, but wakes no connection, not even a new one in the same slot.
  auto other = connect();
  promises_.fulfil(text("late"));
  other.send(get("/echo"));
  EXPECT_EQ(other.response().body, "GET /echo");
  EXPECT_EQ(promises_.taken(), 0);
}

TEST_F(ConnectionTest, AParkedRequestHasNoDeadline) {
  settings_.event_loops = 1;
  start();
  auto parked = connect();
  parked.send(get("/wait"));
  ASSERT_TRUE(eventually([this] { return promises_.waiting() == 1; }));
  for (int i = 0; i < 3; ++i) {
    auto idle = connect();
    idle.send(get("/echo"));
    ASSERT_EQ(idle.response().status, 200);
    advance(2 * settings_.idle_timeout);
    EXPECT_TRUE(idle.closes()) << "the loop has seen the new time";
  }
  promises_.fulfil(text("at last"));
  EXPECT_EQ(parked.response().body, "at last");
}

/// A response becomes ready after its client has left and another has taken its slot.
class Overtaken : public ConnectionTest {
 protected:
  Overtaken() { settings_.event_loops = 1; }

  HandlerResult handle(const HttpRequest& request) override {
    if (request.path == "/wait") return std::make_unique<Response>(*this);
    return ConnectionTest::handle(request);
  }

  class Response final : public PendingResponse {
   public:
    explicit Response(Overtaken& test) : test_(test) {}
    void when_ready(std::function<void()> on_ready) override {
      const std::lock_guard lock(test_.mutex_);
      test_.on_ready_.push_back(std::move(on_ready));
    }
    HttpResponse take() override { return text(test_.ready_ ? "in time" : "too early"); }

   private:
    Overtaken& test_;
  };

  /// Parks a client and returns the function that wakes it.
  std::function<void()> park(const RawConnection& client) {
    const auto count = [this] {
      const std::lock_guard lock(mutex_);
      return on_ready_.size();
    };
    const auto before = count();
    client.send(get("/wait"));
    EXPECT_TRUE(eventually([&] { return count() == before + 1; }));
    const std::lock_guard lock(mutex_);
    return on_ready_.back();
  }

  std::mutex mutex_;
  std::vector<std::function<void()>> on_ready_;
  std::atomic<bool> ready_ = false;
};

TEST_F(Overtaken, ALateWakeUpForAClientThatLeftWakesNoOther) {
  start();
  std::function<void()> wake_the_first;
  {
    auto first = connect();
    wake_the_first = park(first);
  }
  ASSERT_TRUE(eventually([this] { return server_->connections() == 0; }));
  auto second = connect();
  const auto wake_the_second = park(second);
  wake_the_first();
  // The loop reads its mailbox before this request, which was sent later.
  auto other = connect();
  other.send(get("/echo"));
  EXPECT_EQ(other.response().body, "GET /echo");
  ready_ = true;
  wake_the_second();
  EXPECT_EQ(second.response().body, "in time");
}

TEST_F(ConnectionTest, HidesTheTextOfAPendingResponsesException) {
  class Broken final : public PendingResponse {
    void when_ready(std::function<void()> on_ready) override { on_ready(); }
    HttpResponse take() override { throw std::runtime_error("a secret"); }
  };
  const ConnectionHooks hooks{
      .handler = [](const HttpRequest&) { return std::make_unique<Broken>(); },
      .format_rejection =
          [](const RejectedRequest& refusal) {
            return text(std::string(refusal.code), refusal.status);
          },
      .observe = {}};
  ConnectionServer server(settings_, hooks);
  server.start();
  RawConnection client(server.port());
  client.send(get("/"));
  EXPECT_EQ(client.response().body, "internal");
}

TEST_F(ConnectionTest, StopsWhileRequestsAreParked) {
  start();
  auto client = connect();
  client.send(get("/wait"));
  ASSERT_TRUE(eventually([this] { return promises_.waiting() == 1; }));
  server_->stop();
  EXPECT_EQ(promises_.waiting(), 0);
  EXPECT_TRUE(client.closes());
  promises_.fulfil(text("late"));
}

/// Ten thousand connections, or fewer in slow builds or if the open-file limit is lower. The
/// clients are in the same process, so each connection needs two descriptors.
int herd_size() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  const auto files = static_cast<int>(std::min<rlim_t>(limit.rlim_max, 1'000'000));
  return std::min(10'000 / test_support::kSlowness, (files - 1000) / 2);
}

TEST_F(ConnectionTest, WakesTenThousandParkedConnections) {
  start();
  const int size = herd_size();
  std::vector<RawConnection> herd;
  herd.reserve(static_cast<std::size_t>(size));
  for (int i = 0; i < size; ++i) {
    herd.push_back(connect());
    herd.back().send(get("/wait"));
  }
  ASSERT_TRUE(eventually([&] { return promises_.waiting() == size; }));
  promises_.fulfil(text("everyone"));
  for (auto& client : herd) ASSERT_EQ(client.response().body, "everyone");
  EXPECT_EQ(handled_, size);
  EXPECT_EQ(promises_.taken(), size);
}

}  // namespace
}  // namespace service
