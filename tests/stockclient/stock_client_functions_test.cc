// One function of the upstream fails or hangs while the others work.

#include <string>
#include <vector>

#include "stockclient/breaker_defaults.h"
#include "tests/stockclient/client_fixture.h"

namespace stockclient::testing {
namespace {

using circuitbreaker::State;

class StockClientFunctions : public ClientTest {
 protected:
  static Query history(const std::string& symbol) { return {Function::daily_series, symbol}; }
  static AttemptResult series_of(const std::string& symbol) {
    DailySeries series;
    series.symbol = symbol;
    series.bars.resize(1);
    return Data(std::move(series));
  }
  static AttemptResult healthy(const Query& query) {
    return query.function == Function::daily_series ? series_of(query.argument)
                                                    : Data(quote_of(query.argument));
  }
  /// Histories end with this failure, everything else succeeds.
  void only_histories_fail(FailureKind kind) {
    upstream.answers([kind](const Query& query, auto, const auto&) -> AttemptResult {
      return query.function == Function::daily_series ? fault(kind) : healthy(query);
    });
  }
  void all_work() {
    upstream.answers(
        [](const Query& query, auto, const auto&) -> AttemptResult { return healthy(query); });
  }
  Asked ask_history(const std::string& symbol) {
    Asked asked = ask(history(symbol));
    scheduler.run_ready();
    return asked;
  }
  void open_history() {
    only_histories_fail(FailureKind::upstream_failure);
    for (int i = 0; of_history() == State::closed && i < 20; ++i) {
      ask_history("FAILS" + std::to_string(i));
      ask_and_run("QUOTE" + std::to_string(i));
    }
    ASSERT_EQ(of_history(), State::open);
    ASSERT_EQ(state(), State::closed);
  }
  State of_history() { return breakers().of(Function::daily_series).snapshot().state; }
};

TEST_F(StockClientFunctions, AKnownHistoryIsStaleForAnOpenCircuitWhileQuotesGoOn) {
  all_work();
  ASSERT_TRUE(ask_history("A").has_value());
  scheduler.advance(2h);
  open_history();
  EXPECT_EQ(ask_history("A").value().stale_reason, StaleReason::circuit_open);
  EXPECT_EQ(ask_history("NEW").error().kind, FailureKind::circuit_open);
  const Asked quote = ask_and_run("NEW");
  ASSERT_TRUE(quote.has_value());
  EXPECT_FALSE(quote.value().stale());
}

TEST_F(StockClientFunctions, RequestsForKnownHistoriesAloneCloseTheirBreaker) {
  all_work();
  for (const char* symbol : {"A", "B", "C"}) ASSERT_TRUE(ask_history(symbol).has_value());
  scheduler.advance(2h);
  open_history();
  for (const char* symbol : {"A", "B", "C"}) EXPECT_TRUE(ask_history(symbol).has_value());
  all_work();
  scheduler.advance(*breakers().of(Function::daily_series).snapshot().retry_after);
  EXPECT_EQ(of_history(), State::closed);
}

TEST_F(StockClientFunctions, OnlyTheWaitersOfAFunctionAreAnsweredWhenItsBreakerOpens) {
  all_work();
  const Asked history_waiter = ask(history("A"));
  const Asked quote_waiter = ask("A");
  breakers().of(Function::daily_series).trip("test");
  ASSERT_TRUE(history_waiter.answered());
  EXPECT_EQ(history_waiter.error().kind, FailureKind::circuit_open);
  EXPECT_FALSE(quote_waiter.answered());
  scheduler.run_ready();
  EXPECT_TRUE(quote_waiter.has_value());
}

TEST_F(StockClientFunctions, AFunctionForcedOpenByAnOperatorIsNotProbed) {
  all_work();
  ASSERT_TRUE(ask_history("A").has_value());
  scheduler.advance(2h);
  open_history();
  breakers().of(Function::daily_series).force_open("maintenance");
  scheduler.advance(breaker_settings.open_timeout + 1s);
  const std::size_t before = upstream.calls();
  for (int i = 0; i < 20; ++i) EXPECT_TRUE(ask_history("A").value().stale());
  EXPECT_EQ(upstream.calls(), before);
  EXPECT_EQ(ask_history("NEW").error().kind, FailureKind::forced_open);
}

TEST_F(StockClientFunctions, HistoriesThatHangOccupyThreeQuartersOfTheWorkersAndOpenAlone) {
  breaker_settings = default_breaker(settings);
  std::size_t hanging = 0;
  std::vector<Asked> quotes;
  upstream.answers([&](const Query& query, auto timeout, const auto&) -> AttemptResult {
    if (query.function != Function::daily_series) return healthy(query);
    ++hanging;
    const auto until = clock.now() + timeout;
    // While this call hangs, other workers start theirs.
    scheduler.run_ready();
    scheduler.advance(100ms);
    quotes.push_back(ask("Q" + std::to_string(quotes.size())));
    scheduler.run_ready();
    if (until > clock.now()) scheduler.advance(until - clock.now());
    return fault(FailureKind::timeout);
  });
  std::vector<Asked> histories;
  for (int i = 0; i < 40; ++i) histories.push_back(ask(history("H" + std::to_string(i))));
  scheduler.run_ready();
  EXPECT_EQ(hanging, settings.bulkhead * 3 / 4);
  EXPECT_EQ(of_history(), State::open);
  EXPECT_EQ(state(), State::closed);
  for (const Asked& asked : histories) EXPECT_TRUE(asked.answered());
  EXPECT_EQ(quotes.size(), hanging);
  for (const Asked& asked : quotes) EXPECT_TRUE(asked.has_value());
}

TEST_F(StockClientFunctions, AHangOfAllFunctionsOpensTheHostBeforeAnyCallTimesOut) {
  breaker_settings = default_breaker(settings);
  const auto began = clock.now();
  std::optional<circuitbreaker::TimePoint> opened;
  breaker().add_listener([&](const circuitbreaker::StateChange& change) {
    if (change.to == State::open) opened = change.at;
  });
  upstream.answers([&](const Query&, auto timeout, const auto&) -> AttemptResult {
    const auto until = clock.now() + timeout;
    scheduler.run_ready();
    if (until > clock.now()) scheduler.advance(until - clock.now());
    return fault(FailureKind::timeout);
  });
  std::vector<Asked> asked;
  for (const Function function : kFunctions) {
    for (int i = 0; i < 3; ++i) asked.push_back(ask(Query{function, "A" + std::to_string(i)}));
  }
  scheduler.run_ready();
  ASSERT_TRUE(opened);
  EXPECT_EQ(*opened - began, breaker_settings.slow_call_duration);
}

}  // namespace
}  // namespace stockclient::testing
