// Which values the stock client refreshes, and when, with exchange calendars.

#include "tests/stockclient/client_fixture.h"
#include "tests/stockclient/time/calendars.h"

namespace stockclient::testing {
namespace {

std::string iso_text(TradingDay day) {
  const std::chrono::year_month_day date(day);
  std::array<char, 16> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02u-%02u", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
  return text.data();
}

DailySeries series_of(const std::string& symbol, const std::string& day) {
  DailySeries series;
  series.symbol = symbol;
  series.bars.emplace_back();
  series.bars.back().date = day;
  series.bars.back().close = *Decimal::parse("1");
  return series;
}

/// Starts on a Friday at 19:00 in New York. Closing prices are published 100 minutes after
/// the close.
class StockClientCalendar : public ClientTest {
 protected:
  StockClientCalendar() {
    settings.market_hours = true;
    settings.quote_updates = QuoteUpdates::end_of_day;
    upstream.answers([this](const Query& query, auto, const auto&) -> AttemptResult {
      if (query.function == Function::daily_series) {
        return Data(series_of(query.argument, iso_text(published_day())));
      }
      Quote quote = quote_of(query.argument);
      quote.trading_day = iso_text(published_day());
      return Data(quote);
    });
  }

  [[nodiscard]] TradingDay published_day() const {
    if (settings.quote_updates == QuoteUpdates::realtime) {
      return calendar.last_opened(wall.now()).day;
    }
    return calendar.last_closed(wall.now() - 100min).day;
  }
  /// Asks for each symbol once a minute until `end`.
  void poll_until(WallTime end) {
    while (wall.now() < end) {
      for (const std::string& symbol : symbols) static_cast<void>(ask_and_run(symbol));
      scheduler.advance(1min);
    }
  }
  void skip_to(WallTime time) { scheduler.advance(time - wall.now()); }
  [[nodiscard]] std::string day_of_value(const std::string& symbol) {
    return std::string(trading_day_of(ask_and_run(symbol).value().record->data));
  }

  const ExchangeCalendar calendar = calendar_of("IBM");
  std::vector<std::string> symbols{"IBM", "MSFT", "AAPL"};
};

TEST_F(StockClientCalendar, NothingIsRefreshedBetweenFridaysAndMondaysClose) {
  poll_until(new_york(2026, 11, 23, 16));
  EXPECT_EQ(upstream.calls(), symbols.size());
  const Asked asked = ask("IBM");
  EXPECT_FALSE(asked.value().stale());
  EXPECT_EQ(asked.value().cache_result, CacheResult::hit);
  EXPECT_TRUE(asked.value().is_end_of_day_quote);
}

TEST_F(StockClientCalendar, EachSymbolIsRefreshedOnceAfterACloseAndOneLooksForIt) {
  poll_until(new_york(2026, 11, 23, 16));
  const std::size_t before = upstream.calls();
  poll_until(new_york(2026, 11, 24, 9, 30));
  for (const std::string& symbol : symbols) EXPECT_EQ(day_of_value(symbol), "2026-11-23");
  // One symbol looked in vain, since the lag is not known yet.
  EXPECT_EQ(upstream.calls() - before, symbols.size() + 1);
}

TEST_F(StockClientCalendar, NothingIsRefreshedOnThanksgiving) {
  skip_to(new_york(2026, 11, 25, 20));
  poll_until(new_york(2026, 11, 25, 21));
  const std::size_t before = upstream.calls();
  poll_until(new_york(2026, 11, 27, 13));
  EXPECT_EQ(upstream.calls(), before);
}

TEST_F(StockClientCalendar, AHistoryIsRefreshedAfterTheClose) {
  const Query history{Function::daily_series, "IBM"};
  const Asked first = ask(history);
  scheduler.run_ready();
  skip_to(new_york(2026, 11, 23, 12));
  EXPECT_FALSE(ask(history).value().stale());
  EXPECT_FALSE(ask(history).value().is_end_of_day_quote);
  skip_to(new_york(2026, 11, 23, 19));
  EXPECT_EQ(trading_day_of(ask(history).value().record->data), "2026-11-23");
  EXPECT_EQ(upstream.calls(), 3u) << "the first look was too early";
}

TEST_F(StockClientCalendar, AStaleValueWaitsForItsRefreshOnceItHasBeenDueForLong) {
  know("IBM");
  breaker().force_open("maintenance");
  skip_to(new_york(2026, 11, 24, 12));
  EXPECT_EQ(ask("IBM").value().stale_reason, StaleReason::circuit_open);
  breaker().reset("maintenance is over");
  const Asked asked = ask("IBM");
  EXPECT_FALSE(asked.answered()) << "Monday's close has been due for many hours";
  scheduler.run_ready();
  EXPECT_EQ(trading_day_of(asked.value().record->data), "2026-11-23");
}

TEST_F(StockClientCalendar, RealtimeQuotesAreRefreshedOnlyDuringTrading) {
  settings.quote_updates = QuoteUpdates::realtime;
  poll_until(new_york(2026, 11, 23, 9, 29));
  EXPECT_EQ(upstream.calls(), symbols.size());
  poll_until(new_york(2026, 11, 23, 9, 40));
  EXPECT_GE(upstream.calls(), symbols.size() * 10);
  EXPECT_FALSE(ask("IBM").value().is_end_of_day_quote);
}

TEST_F(StockClientCalendar, AQuoteThatMovesDuringTradingIsReportedAndMakesItsExchangeRealtime) {
  skip_to(new_york(2026, 11, 24, 12));
  upstream.answers([this](const Query& query, auto, const auto&) -> AttemptResult {
    Quote quote = quote_of(query.argument);
    quote.trading_day = iso_text(calendar.last_opened(wall.now()).day);
    return Data(quote);
  });
  static_cast<void>(ask_and_run("IBM"));
  EXPECT_EQ(observer.oddities[Oddity::moved_in_trading], 1);
  EXPECT_EQ(ask("IBM").value().fresh_ttl, 60s);
  EXPECT_FALSE(ask("IBM").value().is_end_of_day_quote);
}

TEST_F(StockClientCalendar, AFailedLookIsRepeated) {
  poll_until(new_york(2026, 11, 23, 17, 20));
  upstream.fails(FailureKind::data_fault);
  poll_until(new_york(2026, 11, 23, 17, 40));
  EXPECT_GT(upstream.calls(), symbols.size() + 5);
  EXPECT_EQ(ask_and_run("IBM").value().stale_reason, StaleReason::data_fault);
}

}  // namespace
}  // namespace stockclient::testing
