// Values that an operator refreshes or forgets.

#include "tests/stockclient/client_fixture.h"

namespace stockclient::testing {
namespace {

class StockClientAdmin : public ClientTest {
 protected:
  Asked refresh(const std::string& symbol) {
    Asked asked;
    auto result = client().get(
        quote_query(symbol), {.deadline = clock.now() + 10s, .client = {}, .refresh = true},
        [outcomes = asked.outcomes](Outcome outcome) { outcomes->push_back(std::move(outcome)); });
    if (auto* outcome = std::get_if<Outcome>(&result)) {
      asked.outcomes->push_back(std::move(*outcome));
    } else {
      asked.ticket = std::move(std::get<StockClient::Ticket>(result));
    }
    scheduler.run_ready();
    return asked;
  }
};

TEST_F(StockClientAdmin, ARefreshAsksTheUpstreamAlthoughTheValueIsFresh) {
  know("IBM");
  const Asked refreshed = refresh("IBM");
  ASSERT_TRUE(refreshed.has_value());
  EXPECT_EQ(refreshed.value().cache_result, CacheResult::miss);
  EXPECT_EQ(upstream.calls(), 2u);
  EXPECT_EQ(ask("IBM").value().cache_result, CacheResult::hit) << "that was the refresh";
}

TEST_F(StockClientAdmin, AFailedRefreshLeavesTheValueAndIsNotRepeated) {
  know("IBM");
  upstream.fails(FailureKind::data_fault);
  const Asked refreshed = refresh("IBM");
  ASSERT_TRUE(refreshed.has_value());
  EXPECT_EQ(refreshed.value().stale_reason, StaleReason::data_fault);
  EXPECT_FALSE(ask_and_run("IBM").value().stale()) << "the value is as fresh as before";
  EXPECT_EQ(upstream.calls(), 2u);
}

TEST_F(StockClientAdmin, ARefreshThatCannotBeMadeNowIsMadeByTheNextPossibleCall) {
  settings.quota_plan = "custom";
  settings.quota_per_second = 1;
  know("IBM");
  EXPECT_EQ(refresh("IBM").value().stale_reason, StaleReason::throttled);
  EXPECT_EQ(upstream.calls(), 1u);
  scheduler.advance(2s);
  EXPECT_EQ(upstream.calls(), 2u);
  EXPECT_FALSE(ask("IBM").value().stale());
}

TEST_F(StockClientAdmin, ARefreshOfASymbolThatWasUnknownAsksAgain) {
  upstream.fails(FailureKind::not_found);
  EXPECT_FALSE(ask_and_run("NEW").has_value());
  upstream.heals();
  EXPECT_TRUE(refresh("NEW").has_value());
}

TEST_F(StockClientAdmin, AForgottenSymbolIsUnknown) {
  know("IBM");
  client().forget("IBM");
  EXPECT_EQ(ask_and_run("IBM").value().cache_result, CacheResult::miss);
  EXPECT_EQ(upstream.calls(), 2u);
}

}  // namespace
}  // namespace stockclient::testing
