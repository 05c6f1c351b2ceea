#include "stockclient/store/store_worker.h"

#include <map>

#include <gmock/gmock.h>

#include "stockclient/store/sqlite_store.h"
#include "tests/stockclient/store/store_values.h"
#include "tests/support/eventually.h"
#include "tests/support/temporary_folder.h"

namespace stockclient::testing {
namespace {

using namespace std::chrono_literals;
using circuitbreaker::TimePoint;
using test_support::eventually;

/// A database in memory that records its calls and can be made to fail or hang. It outlives the
/// stores that are opened on it.
class FakeDatabase {
 public:
  using Rows = std::map<std::string, StoredValue>;

  void fail(std::optional<StoreError::Kind> kind) {
    set([&] { failure_ = kind; });
  }
  void hang(bool on) {
    set([&] { hanging_ = on; });
  }
  [[nodiscard]] std::vector<std::string> calls() const {
    const std::lock_guard lock(mutex_);
    return calls_;
  }
  [[nodiscard]] std::size_t count(const std::string& call) const {
    const auto all = calls();
    return static_cast<std::size_t>(std::count(all.begin(), all.end(), call));
  }
  [[nodiscard]] std::map<std::string, StoredValue> rows() const {
    const std::lock_guard lock(mutex_);
    return rows_;
  }
  void insert(const StoredValue& value) {
    set([&] { rows_[value.key] = value; });
  }

  /// Records a call, waits while the database hangs, then fails or runs `body` on the rows.
  template <class Body>
  auto call(const std::string& name, Body body)
      -> StoreResult<decltype(body(std::declval<Rows&>()))> {
    std::unique_lock lock(mutex_);
    calls_.push_back(name);
    changed_.notify_all();
    changed_.wait(lock, [&] { return !hanging_; });
    if (failure_) return circuitbreaker::unexpected<StoreError>(StoreError{*failure_, "told to"});
    return body(rows_);
  }

 private:
  template <class Change>
  void set(Change change) {
    const std::lock_guard lock(mutex_);
    change();
    changed_.notify_all();
  }

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> calls_;
  std::map<std::string, StoredValue> rows_;
  std::optional<StoreError::Kind> failure_;
  bool hanging_ = false;
};

struct Nothing {};

class FakeStore final : public Store {
 public:
  explicit FakeStore(FakeDatabase& database) : database_(database) {}
  using Rows = FakeDatabase::Rows;

  StoreResult<LoadedPage> load(const LoadCursor& after, std::size_t, TimePoint) override {
    return database_.call("load", [&](Rows& rows) {
      LoadedPage page;
      // Each page has one value, in the order of the keys.
      auto skipped = static_cast<std::ptrdiff_t>(INT64_MAX - after.row_before);
      if (skipped < std::ssize(rows)) {
        page.values.push_back(std::next(rows.begin(), skipped)->second);
        page.next = LoadCursor{0, after.row_before - 1};
      }
      return page;
    });
  }
  StoreResult<std::optional<StoredValue>> find(const std::string& key, TimePoint) override {
    return database_.call("find", [&](Rows& rows) {
      const auto row = rows.find(key);
      return row == rows.end() ? std::nullopt : std::optional(row->second);
    });
  }
  StoreResult<void> put(std::span<const StoredValue> values, TimePoint) override {
    return without_value(database_.call("put", [&](Rows& rows) {
      for (const StoredValue& value : values) rows[value.key] = value;
      return Nothing();
    }));
  }
  StoreResult<void> forget(const std::string& key, TimePoint) override {
    return without_value(database_.call("forget", [&](Rows& rows) {
      rows.erase(key);
      return Nothing();
    }));
  }
  StoreResult<bool> trim(std::uint64_t, TimePoint) override {
    return database_.call("trim", [](Rows&) { return false; });
  }
  StoreResult<StoreStatistics> statistics(TimePoint) override {
    return database_.call("statistics", [](Rows& rows) {
      return StoreStatistics{rows.size(), 0, std::nullopt};
    });
  }
  StoreResult<void> ping(TimePoint) override {
    return without_value(database_.call("ping", [](Rows&) { return Nothing(); }));
  }

