#include "stockclient/store/sqlite_store.h"

#include <fstream>
#include <sqlite3.h>
#include <sys/stat.h>

#include <gmock/gmock.h>

#include "tests/stockclient/store/store_contract.h"
#include "tests/support/temporary_folder.h"

namespace stockclient::testing {
namespace {

namespace fs = std::filesystem;
using test_support::TemporaryFolder;

/// A folder with a database, and the clocks of its stores.
struct World {
  TemporaryFolder folder;
  SetWallClock wall;
  circuitbreaker::ManualClock clock;
  fs::path file = folder.path() / "state" / "quotes.db";
  std::vector<fs::path> damaged;

  StoreResult<std::unique_ptr<SqliteStore>> open(const std::string& origin = "upstream",
                                                 std::stop_token stop = {}) {
    return SqliteStore::open({file, origin}, {clock, wall, system_boot_clock()}, std::move(stop),
                             [this](const fs::path& path) { damaged.push_back(path); });
  }
};

INSTANTIATE_TEST_SUITE_P(Sqlite, StoreContract,
                         ::testing::Values(StoreMaker{
                             "SQLite", [] {
                               auto world = std::make_shared<World>();
                               return StoreUnderTest{
                                   false,
                                   [world](const std::string& origin) -> std::unique_ptr<Store> {
                                     auto store = world->open(origin);
                                     EXPECT_TRUE(store) << store.error().detail;
                                     return store ? std::move(*store) : nullptr;
                                   },
                                   [world](WallTime now) { world->wall.set(now); }};
                             }}));

class SqliteStoreTest : public ::testing::Test {
 protected:
  std::unique_ptr<SqliteStore> open() {
    auto store = world.open();
    EXPECT_TRUE(store) << store.error().detail;
    return store ? std::move(*store) : nullptr;
  }
  void put(Store& store, const StoredValue& value) {
    ASSERT_TRUE(store.put(std::span(&value, 1), kNoDeadline));
  }
  void sql(const char* statements) {
    sqlite3* database = nullptr;
    ASSERT_EQ(sqlite3_open(world.file.c_str(), &database), SQLITE_OK);
    EXPECT_EQ(sqlite3_exec(database, statements, nullptr, nullptr, nullptr), SQLITE_OK)
        << sqlite3_errmsg(database);
    sqlite3_close(database);
  }
  void write_file(const std::string& bytes) {
    fs::create_directories(world.file.parent_path());
    std::ofstream(world.file, std::ios::binary) << bytes;
  }
  std::string read_file(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  World world;
};

TEST_F(SqliteStoreTest, TheFileAndItsLogAreReadableByTheOwnerAlone) {
  const auto store = open();
  put(*store, stored("quote:IBM"));
  for (const char* suffix : {"", "-wal"}) {
    struct stat status {};
    ASSERT_EQ(::stat((world.file.string() + suffix).c_str(), &status), 0) << suffix;
    EXPECT_EQ(status.st_mode & 0777, 0600u) << suffix;
  }
}

TEST_F(SqliteStoreTest, RemembersTheHighestWallTime) {
  world.wall.set(at_second(8000));
  put(*open(), stored("quote:IBM"));
  world.wall.set(at_second(3000));
  ASSERT_TRUE(open()->ping(kNoDeadline));
  EXPECT_EQ(open()->statistics(kNoDeadline)->highest_wall_time, at_second(8000));
}

TEST_F(SqliteStoreTest, ASecondStoreFindsTheFileLockedUntilTheFirstIsClosed) {
  auto store = open();
  put(*store, stored("quote:IBM"));
  const auto second = world.open();
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().kind, StoreError::Kind::locked) << second.error().detail;
  EXPECT_THAT(world.damaged, ::testing::IsEmpty());
  store.reset();
  EXPECT_TRUE(world.open());
}

TEST_F(SqliteStoreTest, AFileOfANewerVersionIsLeftUntouched) {
  open();
  sql("PRAGMA user_version = 99");
  const std::string before = read_file(world.file);
  const auto store = world.open();
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().kind, StoreError::Kind::newer_version);
  EXPECT_NE(store.error().detail.find("99"), std::string::npos);
  EXPECT_NE(store.error().detail.find(" 1"), std::string::npos);
  EXPECT_TRUE(read_file(world.file) == before);
}

TEST_F(SqliteStoreTest, AnotherProgramsDatabaseIsLeftUntouched) {
  write_file("");
  sql("CREATE TABLE their_data (x); PRAGMA user_version = 1");
  const std::string before = read_file(world.file);
  const auto store = world.open();
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().kind, StoreError::Kind::unavailable);
  EXPECT_TRUE(read_file(world.file) == before);
}

