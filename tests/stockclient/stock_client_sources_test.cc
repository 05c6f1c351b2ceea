// Additional value sources, such as a shared cache or a store, which are asked before the upstream.

#include <map>
#include <string>
#include <vector>

#include "tests/stockclient/client_fixture.h"

namespace stockclient::testing {
namespace {

class FakeSource final : public ValueSource {
 public:
  RecordPtr find(const Query& query) noexcept override {
    ++finds;
    const auto found = records.find(query.argument);
    return found == records.end() ? nullptr : found->second;
  }
  void put(const Query& query, const RecordPtr& record) noexcept override {
    records[query.argument] = record;
  }
  std::map<std::string, RecordPtr> records;
  int finds = 0;
};

class StockClientSources : public ClientTest {
 protected:
  StockClientSources() { sources = {&first, &second}; }
  /// A record that was fetched `age` ago according to the calendar clock.
  [[nodiscard]] RecordPtr record(const std::string& price, circuitbreaker::Duration age) const {
    return std::make_shared<const Record>(
        Record{quote_of("IBM", price), wall.now() - age, Source::alpha_vantage});
  }
  static std::string price_of(const Asked& asked) {
    return std::get<Quote>(asked.value().record->data).price.text();
  }

  FakeSource first;
  FakeSource second;
};

TEST_F(StockClientSources, AFreshValueFromASourceSavesTheCallAndItsQuota) {
  settings.quota_plan = "free";
  second.records["IBM"] = record("7", 20s);
  const Asked asked = ask_and_run("IBM");
  ASSERT_TRUE(asked.has_value());
  EXPECT_EQ(price_of(asked), "7");
  EXPECT_EQ(asked.value().age, 20s);
  EXPECT_FALSE(asked.value().stale());
  EXPECT_EQ(upstream.calls(), 0u);
  EXPECT_EQ(client().quota().remaining.day, 25u);
  EXPECT_EQ(first.finds, 1) << "sources are asked in their order";
  EXPECT_TRUE(ask("IBM").has_value()) << "the value is in memory now";
  EXPECT_EQ(second.finds, 1);
}

TEST_F(StockClientSources, SourcesAreAskedBeforeAnyPermitIsTaken) {
  first.records["IBM"] = record("7", 20s);
  upstream.fails(FailureKind::upstream_failure);
  breaker_settings.failure_threshold = 1;
  const Asked waiting = ask("IBM");
  ask_and_run("OTHER");
  EXPECT_EQ(state(), circuitbreaker::State::open);
  EXPECT_TRUE(waiting.has_value());
}

TEST_F(StockClientSources, AValueFromTheUpstreamIsHandedToAllSources) {
  EXPECT_TRUE(ask_and_run("IBM").has_value());
  EXPECT_EQ(upstream.calls(), 1u);
  ASSERT_TRUE(first.records["IBM"] && second.records["IBM"]);
  EXPECT_EQ(first.records["IBM"]->fetched_at, wall.now());
}

TEST_F(StockClientSources, AStaleValueFromASourceIsServedIfTheCallFails) {
  first.records["IBM"] = record("7", 1h);
  upstream.fails(FailureKind::upstream_failure);
  const Asked asked = ask_and_run("IBM");
  EXPECT_EQ(upstream.calls(), 1u);
  ASSERT_TRUE(asked.has_value());
  EXPECT_EQ(price_of(asked), "7");
  EXPECT_EQ(asked.value().age, 1h);
  EXPECT_EQ(asked.value().stale_reason, StaleReason::upstream_failure);
}

TEST_F(StockClientSources, AnOlderValueFromASourceNeverReplacesTheKnownOne) {
  know("IBM", 61s);
  first.records["IBM"] = record("7", 62s);
  second.records.clear();
  upstream.fails(FailureKind::upstream_failure);
  ask_and_run("IBM");
  EXPECT_EQ(price_of(ask("IBM")), "100.5");
}

TEST_F(StockClientSources, ANewerValueFromASourceEndsARefresh) {
  know("IBM", 61s);
  first.records["IBM"] = record("7", 1s);
  EXPECT_EQ(price_of(ask_and_run("IBM")), "100.5");
  EXPECT_EQ(price_of(ask("IBM")), "7");
  EXPECT_EQ(upstream.calls(), 1u);
}

TEST_F(StockClientSources, AValueThatIsTooOldToBeServedIsIgnored) {
  settings.stale_if_error = 24h;
  first.records["IBM"] = record("7", 24h);
  upstream.fails(FailureKind::upstream_failure);
  EXPECT_FALSE(ask_and_run("IBM").has_value());
}

TEST_F(StockClientSources, AFlightAsksItsSourcesOnlyOnce) {
  settings.retry_attempts = 3;
  upstream.fails(FailureKind::upstream_failure);
  const Asked asked = ask("IBM");
  scheduler.advance(5s);
  EXPECT_EQ(upstream.calls(), 3u);
  EXPECT_EQ(first.finds, 1);
}

}  // namespace
}  // namespace stockclient::testing
