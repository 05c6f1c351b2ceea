// Additional value sources, such as a shared cache or a store, which are asked before the upstream.

#include <map>
#include <string>
#include <vector>

#include "tests/stockclient/client_fixture.h"

namespace stockclient::testing {
namespace {

class FakeSource final : public ValueSource {
 public:
  std::optional<Value> find(const Query& query) noexcept override {
    ++finds;
    const auto found = values.find(query.argument);
    return found == values.end() ? std::nullopt : std::optional(found->second);
  }
  void put(const Query& query, const Value& value, bool is_first) noexcept override {
    values[query.argument] = value;
    (is_first ? first_puts : later_puts).push_back(query.argument);
  }
  void forget(const Query& query) noexcept override { values.erase(query.argument); }
  [[nodiscard]] std::optional<Failure> obstacle() noexcept override { return stops_flights; }

  std::map<std::string, Value> values;
  std::optional<Failure> stops_flights;
  int finds = 0;
  std::vector<std::string> first_puts;
  std::vector<std::string> later_puts;
};

class StockClientSources : public ClientTest {
 protected:
  StockClientSources() { sources = {&first, &second}; }
  /// A value that an earlier process fetched `age` ago.
  [[nodiscard]] Value value(const std::string& price, circuitbreaker::Duration age) const {
    return {std::make_shared<const Record>(Record{quote_of("IBM", price), wall.now() - age,
                                                  Source::alpha_vantage, nullptr, true}),
            boot.now() - age};
  }
  static std::string price_of(const Asked& asked) {
    return std::get<Quote>(asked.value().record->data).price.text();
  }

