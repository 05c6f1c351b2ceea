#include <sys/resource.h>
#include <thread>
#include <vector>

#include "tests/service/connection_fixture.h"

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
  EXPECT_EQ(handled_, 1) << "the second run must not ask the handler again";
  EXPECT_EQ(promises_.taken(), 1);
  EXPECT_TRUE(eventually([this] { return observed_ == 1 && promises_.waiting() == 0; }));
}

TEST_F(ConnectionTest, AnswersAtOnceWhatIsReadyBeforeItIsParked) {
  start();
  promises_.fulfil(text("ready"));
  auto client = connect();
  client.send(get("/wait") + get("/echo") + get("/wait"));
  EXPECT_EQ(client.response().body, "ready");
  EXPECT_EQ(client.response().body, "GET /echo");
  EXPECT_EQ(client.response().body, "ready");
}

TEST_F(ConnectionTest, KeepsPipelinedOrderBehindAParkedRequest) {
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

TEST_F(ConnectionTest, AParkedConnectionHoldsUpNoOther) {
  settings_.event_loops = 1;
  start();
  auto parked = connect();
  parked.send(get("/wait"));
  ASSERT_TRUE(eventually([this] { return promises_.waiting() == 1; }));
  auto other = connect();
  other.send(get("/echo"));
  EXPECT_EQ(other.response().body, "GET /echo");
}

TEST_F(ConnectionTest, GivesUpTheWaitOfAClientThatLeaves) {
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
  // The flight lands all the same, and wakes nobody, also where another client sits now.
  auto other = connect();
  promises_.fulfil(text("late"));
  other.send(get("/echo"));
  EXPECT_EQ(other.response().body, "GET /echo");
  EXPECT_EQ(promises_.taken(), 0);
}

TEST_F(ConnectionTest, HidesWhatAnAwaitedResponseThrew) {
  class Broken final : public PendingResponse {
    void when_ready(std::function<void()> on_ready) override { on_ready(); }
    HttpResponse take() override { throw std::runtime_error("a secret"); }
  };
  const ConnectionHooks hooks{
      .handler = [](const HttpRequest&) { return std::make_unique<Broken>(); },
      .format_refusal =
          [](const Refusal& refusal) { return text(std::string(refusal.code), refusal.status); },
      .observe = {}};
  ConnectionServer server(settings_, hooks);
  server.start();
  RawConnection client(server.port());
  client.send(get("/"));
  EXPECT_EQ(client.response().body, "internal");
}

TEST_F(ConnectionTest, StopsWithRequestsParked) {
  start();
  auto client = connect();
  client.send(get("/wait"));
  ASSERT_TRUE(eventually([this] { return promises_.waiting() == 1; }));
  server_->stop();
  EXPECT_EQ(promises_.waiting(), 0);
  EXPECT_TRUE(client.closes());
  promises_.fulfil(text("late"));
}

/// As many as descriptors allow: the test's ends of the connections take as many again.
int herd_size() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  const auto files = static_cast<int>(std::min<rlim_t>(limit.rlim_max, 1'000'000));
  return std::min(10'000 / test_support::kSlowness, (files - 1000) / 2);
}

TEST_F(ConnectionTest, WakesAHerdOfTenThousand) {
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
