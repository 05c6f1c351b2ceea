/// Trading days of known values: values never go back in time, and a known value stays known.

#include "tests/stockclient/client_fixture.h"

namespace stockclient::testing {
namespace {

Data quote_of_day(const std::string& day, const std::string& price = "100.5") {
  Quote quote = quote_of("ABC", price);
  quote.trading_day = day;
  return quote;
}

Data series_until(const std::string& day) {
  DailySeries series;
  series.symbol = "ABC";
  Bar bar;
  bar.date = day;
  bar.close = *Decimal::parse("1");
  series.bars = {bar};
  return series;
}

class StockClientDays : public ClientTest {
 protected:
  void answers(const Data& data) {
    upstream.answers([data](const Query&, auto, const auto&) -> AttemptResult { return data; });
  }
  /// Lets the value become stale, requests it, and waits for the refresh to end.
  void refresh(const Query& query, circuitbreaker::Duration after = 1h) {
    scheduler.advance(after);
    const Asked asked = ask(query);
    scheduler.run_ready();
  }
  std::string known_day(const Query& query) {
    const Asked asked = ask(query);
    return asked.has_value() ? std::string(trading_day_of(asked.value().record->data)) : "none";
  }

  const Query quote = quote_query("ABC");
  const Query history{Function::daily_series, "ABC"};
};

TEST_F(StockClientDays, AQuoteOfAnOlderDayIsADataFaultAndTheKnownOneIsServed) {
  answers(quote_of_day("2026-11-20", "101"));
  refresh(quote);
  answers(quote_of_day("2026-11-19", "99"));
  refresh(quote);
  const Asked asked = ask(quote);
  ASSERT_TRUE(asked.has_value());
  EXPECT_EQ(std::get<Quote>(asked.value().record->data).price.text(), "101");
  EXPECT_EQ(asked.value().stale_reason, StaleReason::data_fault);
  EXPECT_EQ(observer.failures[FailureKind::data_fault], 1);
  EXPECT_EQ(observer.figures[Figure::trading_day], 1u);
  EXPECT_EQ(breaker().snapshot().calls.failure, 0u);
}

TEST_F(StockClientDays, AHistoryWhoseNewestBarIsOlderIsNotAccepted) {
  answers(series_until("2026-11-20"));
  refresh(history);
  answers(series_until("2026-11-19"));
  refresh(history);
  EXPECT_EQ(known_day(history), "2026-11-20");
  EXPECT_EQ(observer.figures[Figure::date], 1u);
}

TEST_F(StockClientDays, OfOneDayTheLaterAnswerWins) {
  answers(quote_of_day("2026-11-20", "101"));
  refresh(quote);
  answers(quote_of_day("2026-11-20", "102"));
  refresh(quote);
  const Asked asked = ask(quote);
  EXPECT_EQ(std::get<Quote>(asked.value().record->data).price.text(), "102");
  EXPECT_FALSE(asked.value().stale());
}

TEST_F(StockClientDays, ThreeAnswersAnHourApartThatAgreeOnAnOlderDayWin) {
  answers(quote_of_day("2026-11-20"));
  refresh(quote);
  answers(quote_of_day("2026-11-19"));
  refresh(quote, 1h);
  refresh(quote, 1h);
  EXPECT_EQ(known_day(quote), "2026-11-20");
  EXPECT_EQ(observer.oddities[Oddity::older_day_accepted], 0);
  refresh(quote, 1h);
  EXPECT_EQ(known_day(quote), "2026-11-19");
  EXPECT_EQ(observer.oddities[Oddity::older_day_accepted], 1);
}

TEST_F(StockClientDays, AnswersWithinAnHourCountOnce) {
  answers(quote_of_day("2026-11-20"));
  refresh(quote);
  answers(quote_of_day("2026-11-19"));
  for (int i = 0; i < 20; ++i) refresh(quote, 5min);
  EXPECT_EQ(known_day(quote), "2026-11-20") << "100 minutes hold two answers an hour apart";
}

TEST_F(StockClientDays, AnswersThatDisagreeOnTheOlderDayDoNotAddUp) {
  answers(quote_of_day("2026-11-20"));
  refresh(quote);
  for (const char* day : {"2026-11-19", "2026-11-18", "2026-11-19", "2026-11-18"}) {
    answers(quote_of_day(day));
    refresh(quote);
  }
  EXPECT_EQ(known_day(quote), "2026-11-20");
}

TEST_F(StockClientDays, AnAnswerForTheKnownDayDiscardsEarlierEvidenceAgainstIt) {
  answers(quote_of_day("2026-11-20"));
  refresh(quote);
  for (const char* day : {"2026-11-19", "2026-11-19", "2026-11-20", "2026-11-19", "2026-11-19"}) {
    answers(quote_of_day(day));
    refresh(quote);
  }
  EXPECT_EQ(known_day(quote), "2026-11-20");
}

TEST_F(StockClientDays, AKnownSymbolIsRequestedAgainSoonAfterAnUnusableAnswer) {
  settings.negative_ttl = 1h;
  answers(quote_of_day("2026-11-20"));
  refresh(quote);
  upstream.fails(FailureKind::data_fault);
  refresh(quote, 61s);
  const std::size_t calls = upstream.calls();
  refresh(quote, 59s);
  EXPECT_EQ(upstream.calls(), calls) << "not every second";
  upstream.heals();
  refresh(quote, 1s);
  EXPECT_EQ(upstream.calls(), calls + 1);
  EXPECT_FALSE(ask(quote).value().stale());
}

TEST_F(StockClientDays, WithADailyQuotaAnUnusableAnswerIsRequestedOnceAgainAndThenOnceADay) {
  settings.quota_plan = "free";
  answers(quote_of_day("2026-11-20"));
  refresh(quote);
  upstream.fails(FailureKind::data_fault);
  refresh(quote, 1h);
  refresh(quote, 1min);
  const std::size_t calls = upstream.calls();
  EXPECT_EQ(calls, 3u);
  for (int hour = 1; hour < 24; ++hour) refresh(quote, 1h);
  EXPECT_EQ(upstream.calls(), calls);
  refresh(quote, 1h);
  EXPECT_EQ(upstream.calls(), calls + 1);
}

TEST_F(StockClientDays, AKnownValueIsServedHoweverOldItIs) {
  answers(quote_of_day("2026-11-20"));
  refresh(quote);
  upstream.fails(FailureKind::upstream_failure);
  scheduler.advance(24h * 400);
  const Asked asked = ask(quote);
  scheduler.advance(1s);
  ASSERT_TRUE(asked.has_value());
  EXPECT_EQ(asked.value().stale_reason, StaleReason::upstream_failure);
  EXPECT_GE(asked.value().age, 24h * 400);
}

TEST_F(StockClientDays, AnUnknownAnswerNeverTurnsAKnownSymbolIntoNotFound) {
  answers(quote_of_day("2026-11-20"));
  refresh(quote);
  upstream.fails(FailureKind::not_found);
  scheduler.advance(24h * 400);
  const Asked asked = ask(quote);
  scheduler.advance(1s);
  ASSERT_TRUE(asked.has_value());
  EXPECT_EQ(asked.value().stale_reason, StaleReason::data_missing);
}

}  // namespace
}  // namespace stockclient::testing
