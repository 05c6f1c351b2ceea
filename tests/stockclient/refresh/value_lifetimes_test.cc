// How long values stay fresh, given the facts that the upstream's answers have revealed.

#include "stockclient/refresh/value_lifetimes.h"

#include <gtest/gtest.h>

#include "tests/stockclient/time/calendars.h"
#include "tests/stockclient/time/manual_clocks.h"

namespace stockclient::testing {
namespace {

using namespace std::chrono_literals;

class Lifetimes : public ::testing::Test {
 protected:
  /// Created on first use, so that tests can change the settings before.
  ValueLifetimes& lifetimes() {
    if (!lifetimes_) {
      watches_.emplace(settings);
      watches_->advance(wall.now());
      lifetimes_.emplace(*watches_, rationed_by_day, live, Clocks{clock, wall, boot});
    }
    return *lifetimes_;
  }
  void set_time(WallTime time) {
    clock.advance(time - wall.now());
    static_cast<void>(lifetimes());
    watches_->advance(wall.now());
  }

  [[nodiscard]] Value fetched_now(std::string day, Function function = Function::global_quote) {
    Quote quote;
    quote.trading_day = day;
    Data data = quote;
    if (function == Function::daily_series) {
      DailySeries series;
      series.bars.emplace_back();
      series.bars.back().date = day;
      data = series;
    }
    return {
        std::make_shared<const Record>(Record{std::move(data), wall.now(), Source::alpha_vantage}),
        boot.now()};
  }
  /// The upstream answers now.
  Value answer(const Query& query, std::string day) {
    Value value = fetched_now(std::move(day), query.function);
    const ValueTimes times = lifetimes().times_of(value);
    if (ExchangeWatch* const watch = watches_->of(query)) {
      surprise = watches_->saw(*watch, query.argument, times);
    }
    return value;
  }
  /// When `value` stops being fresh.
  [[nodiscard]] WallTime due(const Query& query, const Value& value) {
    return wall.now() - (boot.now() - value.fetched) + lifetimes().of(query, value);
  }

  static Query quote(const char* symbol) { return {Function::global_quote, symbol}; }

  WatchSettings settings;
  bool rationed_by_day = true;
  SettingsCell live{LiveSettings{}};
  circuitbreaker::ManualClock clock;
  /// A Monday, during trading in New York.
  DerivedWallClock wall{clock, new_york(2026, 10, 5, 12)};
  DerivedBootClock boot{clock};
  bool surprise = false;