  FakeSource first;
  FakeSource second;
};

TEST_F(StockClientSources, AFreshValueFromASourceSavesTheCallAndItsQuota) {
  settings.quota_plan = "free";
  second.values["IBM"] = value("7", 20s);
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
  first.values["IBM"] = value("7", 20s);
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
  ASSERT_TRUE(first.values.contains("IBM") && second.values.contains("IBM"));
  EXPECT_EQ(first.values["IBM"].record->fetched_at, wall.now());
}

TEST_F(StockClientSources, OnlyAFirstValueIsWorthWaitingFor) {
  know("IBM", 61s);
  ask_and_run("IBM");
  EXPECT_EQ(first.first_puts, std::vector<std::string>{"IBM"});
  EXPECT_EQ(first.later_puts, std::vector<std::string>{"IBM"});
}

TEST_F(StockClientSources, AStaleValueFromASourceIsServedBeforeTheCallHasEnded) {
  first.values["IBM"] = value("7", 1h);
  std::optional<Asked> asked;
  upstream.answers([&](const Query& query, auto, const auto&) -> AttemptResult {
    EXPECT_TRUE(asked->answered()) << "the waiter must not wait for the upstream";
    return Data(quote_of(query.argument, "8"));
  });
  asked = ask("IBM");
  scheduler.run_ready();
  ASSERT_TRUE(asked->has_value());
  EXPECT_EQ(price_of(*asked), "7");
  EXPECT_EQ(asked->value().stale_reason, StaleReason::restored);
  EXPECT_EQ(price_of(ask("IBM")), "8");
}

TEST_F(StockClientSources, AValueFromASourceIsServedWhileTheBreakerIsOpen) {
  first.values["IBM"] = value("7", 1h);
  breaker().force_open("maintenance");
  const Asked asked = ask_and_run("IBM");
  ASSERT_TRUE(asked.has_value());
  EXPECT_EQ(price_of(asked), "7");
  EXPECT_EQ(upstream.calls(), 0u);
  EXPECT_FALSE(ask_and_run("OTHER").has_value());
}

// A plan with limits lets flights wait for their turn, but only for a call.
TEST_F(StockClientSources, AValueFromASourceNeedsNoTurnUnderAPlanWithLimits) {
  settings.quota_plan = "custom";
  settings.quota_per_day = 1;
  EXPECT_TRUE(ask_and_run("FIRST").has_value());
  first.values["IBM"] = value("7", 20s);
  first.values["MSFT"] = value("8", 1h);
  EXPECT_FALSE(ask_and_run("IBM").value().stale());
  EXPECT_TRUE(ask_and_run("MSFT").value().stale());
  breaker().force_open("maintenance");
  first.values["GE"] = value("9", 1h);
  EXPECT_EQ(price_of(ask_and_run("GE")), "9");
  EXPECT_EQ(upstream.calls(), 1u);
}

TEST_F(StockClientSources, AnUnknownSymbolIsRefusedWithoutAWaitIfNoCallCanBeMade) {
  settings.quota_plan = "custom";
  settings.quota_per_day = 1;
  EXPECT_TRUE(ask_and_run("FIRST").has_value());
  const Asked spent = ask_and_run("OTHER");
  ASSERT_TRUE(spent.answered());
  EXPECT_EQ(spent.error().kind, FailureKind::day_spent);
  breaker().force_open("maintenance");
  const Asked stopped = ask_and_run("ANOTHER");
  ASSERT_TRUE(stopped.answered());
  EXPECT_EQ(stopped.error().kind, FailureKind::forced_open);
  EXPECT_EQ(first.finds, 3) << "the sources are asked all the same";
}

TEST_F(StockClientSources, ASourceThatMayNotBeLeftOutEndsFlightsButNotAnswersFromMemory) {
  know("IBM", 61s);
  const std::uint64_t calls = upstream.calls();
  second.stops_flights = Failure{.kind = FailureKind::dependency_open, .retry_after = 7s};
  const Asked unknown = ask_and_run("OTHER");
  ASSERT_FALSE(unknown.has_value());
  EXPECT_EQ(unknown.error().kind, FailureKind::dependency_open);
  EXPECT_EQ(unknown.error().retry_after, 7s);
  EXPECT_TRUE(ask_and_run("IBM").has_value());
  EXPECT_EQ(upstream.calls(), calls);
  second.stops_flights.reset();
  EXPECT_TRUE(ask_and_run("OTHER").has_value());
}

TEST_F(StockClientSources, AForgottenSymbolIsForgottenBySourcesToo) {
  know("IBM", 0s);
  ASSERT_TRUE(first.values.contains("IBM"));
  client().forget("IBM");
  EXPECT_FALSE(first.values.contains("IBM"));
  EXPECT_FALSE(second.values.contains("IBM"));
}

TEST_F(StockClientSources, ARestoredValueSaysSoUntilItIsConfirmed) {
  EXPECT_TRUE(client().restore(quote_query("IBM"), value("7", 61s)));
  const Asked stale = ask("IBM");
  EXPECT_EQ(stale.value().stale_reason, StaleReason::restored);
  scheduler.run_ready();
  EXPECT_FALSE(ask("IBM").value().stale());
  EXPECT_EQ(price_of(ask("IBM")), "100.5");
}

TEST_F(StockClientSources, ARestoredValueStaysFreshForTheRestOfItsLifetime) {
  EXPECT_TRUE(client().restore(quote_query("IBM"), value("7", 20s)));
  EXPECT_FALSE(ask("IBM").value().stale());
  EXPECT_EQ(ask("IBM").value().age, 20s);
  EXPECT_EQ(upstream.calls(), 0u);
}

TEST_F(StockClientSources, RestoringNeverReplacesAYoungerValue) {
  know("IBM", 1s);
  client().restore(quote_query("IBM"), value("7", 20s));
  EXPECT_EQ(price_of(ask("IBM")), "100.5");
}

TEST_F(StockClientSources, RestoringStopsBeforeItEvictsWhatItHasRestored) {
  settings.cache_bytes = 64u << 10;
  std::size_t restored = 0;
  while (client().restore(quote_query("S" + std::to_string(restored)), value("7", 1s))) ++restored;
  EXPECT_GT(restored, 20u);
  EXPECT_TRUE(ask("S0").has_value());
}

TEST_F(StockClientSources, AStaleValueFromASourceOutlivesAFailedCall) {
  first.values["IBM"] = value("7", 1h);
  upstream.fails(FailureKind::upstream_failure);
  const Asked asked = ask_and_run("IBM");
  EXPECT_EQ(upstream.calls(), 1u);
  ASSERT_TRUE(asked.has_value());
  EXPECT_EQ(price_of(asked), "7");
  EXPECT_EQ(asked.value().age, 1h);
  EXPECT_EQ(asked.value().stale_reason, StaleReason::restored);
  EXPECT_EQ(ask("IBM").value().stale_reason, StaleReason::upstream_failure);
}

TEST_F(StockClientSources, AnOlderValueFromASourceNeverReplacesTheKnownOne) {
  know("IBM", 61s);
  first.values["IBM"] = value("7", 62s);
  second.values.clear();
  upstream.fails(FailureKind::upstream_failure);
  ask_and_run("IBM");
  EXPECT_EQ(price_of(ask("IBM")), "100.5");
}

TEST_F(StockClientSources, ANewerValueFromASourceEndsARefresh) {
  know("IBM", 61s);
  first.values["IBM"] = value("7", 1s);
  EXPECT_EQ(price_of(ask_and_run("IBM")), "100.5");
  EXPECT_EQ(price_of(ask("IBM")), "7");
  EXPECT_EQ(upstream.calls(), 1u);
}

TEST_F(StockClientSources, AValueThatIsTooOldToBeServedIsIgnored) {
  settings.stale_if_error = 24h;
  first.values["IBM"] = value("7", 24h);
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
