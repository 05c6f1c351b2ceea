// Values in a store, from the upstream's bytes to the answer of a later process.

#include "stockclient/stored_values.h"

#include "stockclient/store/sqlite_store.h"
#include "stockclient/wire/classify.h"
#include "tests/stockclient/client_fixture.h"
#include "tests/stockclient/store/store_values.h"
#include "tests/support/eventually.h"
#include "tests/support/temporary_folder.h"

namespace stockclient::testing {
namespace {

using test_support::eventually;

constexpr const char* kIbm =
    R"({"Global Quote":{"01. symbol":"IBM","05. price":"251.3300","07. latest trading day":"2026-11-20"}})";

class IgnoringObserver final : public StoreObserver {
 public:
  void store_failed(std::string_view, const StoreError&) noexcept override {}
  void store_recovered() noexcept override {}
};

/// A boot-time clock that the test advances.
class SetBootClock final : public BootClock {
 public:
  [[nodiscard]] BootTime now() const noexcept override { return now_; }
  void advance(circuitbreaker::Duration by) { now_ += by; }

 private:
  BootTime now_{1h};
};

/// A folder with a store, and the processes that open it one after the other.
class StoredValuesTest : public ClientTest {
 protected:
  struct LaterProcess {
    LaterProcess(std::filesystem::path file, std::string boot, const Clocks& clocks)
        : worker(
              [=](std::stop_token stop) -> StoreResult<std::unique_ptr<Store>> {
                // The worker computes the deadlines, so the store needs the worker's clock.
                const Clocks real_deadlines{circuitbreaker::steady_clock(), clocks.wall,
                                            clocks.boot};
                auto opened =
                    SqliteStore::open({file, "upstream"}, real_deadlines, std::move(stop));
                if (!opened) return circuitbreaker::unexpected<StoreError>(opened.error());
                return std::unique_ptr<Store>(std::move(*opened));
              },
              breaker, circuitbreaker::steady_clock(), observer, {}),
          values(worker, clocks, {1min, 1min, std::move(boot), Source::alpha_vantage}) {}

    IgnoringObserver observer;
    circuitbreaker::CircuitBreaker breaker{"database"};
    StoreWorker worker;
    StoredValues values;
  };

  StoredValuesTest() { calendar.set(wall.now()); }

  Clocks clocks() { return {clock, calendar, uptime}; }
  void advance(circuitbreaker::Duration by) {
    uptime.advance(by);
    calendar.set(calendar.now() + by);
  }
  void set_calendar_ahead(circuitbreaker::Duration by) { calendar.set(calendar.now() + by); }
  /// Ends the previous process and starts the next one.
  LaterProcess& process(const std::string& boot_id = "boot-1") {
    return process(boot_id, clocks());
  }
  LaterProcess& process(const std::string& boot_id, const Clocks& with) {
    process_.reset();
    process_.emplace(folder.path() / "quotes.db", boot_id, with);
    return *process_;
  }
  Value fetched_now(const char* bytes = kIbm) {
    auto answer = classify(quote_query("IBM"), {200, bytes, std::nullopt}, calendar.now());
    return {
        std::make_shared<const Record>(Record{*answer.result, calendar.now(), Source::alpha_vantage,
                                              std::make_shared<const std::string>(bytes)}),
        uptime.now()};
  }
  circuitbreaker::Duration age_of(const Value& value) const { return uptime.now() - value.fetched; }

  test_support::TemporaryFolder folder;
  SetWallClock calendar;
  SetBootClock uptime;