TEST_F(SqliteStoreTest, AFileOfGarbageIsRenamedAndReplaced) {
  const std::string garbage(10'000, 'g');
  write_file(garbage);
  const auto store = open();
  ASSERT_TRUE(store);
  put(*store, stored("quote:IBM"));
  ASSERT_EQ(world.damaged.size(), 1u);
  EXPECT_NE(world.damaged[0].string().find(".corrupt-19700102T034640Z"), std::string::npos)
      << world.damaged[0];
  EXPECT_TRUE(read_file(world.damaged[0]) == garbage);
}

TEST_F(SqliteStoreTest, TwoDamagedFilesOfOneSecondAreBothKept) {
  for (int i = 0; i < 2; ++i) {
    write_file(std::string(10'000, 'g'));
    open();
  }
  ASSERT_EQ(world.damaged.size(), 2u);
  EXPECT_NE(world.damaged[0], world.damaged[1]);
  EXPECT_TRUE(fs::exists(world.damaged[0]));
}

TEST_F(SqliteStoreTest, DamageInsideIsFoundAfterAnUncleanEnd) {
  {
    const auto store = open();
    std::vector<StoredValue> values;
    for (int i = 0; i < 2000; ++i) values.push_back(stored("quote:S" + std::to_string(i)));
    ASSERT_TRUE(store->put(values, kNoDeadline));
  }
  sql("UPDATE state SET number = 0 WHERE name = 'closed_cleanly'");
  std::string bytes = read_file(world.file);
  for (std::size_t at = 20 * 4096; at < 60 * 4096; ++at) bytes[at] = '\x5a';
  write_file(bytes);
  const auto store = open();
  ASSERT_TRUE(store);
  EXPECT_EQ(world.damaged.size(), 1u);
  EXPECT_EQ(store->statistics(kNoDeadline)->values, 0u);
}

TEST_F(SqliteStoreTest, ATruncatedFileIsReplaced) {
  {
    const auto store = open();
    std::vector<StoredValue> values;
    for (int i = 0; i < 2000; ++i) values.push_back(stored("quote:S" + std::to_string(i)));
    ASSERT_TRUE(store->put(values, kNoDeadline));
  }
  sql("UPDATE state SET number = 0 WHERE name = 'closed_cleanly'");
  fs::resize_file(world.file, 20 * 4096);
  EXPECT_TRUE(open());
  EXPECT_EQ(world.damaged.size(), 1u);
}

TEST_F(SqliteStoreTest, ADamagedRowIsSkippedAndTheOthersAreRead) {
  {
    const auto store = open();
    put(*store, stored("quote:IBM"));
    put(*store, stored("quote:MSFT"));
    put(*store, stored("quote:AAPL"));
  }
  sql("UPDATE value SET encoded = substr(encoded, 1, 60) WHERE key = 'quote:IBM';"
      "UPDATE value SET encoded = (SELECT encoded FROM value WHERE key = 'quote:AAPL')"
      " WHERE key = 'quote:MSFT'");
  const auto store = open();
  const auto page = store->load({}, 1 << 20, kNoDeadline);
  EXPECT_EQ(page->values.size(), 1u);
  EXPECT_EQ(page->invalid_rows, 2u);
  EXPECT_EQ(*store->find("quote:IBM", kNoDeadline), std::nullopt);
  EXPECT_EQ(*store->find("quote:MSFT", kNoDeadline), std::nullopt);
  EXPECT_TRUE(*store->find("quote:AAPL", kNoDeadline));
}

TEST_F(SqliteStoreTest, AFileRemovedOrReplacedBehindItsBackIsNoticedBeforeAnythingIsLost) {
  const auto store = open();
  put(*store, stored("quote:IBM"));
  fs::remove_all(world.file.parent_path());
  const StoredValue value = stored("quote:MSFT");
  auto written = store->put(std::span(&value, 1), kNoDeadline);
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().kind, StoreError::Kind::unavailable);
  EXPECT_FALSE(store->ping(kNoDeadline));
  write_file("somebody else's");
  EXPECT_FALSE(store->ping(kNoDeadline));
}

TEST_F(SqliteStoreTest, AFolderThatCannotBeCreatedIsAClearError) {
  world.file = "/dev/null/state/quotes.db";
  const auto store = world.open();
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().kind, StoreError::Kind::unavailable);
  EXPECT_NE(store.error().detail.find("/dev/null/state/quotes.db"), std::string::npos);
}

TEST_F(SqliteStoreTest, AStopRequestCancelsOpeningAndCalls) {
  {
    const auto store = open();
    std::vector<StoredValue> values;
    for (int i = 0; i < 2000; ++i) values.push_back(stored("quote:S" + std::to_string(i)));
    ASSERT_TRUE(store->put(values, kNoDeadline));
  }
  std::stop_source stop;
  const auto store = world.open("upstream", stop.get_token());
  ASSERT_TRUE(store);
  stop.request_stop();
  const auto page = (*store)->load({}, 1 << 30, kNoDeadline);
  ASSERT_FALSE(page);
  EXPECT_EQ(page.error().kind, StoreError::Kind::cancelled);
}

}  // namespace
}  // namespace stockclient::testing