 private:
  static StoreResult<void> without_value(StoreResult<Nothing> result) {
    if (result) return {};
    return circuitbreaker::unexpected<StoreError>(std::move(result.error()));
  }
  FakeDatabase& database_;
};

class CountingObserver final : public StoreObserver {
 public:
  void store_failed(std::string_view operation, const StoreError& error) noexcept override {
    const std::lock_guard lock(mutex_);
    failures_.push_back(std::string(operation) + " " + std::string(to_string(error.kind)));
  }
  void store_recovered() noexcept override { ++recovered; }
  [[nodiscard]] std::vector<std::string> failures() const {
    const std::lock_guard lock(mutex_);
    return failures_;
  }
  std::atomic<int> recovered{0};

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> failures_;
};

class StoreWorkerTest : public ::testing::Test {
 protected:
  StoreWorker& worker() {
    if (!worker_) {
      worker_ = std::make_unique<StoreWorker>(
          [this](std::stop_token) -> StoreResult<std::unique_ptr<Store>> {
            auto opened = database.call("open", [](auto&) { return Nothing(); });
            if (!opened) return circuitbreaker::unexpected<StoreError>(opened.error());
            return std::make_unique<FakeStore>(database);
          },
          breaker, circuitbreaker::steady_clock(), observer, settings);
      if (sink) worker_->load(sink);
    }
    return *worker_;
  }
  void end() { worker_.reset(); }

  FakeDatabase database;
  static circuitbreaker::Settings breaker_settings(circuitbreaker::Duration open_timeout) {
    circuitbreaker::Settings all;
    all.failure_threshold = 3;
    all.success_threshold = 2;
    all.open_timeout = open_timeout;
    return all;
  }

  circuitbreaker::CircuitBreaker breaker{"database", breaker_settings(20ms)};
  CountingObserver observer;
  StoreWorkerSettings settings = [] {
    StoreWorkerSettings quick;
    quick.write_delay = 1ms;
    quick.stuck_after = 10ms;
    quick.reopen_delay = 1ms;
    return quick;
  }();
  StoreWorker::LoadSink sink;