 private:
  std::optional<LaterProcess> process_;
};

TEST_F(StoredValuesTest, AValueOutlivesItsProcess) {
  process().values.put(quote_query("IBM"), fetched_now(), true);
  const auto found = process().values.find(quote_query("IBM"));
  ASSERT_TRUE(found);
  EXPECT_EQ(std::get<Quote>(found->record->data).price.text(), "251.33");
  EXPECT_EQ(*found->record->bytes, kIbm);
  EXPECT_EQ(found->record->fetched_at, calendar.now());
  EXPECT_TRUE(found->record->is_restored);
  EXPECT_EQ(process().values.find(quote_query("MSFT")), std::nullopt);
  EXPECT_EQ(process().values.find({Function::daily_series, "IBM"}), std::nullopt);
}

TEST_F(StoredValuesTest, WithinABootTheAgeIsThatOfTheBootClockWhateverTheWallClockShows) {
  process().values.put(quote_query("IBM"), fetched_now(), true);
  uptime.advance(1h);
  set_calendar_ahead(-24h);
  EXPECT_EQ(age_of(*process().values.find(quote_query("IBM"))), 1h);
}

TEST_F(StoredValuesTest, AcrossBootsTheAgeIsThatOfTheWallClock) {
  process().values.put(quote_query("IBM"), fetched_now(), true);
  set_calendar_ahead(2h);
  EXPECT_EQ(age_of(*process("boot-2").values.find(quote_query("IBM"))), 2h);
}

TEST_F(StoredValuesTest, AWallClockThatWasSetBackMakesNoValueYounger) {
  process().values.put(quote_query("IBM"), fetched_now(), true);
  set_calendar_ahead(2h);
  process().values.put(quote_query("MSFT"), fetched_now(), true);
  set_calendar_ahead(-90min);
  LaterProcess& later = process("boot-2");
  ASSERT_TRUE(eventually([&] { return later.worker.state().statistics.has_value(); }));
  EXPECT_GE(age_of(*later.values.find(quote_query("IBM"))), 2h);
}

TEST_F(StoredValuesTest, AValueFetchedInTheFutureCountsAsFetchedIn1970) {
  set_calendar_ahead(24h);
  process().values.put(quote_query("IBM"), fetched_now(), true);
  const auto ahead = calendar.now();
  set_calendar_ahead(-24h);
  // A value from a store that has not recorded the later time, such as a copied one.
  StoredValue stored;
  stored.key = "GLOBAL_QUOTE:MSFT";
  stored.fetched_at = ahead;
  stored.boot_id = "boot-0";
  stored.body = kIbm;
  LaterProcess& later = process("boot-2");
  stored.body.replace(stored.body.find("IBM"), 3, "MSFT");
  later.worker.put(stored);
  EXPECT_GE(age_of(*later.values.find(quote_query("MSFT"))), 24h * 365);
}

TEST_F(StoredValuesTest, StoredBytesThatAreNoUsableAnswerAreIgnored) {
  StoredValue stored;
  stored.key = "GLOBAL_QUOTE:IBM";
  stored.fetched_at = calendar.now();
  for (const char* body : {"", "{}", R"({"Note":"call frequency"})", "not json",
                           R"({"Global Quote":{"01. symbol":"MSFT","05. price":"1"}})"}) {
    stored.body = body;
    stored.fetched_at += 1s;
    LaterProcess& later = process();
    later.worker.put(stored, 1min);
    EXPECT_EQ(later.values.find(quote_query("IBM")), std::nullopt) << body;
  }
}

TEST_F(StoredValuesTest, ARestartedClientAnswersFromItsStoreWhileTheUpstreamIsDown) {
  process().values.put(quote_query("IBM"), fetched_now(), true);
  // The fixture's clocks act as those of the next boot, two minutes later.
  calendar.set(wall.now() - 2min);
  process().values.put(quote_query("IBM"), fetched_now(), true);
  calendar.set(wall.now());
  LaterProcess& later = process("boot-2", {clock, wall, boot});
  sources = {&later.values};
  upstream.fails(FailureKind::upstream_failure);
  later.values.load_into(client());
  EXPECT_TRUE(eventually([&] { return client().stats().cache_values == 1; }));
  later.worker.stop_loading();
  const Asked asked = ask("IBM");
  ASSERT_TRUE(asked.has_value());
  EXPECT_EQ(asked.value().stale_reason, StaleReason::restored);
  EXPECT_EQ(asked.value().age, 2min);
}

}  // namespace
}  // namespace stockclient::testing