 private:
  std::optional<ExchangeWatches> watches_;
  std::optional<ValueLifetimes> lifetimes_;
};

TEST_F(Lifetimes, LastUntilTheNextCloseIsPublished) {
  const Value value = answer(quote("IBM"), "2026-10-02");
  EXPECT_EQ(due(quote("IBM"), value), new_york(2026, 10, 5, 17));
  set_time(new_york(2026, 10, 5, 17) - 1s);
  EXPECT_TRUE(lifetimes().is_fresh(quote("IBM"), value));
  clock.advance(1s);
  EXPECT_FALSE(lifetimes().is_fresh(quote("IBM"), value));
}

TEST_F(Lifetimes, OfHistoriesFollowTheSameCalendar) {
  const Query history{Function::daily_series, "IBM"};
  const Value value = answer(history, "2026-10-02");
  EXPECT_EQ(due(history, value), new_york(2026, 10, 5, 17));
}

TEST_F(Lifetimes, AreTheTtlWhenMarketHoursAreOff) {
  settings.market_hours = false;
  const Value value = answer(quote("IBM"), "2026-10-02");
  EXPECT_EQ(lifetimes().of(quote("IBM"), value), 60s);
  EXPECT_EQ(lifetimes().of({Function::daily_series, "IBM"}, value), 1h);
}

TEST_F(Lifetimes, WithoutACalendarAreADayUnderADailyQuota) {
  const Value value = answer(quote("^FCHI"), "2026-10-02");
  EXPECT_EQ(lifetimes().of(quote("^FCHI"), value), 24h);
  EXPECT_EQ(lifetimes().of({Function::symbol_search, "ibm"}, value), 24h) << "its ttl";
  EXPECT_EQ(lifetimes().of({Function::market_status, ""}, value), 60s);
}

TEST_F(Lifetimes, WithoutACalendarAreTheTtlWithoutADailyQuota) {
  rationed_by_day = false;
  EXPECT_EQ(lifetimes().of(quote("^FCHI"), answer(quote("^FCHI"), "2026-10-02")), 60s);
}

TEST_F(Lifetimes, OfAllFollowWhatOneSymbolReveals) {
  const Value known = answer(quote("IBM"), "2026-10-02");
  set_time(new_york(2026, 10, 5, 17));
  EXPECT_FALSE(lifetimes().is_fresh(quote("MSFT"), known));
  // Nothing has been published yet.
  static_cast<void>(answer(quote("IBM"), "2026-10-02"));
  EXPECT_TRUE(lifetimes().is_fresh(quote("MSFT"), known));
  set_time(new_york(2026, 10, 5, 18));
  static_cast<void>(answer(quote("MSFT"), "2026-10-05"));
  EXPECT_FALSE(lifetimes().is_fresh(quote("IBM"), known));
}

TEST_F(Lifetimes, OfAHaltedSymbolGrow) {
  set_time(new_york(2026, 10, 5, 18));
  static_cast<void>(answer(quote("MSFT"), "2026-10-05"));
  const Value halted = answer(quote("IBM"), "2026-10-02");
  EXPECT_EQ(due(quote("IBM"), halted), new_york(2026, 10, 5, 20));
  set_time(new_york(2026, 10, 6, 18));
  static_cast<void>(answer(quote("MSFT"), "2026-10-06"));
  const Value next_day = answer(quote("IBM"), "2026-10-02");
  EXPECT_EQ(due(quote("IBM"), next_day), new_york(2026, 10, 7, 18));
  set_time(new_york(2026, 12, 1, 18));
  static_cast<void>(answer(quote("MSFT"), "2026-12-01"));
  const Value much_later = answer(quote("IBM"), "2026-10-02");
  EXPECT_EQ(due(quote("IBM"), much_later), new_york(2026, 12, 8, 18));
}

TEST_F(Lifetimes, AreTheTtlAfterAQuoteHasMovedDuringTrading) {
  EXPECT_TRUE(lifetimes().is_end_of_day_quote(quote("IBM")));
  const Value value = answer(quote("IBM"), "2026-10-05");
  EXPECT_TRUE(surprise);
  EXPECT_FALSE(lifetimes().is_end_of_day_quote(quote("IBM")));
  EXPECT_TRUE(lifetimes().is_end_of_day_quote(quote("TSCO.LON"))) << "another exchange";
  EXPECT_EQ(lifetimes().of(quote("IBM"), value), 60s);
}

TEST_F(Lifetimes, OfFundsHaveAPublicationOfTheirOwn) {
  set_time(new_york(2026, 10, 5, 18));
  static_cast<void>(answer(quote("IBM"), "2026-10-05"));
  EXPECT_EQ(due(quote("VTSAX"), answer(quote("VTSAX"), "2026-10-02")), new_york(2026, 10, 5, 19));
}

TEST_F(Lifetimes, EndAtTheOpenForRealtimeQuotes) {
  settings.updates = QuoteUpdates::realtime;
  set_time(new_york(2026, 10, 10, 12));  // a Saturday
  EXPECT_EQ(due(quote("IBM"), answer(quote("IBM"), "2026-10-09")), new_york(2026, 10, 12, 9, 30));
  EXPECT_FALSE(lifetimes().is_end_of_day_quote(quote("IBM")));
}

TEST_F(Lifetimes, OfARealtimeSymbolThatDoesNotTradeEndAtTheOpenAtTheLatest) {
  settings.updates = QuoteUpdates::realtime;
  const auto due_of = [&](const char* day) { return due(quote("IBM"), answer(quote("IBM"), day)); };
  EXPECT_EQ(due_of("2026-10-01"), wall.now() + 60s) << "it may trade any minute";
  set_time(new_york(2026, 10, 10, 12));  // a Saturday
  EXPECT_EQ(due_of("2026-10-08"), wall.now() + 24h);
  EXPECT_EQ(due_of("2026-10-01"), new_york(2026, 10, 12, 9, 30));
}

TEST_F(Lifetimes, SurviveAClockThatWasWrongAtTheFetch) {
  wall.set_error(48h);
  const Value value = fetched_now("2026-10-02");
  wall.set_error(0s);
  EXPECT_EQ(due(quote("IBM"), value), new_york(2026, 10, 5, 17));
}

}  // namespace
}  // namespace stockclient::testing