 private:
  std::unique_ptr<StoreWorker> worker_;
};

TEST_F(StoreWorkerTest, AValueIsFoundWhileItIsStillUnwritten) {
  settings.write_delay = 1h;
  worker().put(stored("quote:IBM"));
  EXPECT_EQ(worker().find("quote:IBM", 0s), stored("quote:IBM"));
  EXPECT_EQ(database.count("put"), 0u);
}

TEST_F(StoreWorkerTest, AWaitingWriterIsToldThatItsValueIsDurable) {
  settings.write_delay = 1h;
  EXPECT_TRUE(worker().put(stored("quote:IBM"), 1min));
  EXPECT_TRUE(database.rows().contains("quote:IBM"));
}

TEST_F(StoreWorkerTest, OneCommitTakesEverythingThatIsWaiting) {
  settings.write_delay = 1h;
  for (int i = 0; i < 100; ++i) worker().put(stored("quote:S" + std::to_string(i)));
  EXPECT_TRUE(worker().put(stored("quote:IBM"), 1min));
  EXPECT_EQ(database.rows().size(), 101u);
  EXPECT_EQ(database.count("put"), 1u);
}

TEST_F(StoreWorkerTest, AValueThatNobodyWaitsForIsWrittenAfterTheDelay) {
  worker().put(stored("quote:IBM"));
  EXPECT_TRUE(eventually([&] { return database.rows().contains("quote:IBM"); }));
}

TEST_F(StoreWorkerTest, EndingWritesWhatIsPending) {
  settings.write_delay = 1h;
  worker().put(stored("quote:IBM"));
  end();
  EXPECT_TRUE(database.rows().contains("quote:IBM"));
}

TEST_F(StoreWorkerTest, AnUnwrittenValueIsNotReplacedByAnOlderOne) {
  settings.write_delay = 1h;
  worker().put(stored("quote:IBM", "2026-11-20"));
  worker().put(stored("quote:IBM", "2026-11-19"));
  EXPECT_EQ(worker().find("quote:IBM", 0s)->trading_day, "2026-11-20");
}

TEST_F(StoreWorkerTest, FindReadsTheStore) {
  database.insert(stored("quote:IBM"));
  EXPECT_EQ(worker().find("quote:IBM", 1min), stored("quote:IBM"));
  EXPECT_EQ(worker().find("quote:NEVER", 1min), std::nullopt);
}

TEST_F(StoreWorkerTest, AFindWaitsNoLongerThanItsCallerAllows) {
  database.hang(true);
  EXPECT_EQ(worker().find("quote:IBM", 1ms), std::nullopt);
  database.hang(false);
}

TEST_F(StoreWorkerTest, AStuckStoreMakesNobodyWait) {
  database.hang(true);
  worker().put(stored("quote:IBM"));
  ASSERT_TRUE(eventually([&] { return database.count("open") == 1; }));
  const auto stuck = circuitbreaker::steady_clock().now() + settings.stuck_after;
  ASSERT_TRUE(eventually([&] { return circuitbreaker::steady_clock().now() > stuck; }));
  EXPECT_FALSE(worker().put(stored("quote:MSFT"), 1h)) << "would wait for an hour if it waited";
  EXPECT_FALSE(worker().find("quote:AAPL", 1h));
  database.hang(false);
  EXPECT_TRUE(eventually([&] { return database.rows().size() == 2; }));
}

TEST_F(StoreWorkerTest, ValuesWaitForAStoreThatCannotBeOpenedYet) {
  database.fail(StoreError::Kind::locked);
  worker().put(stored("quote:IBM"));
  ASSERT_TRUE(eventually([&] { return !observer.failures().empty(); }));
  EXPECT_EQ(observer.failures()[0], "open locked");
  EXPECT_EQ(worker().state().error->kind, StoreError::Kind::locked);
  EXPECT_EQ(worker().find("quote:MSFT", 1h), std::nullopt) << "does not wait for it";
  EXPECT_TRUE(worker().find("quote:IBM", 0s)) << "still knows what is unwritten";
  database.fail(std::nullopt);
  EXPECT_TRUE(eventually([&] { return database.rows().contains("quote:IBM"); }));
  EXPECT_EQ(observer.recovered, 1);
  EXPECT_FALSE(worker().state().error);
}

TEST_F(StoreWorkerTest, AFailingStoreOpensItsBreakerAndIsThenLeftAlone) {
  breaker.reconfigure(breaker_settings(10min));
  worker().put(stored("quote:IBM"), 1min);
  database.fail(StoreError::Kind::full);
  worker().put(stored("quote:MSFT"));
  ASSERT_TRUE(eventually([&] { return breaker.snapshot().state == circuitbreaker::State::open; }));
  const std::size_t calls = database.calls().size();
  EXPECT_EQ(worker().find("quote:NEVER", 1h), std::nullopt);
  EXPECT_FALSE(worker().put(stored("quote:AAPL"), 1h));
  EXPECT_EQ(database.calls().size(), calls);
  EXPECT_EQ(worker().state().pending_values, 2u);
}

TEST_F(StoreWorkerTest, AnUnavailableStoreIsOpenedAnew) {
  worker().put(stored("quote:IBM"), 1min);
  database.fail(StoreError::Kind::unavailable);
  worker().put(stored("quote:MSFT"));
  ASSERT_TRUE(eventually([&] { return database.count("open") >= 2; }));
  database.fail(std::nullopt);
  EXPECT_TRUE(eventually([&] { return database.rows().contains("quote:MSFT"); }));
  EXPECT_EQ(breaker.snapshot().state == circuitbreaker::State::open, false);
}

TEST_F(StoreWorkerTest, TooManyUnwrittenValuesDropTheOldestAndAreCounted) {
  settings.max_pending_bytes = 3000;
  database.fail(StoreError::Kind::locked);
  for (int i = 0; i < 20; ++i) worker().put(stored("quote:S" + std::to_string(i)));
  const StoreWorkerState state = worker().state();
  EXPECT_LE(state.pending_bytes, 3000u);
  EXPECT_EQ(state.pending_values + state.dropped, 20u);
  EXPECT_FALSE(worker().find("quote:S0", 0s));
  EXPECT_TRUE(worker().find("quote:S19", 0s));
}

TEST_F(StoreWorkerTest, ForgettingRemovesWrittenAndUnwrittenValues) {
  settings.write_delay = 1h;
  ASSERT_TRUE(worker().put(stored("quote:IBM"), 1min));
  worker().put(stored("quote:MSFT"));
  worker().forget("quote:IBM");
  worker().forget("quote:MSFT");
  EXPECT_TRUE(eventually([&] { return database.rows().empty(); }));
  EXPECT_FALSE(worker().find("quote:MSFT", 1min));
  end();
  EXPECT_TRUE(database.rows().empty());
}

TEST_F(StoreWorkerTest, ForgettingDoesNotRemoveAValueThatIsStoredLater) {
  ASSERT_TRUE(worker().put(stored("quote:IBM", "2026-11-20"), 1min));
  database.hang(true);
  EXPECT_EQ(worker().find("quote:BUSY", 1ms), std::nullopt);
  worker().forget("quote:IBM");
  std::jthread writer([&] { worker().put(stored("quote:IBM", "2026-11-23"), 1min); });
  ASSERT_TRUE(eventually([&] { return worker().state().pending_values == 1; }));
  database.hang(false);
  writer.join();
  EXPECT_TRUE(eventually([&] { return database.count("forget") == 1; }));
  EXPECT_EQ(database.rows().at("quote:IBM").trading_day, "2026-11-23");
}

TEST_F(StoreWorkerTest, AFindAfterForgettingDoesNotReadTheForgottenValue) {
  ASSERT_TRUE(worker().put(stored("quote:IBM"), 1min));
  worker().forget("quote:IBM");
  EXPECT_EQ(worker().find("quote:IBM", 1min), std::nullopt);
}

TEST_F(StoreWorkerTest, LoadsAllValuesWithoutKeepingFindsWaiting) {
  for (int i = 0; i < 50; ++i) database.insert(stored("quote:S" + std::to_string(i)));
  std::mutex mutex;
  std::size_t loaded = 0;
  sink = [&](std::vector<StoredValue> values) {
    const std::lock_guard lock(mutex);
    loaded += values.size();
    return true;
  };
  EXPECT_TRUE(worker().find("quote:S7", 1min));
  EXPECT_TRUE(eventually([&] {
    const std::lock_guard lock(mutex);
    return loaded == 50;
  }));
}

TEST_F(StoreWorkerTest, LoadingStopsWhenTheSinkWantsNoMore) {
  for (int i = 0; i < 50; ++i) database.insert(stored("quote:S" + std::to_string(i)));
  sink = [](std::vector<StoredValue>) { return false; };
  settings.upkeep_interval = 1ms;
  ASSERT_TRUE(worker().put(stored("quote:IBM"), 1min));
  ASSERT_TRUE(eventually([&] { return database.count("load") >= 1; }));
  const auto pings = database.count("ping");
  ASSERT_TRUE(eventually([&] { return database.count("ping") > pings + 1; })) << "after loading";
  EXPECT_EQ(database.count("load"), 1u);
}

TEST_F(StoreWorkerTest, UpkeepReportsTheSize) {
  settings.upkeep_interval = 1ms;
  ASSERT_TRUE(worker().put(stored("quote:IBM"), 1min));
  EXPECT_TRUE(eventually([&] { return worker().state().statistics->values == 1; }));
}

TEST_F(StoreWorkerTest, TheStatisticsAreKnownBeforeAnyValueIsRead) {
  database.insert(stored("quote:IBM"));
  ASSERT_TRUE(worker().find("quote:IBM", 1min));
  EXPECT_EQ(worker().state().statistics->values, 1u);
}

TEST_F(StoreWorkerTest, WaitingForTheStoreEndsWhenItIsOpenAndWhenItCannotBeOpened) {
  database.hang(true);
  EXPECT_FALSE(worker().wait_until_opened(1ms));
  database.hang(false);
  EXPECT_TRUE(worker().wait_until_opened(1h));
  end();
  database.fail(StoreError::Kind::locked);
  EXPECT_TRUE(worker().wait_until_opened(1h));
}

TEST_F(StoreWorkerTest, EndingCancelsACallThatNobodyNeeds) {
  std::atomic<bool> opening = false;
  bool cancelled = false;
  {
    StoreWorker hanging(
        [&](const std::stop_token& stop) -> StoreResult<std::unique_ptr<Store>> {
          opening = true;
          cancelled = eventually([&] { return stop.stop_requested(); });
          return circuitbreaker::unexpected<StoreError>({StoreError::Kind::cancelled, "stopped"});
        },
        breaker, circuitbreaker::steady_clock(), observer, settings);
    ASSERT_TRUE(eventually([&] { return opening.load(); }));
  }
  EXPECT_TRUE(cancelled);
  EXPECT_TRUE(observer.failures().empty()) << "ending is not a failure";
}

TEST_F(StoreWorkerTest, ManyThreadsWriteToARealFileAndNothingIsLost) {
  test_support::TemporaryFolder folder;
  const auto open = [&](std::stop_token stop) -> StoreResult<std::unique_ptr<Store>> {
    return SqliteStore::open({folder.path() / "quotes.db", "upstream"}, system_clocks(), stop);
  };
  {
    StoreWorker real(open, breaker, circuitbreaker::steady_clock(), observer, {});
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&, t] {
        for (int i = 0; i < 50; ++i) {
          const std::string key = "quote:S" + std::to_string(t * 50 + i);
          real.put(stored(key), i % 10 == 0 ? 1min : 0s);
          EXPECT_TRUE(real.find(key, 1min)) << key;
        }
      });
    }
  }
  const auto store = open({});
  ASSERT_TRUE(store);
  EXPECT_EQ((*store)->statistics(kNoDeadline)->values, 200u);
}

}  // namespace
}  // namespace stockclient::testing
