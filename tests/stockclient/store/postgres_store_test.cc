#include "stockclient/store/postgres_store.h"

#include <thread>

#include <gmock/gmock.h>

#include "tests/stockclient/store/store_contract.h"
#include "tests/support/eventually.h"
#include "tests/support/postgres_server.h"

namespace stockclient::testing {
namespace {

using namespace std::chrono_literals;
using test_support::PostgresServer;

const circuitbreaker::Clock& real_clock() {
  return circuitbreaker::steady_clock();
}

/// A real server, and stores that are opened on it.
struct PostgresWorld {
  PostgresServer server;
  SetWallClock wall;

  StoreResult<std::unique_ptr<PostgresStore>> open(const std::string& origin = "upstream",
                                                   std::stop_token stop = {}) {
    return PostgresStore::open({server.url(), origin}, {real_clock(), wall, system_boot_clock()},
                               std::move(stop), real_clock().now() + 30s);
  }
};

INSTANTIATE_TEST_SUITE_P(Postgres, StoreContract,
                         ::testing::Values(StoreMaker{
                             "PostgreSQL", [] {
                               auto world = std::make_shared<PostgresWorld>();
                               return StoreUnderTest{
                                   true,
                                   [world](const std::string& origin) -> std::unique_ptr<Store> {
                                     auto store = world->open(origin);
                                     EXPECT_TRUE(store) << store.error().detail;
                                     return store ? std::move(*store) : nullptr;
                                   },
                                   [world](WallTime now) { world->wall.set(now); }};
                             }}));

class PostgresStoreTest : public ::testing::Test {
 protected:
  std::unique_ptr<PostgresStore> open() {
    auto store = world.open();
    EXPECT_TRUE(store) << store.error().detail;
    return store ? std::move(*store) : nullptr;
  }
  void put(Store& store, const StoredValue& value) {
    const auto done = store.put(std::span(&value, 1), kNoDeadline);
    ASSERT_TRUE(done) << done.error().detail;
  }
  void sql(const char* statement) {
    auto connection =
        PostgresConnection::connect(world.server.url(), real_clock(), {}, real_clock().now() + 30s);
    ASSERT_TRUE(connection);
    const auto done = (*connection)->run(statement, {}, kNoDeadline);
    EXPECT_TRUE(done) << done.error().detail;
  }

  PostgresWorld world;
};

TEST_F(PostgresStoreTest, ReplicasThatStartTogetherCreateTheSchemaOnce) {
  std::vector<std::jthread> replicas;
  std::atomic<int> opened = 0;
  for (int i = 0; i < 4; ++i) {
    replicas.emplace_back([&] {
      const auto store = world.open();
      EXPECT_TRUE(store) << store.error().detail;
      if (store) ++opened;
    });
  }
  replicas.clear();
  EXPECT_EQ(opened, 4);
}

TEST_F(PostgresStoreTest, TwoReplicasNeverLoseTheNewerValue) {
  const auto one = open();
  const auto other = open();
  std::jthread writer([&] {
    for (int i = 0; i < 50; ++i) put(*one, stored("quote:IBM", "2026-11-20", 1000 + 2 * i));
  });
  for (int i = 0; i < 50; ++i) put(*other, stored("quote:IBM", "2026-11-20", 1001 + 2 * i));
  writer.join();
  EXPECT_EQ((*one->find("quote:IBM", kNoDeadline))->body,
            stored("quote:IBM", "2026-11-20", 1001 + 2 * 49).body);
}

TEST_F(PostgresStoreTest, AReplicaWithAnotherWallClockSeesTheTrueAge) {
  world.wall.set(at_second(100'000));
  put(*open(), stored("quote:IBM", "2026-11-20", 99'000));
  world.wall.set(at_second(100'000) + 24h);
  const auto found = *open()->find("quote:IBM", kNoDeadline);
  ASSERT_TRUE(found);
  const auto age = world.wall.now() - found->fetched_at;
  EXPECT_GE(age, 1000s);
  EXPECT_LE(age, 1060s);
}

TEST_F(PostgresStoreTest, AValueFromTheFutureHasAnUnknownAge) {
  put(*open(), stored("quote:IBM", "2026-11-20", 200'000));
  EXPECT_EQ((*open()->find("quote:IBM", kNoDeadline))->fetched_at, WallTime());
}

TEST_F(PostgresStoreTest, ANewerSchemaIsLeftUntouched) {
  open();
  sql("UPDATE stock_service_schema SET version = 99");
  const auto store = world.open();
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().kind, StoreError::Kind::newer_version);
  EXPECT_NE(store.error().detail.find("99"), std::string::npos);
}

TEST_F(PostgresStoreTest, AFrozenServerCostsNoMoreThanTheDeadline) {
  const auto store = open();
  put(*store, stored("quote:IBM"));
  world.server.freeze();
  const auto found = store->find("quote:IBM", real_clock().now() + 50ms);
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().kind, StoreError::Kind::timeout);
  const auto connected = PostgresStore::open({world.server.url(), "upstream"},
                                             {real_clock(), world.wall, system_boot_clock()}, {},
                                             real_clock().now() + 50ms);
  ASSERT_FALSE(connected);
  EXPECT_EQ(connected.error().kind, StoreError::Kind::timeout);
  world.server.thaw();
  EXPECT_EQ(store->find("quote:IBM", kNoDeadline).error().kind, StoreError::Kind::unavailable)
      << "the late answer must not be taken for that to this statement";
  EXPECT_TRUE(*open()->find("quote:IBM", kNoDeadline));
}

TEST_F(PostgresStoreTest, ARestartedServerIsReachedByAFreshConnection) {
  const auto store = open();
  put(*store, stored("quote:IBM"));
  world.server.restart();
  const auto found = store->find("quote:IBM", kNoDeadline);
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().kind, StoreError::Kind::unavailable);
  EXPECT_TRUE(*open()->find("quote:IBM", kNoDeadline));
}

TEST_F(PostgresStoreTest, AStopRequestEndsACallThatWaits) {
  std::stop_source stop;
  const auto store = world.open("upstream", stop.get_token());
  ASSERT_TRUE(store);
  world.server.freeze();
  std::jthread stopper([&] { stop.request_stop(); });
  const auto found = (*store)->find("quote:IBM", kNoDeadline);
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().kind, StoreError::Kind::cancelled);
  world.server.thaw();
}

TEST_F(PostgresStoreTest, ErrorsDoNotContainThePassword) {
  for (const std::string url : {"postgresql://stock:canary-pw@127.0.0.1:1/postgres",
                                "postgresql://stock:canary-pw@127.0.0.1:notaport/postgres",
                                "postgresql://stock:canary-pw@no-such-host.invalid/postgres"}) {
    const auto store =
        PostgresStore::open({url, "upstream"}, {real_clock(), world.wall, system_boot_clock()}, {},
                            real_clock().now() + 5s);
    ASSERT_FALSE(store);
    EXPECT_EQ(store.error().detail.find("canary-pw"), std::string::npos) << store.error().detail;
  }
}

}  // namespace
}  // namespace stockclient::testing
