/// The figures that come out of an answer, and how notices are read.

#include "stockclient/wire/classify.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "stockclient/wire/notice.h"
#include "tests/stockclient/files.h"

namespace stockclient {
namespace {

using ::testing::ElementsAre;
using testing::fixture;

AttemptResult classify_body(Function function, const std::string& argument, std::string body) {
  return classify(Query{function, argument}, TransportResponse{200, std::move(body), std::nullopt});
}

template <class Kind>
Kind data_of(Function function, const std::string& argument, std::string body) {
  const AttemptResult result = classify_body(function, argument, std::move(body));
  EXPECT_TRUE(result) << (result ? "" : result.error().detail);
  return result ? std::get<Kind>(*result) : Kind{};
}

Quote quote_of(std::string body) {
  return data_of<Quote>(Function::global_quote, "ACME", std::move(body));
}

std::string text_of(const std::optional<Decimal>& decimal) {
  return decimal ? decimal->text() : "null";
}

TEST(ClassifyQuote, KeepsEveryFigure) {
  const Quote quote = quote_of(fixture("quote.json"));
  EXPECT_EQ(quote.symbol, "ACME");
  EXPECT_EQ(quote.price.text(), "121.74");
  EXPECT_EQ(text_of(quote.open), "121");
  EXPECT_EQ(text_of(quote.high), "123.45");
  EXPECT_EQ(text_of(quote.low), "119.99");
  EXPECT_EQ(text_of(quote.previous_close), "122.25");
  EXPECT_EQ(text_of(quote.change), "-0.51");
  EXPECT_EQ(text_of(quote.change_percent), "-0.4172");
  EXPECT_EQ(quote.volume, 2528814);
  EXPECT_EQ(quote.trading_day, "2026-11-20");
  EXPECT_FALSE(quote.delayed_15min);
}

TEST(ClassifyQuote, SaysWhenItIsDelayed) {
  const Quote quote = quote_of(fixture("quote_delayed.json"));
  EXPECT_TRUE(quote.delayed_15min);
  EXPECT_EQ(quote.volume, std::nullopt);
}

TEST(ClassifyQuote, LeavesUnknownFiguresEmpty) {
  const Quote quote = quote_of(
      R"({"Global Quote": {"01. symbol": "ACME", "02. open": "None", "03. high": "-", "04. low": "",
          "05. price": "1.5", "08. previous close": null}})");
  EXPECT_EQ(quote.open, std::nullopt);
  EXPECT_EQ(quote.high, std::nullopt);
  EXPECT_EQ(quote.low, std::nullopt);
  EXPECT_EQ(quote.previous_close, std::nullopt);
  EXPECT_EQ(quote.change, std::nullopt);
  EXPECT_EQ(quote.volume, std::nullopt);
  EXPECT_EQ(quote.trading_day, std::nullopt);
}

TEST(ClassifyQuote, ReadsJsonNumbersWithoutRounding) {
  const Quote quote = quote_of(
      R"({"Global Quote": {"01. symbol": "ACME", "05. price": 0.1000000000000000055, "06. volume": 9007199254740993}})");
  EXPECT_EQ(quote.price.text(), "0.1000000000000000055");
  EXPECT_EQ(quote.volume, 9007199254740993);
}

TEST(ClassifyQuote, CarriesTheNameThatWasAsked) {
  const auto quote =
      data_of<Quote>(Function::global_quote, "BRK.B",
                     R"({"Global Quote": {"01. symbol": "BRK-B", "05. price": "519.77"}})");
  EXPECT_EQ(quote.symbol, "BRK.B");
}

TEST(ClassifySeries, KeepsEveryBarNewestFirst) {
  const auto series = data_of<DailySeries>(Function::daily_series, "ACME", fixture("daily.json"));
  ASSERT_EQ(series.bars.size(), 3U);
  EXPECT_EQ(series.symbol, "ACME");
  EXPECT_EQ(series.bars[0].date, "2026-11-20");
  EXPECT_EQ(series.bars[0].open.text(), "121");
  EXPECT_EQ(series.bars[0].high.text(), "123.45");
  EXPECT_EQ(series.bars[0].low.text(), "119.99");
  EXPECT_EQ(series.bars[0].close.text(), "121.74");
  EXPECT_EQ(series.bars[0].volume, 2528814);
  EXPECT_EQ(series.bars[2].date, "2026-11-18");
  EXPECT_EQ(series.bars[2].low.text(), "118.005");
  EXPECT_EQ(series.bars[2].volume, std::nullopt);
}

TEST(ClassifySeries, IsPartialWhileItsNewestDayGoesOn) {
  const std::string body = fixture("daily.json");
  EXPECT_TRUE(data_of<DailySeries>(Function::daily_series, "ACME", body).partial);
  std::string of_a_day = body;
  of_a_day.erase(of_a_day.find(" 14:07:03"), std::string(" 14:07:03").size());
  EXPECT_FALSE(data_of<DailySeries>(Function::daily_series, "ACME", of_a_day).partial);
  std::string later = body;
  later.replace(later.find("2026-11-20 14"), 10, "2026-11-21");
  EXPECT_FALSE(data_of<DailySeries>(Function::daily_series, "ACME", later).partial);
}

TEST(ClassifySeries, TakesTheVolumeOfAnAdjustedSeriesByItsName) {
  const auto series =
      data_of<DailySeries>(Function::daily_series, "ACME", fixture("daily_adjusted.json"));
  ASSERT_EQ(series.bars.size(), 1U);
  EXPECT_EQ(series.bars[0].close.text(), "121.74");
  EXPECT_EQ(series.bars[0].volume, 2528814);
}

TEST(ClassifySeries, IsSortedAndCutToAHundredBars) {
  std::string rows;
  for (int day = 10; day < 30; ++day) {
    for (int month = 1; month <= 6; ++month) {
      rows += (rows.empty() ? "" : ",") + std::string("\"2026-0") + std::to_string(month) + "-" +
              std::to_string(day) +
              R"(": {"1. open": "1", "2. high": "1", "3. low": "1", "4. close": "1"})";
    }
  }
  // 2026 has no 29 February.
  const auto series = data_of<DailySeries>(
      Function::daily_series, "ACME",
      R"json({"Meta Data": {"2. Symbol": "ACME"}, "Time Series (Daily)": {)json" +
          std::string(rows).replace(rows.find("2026-02-29"), 10, "2026-02-09") + "}}");
  ASSERT_EQ(series.bars.size(), 100U);
  EXPECT_EQ(series.bars.front().date, "2026-06-29");
  EXPECT_EQ(series.bars.back().date, "2026-02-09");
}

TEST(ClassifySearch, KeepsEveryMatchAsWritten) {
  const auto found =
      data_of<SymbolMatches>(Function::symbol_search, "acme", fixture("search.json"));
  ASSERT_EQ(found.matches.size(), 2U);
  const SymbolMatch& match = found.matches[0];
  EXPECT_EQ(match.symbol, "ACME.LON");
  EXPECT_EQ(match.name, "Acme Artificial Flowers PLC");
  EXPECT_EQ(match.type, "Equity");
  EXPECT_EQ(match.region, "United Kingdom");
  EXPECT_EQ(match.market_open, "08:00");
  EXPECT_EQ(match.market_close, "16:30");
  EXPECT_EQ(match.timezone, "UTC+01");
  EXPECT_EQ(match.currency, "GBX");
  EXPECT_EQ(match.score.text(), "0.7273");
}

TEST(ClassifyMarkets, KeepsEveryMarket) {
  const auto found = data_of<Markets>(Function::market_status, "", fixture("markets.json"));
  ASSERT_EQ(found.markets.size(), 2U);
  EXPECT_EQ(found.markets[0].type, "Equity");
  EXPECT_EQ(found.markets[0].region, "United States");
  EXPECT_THAT(found.markets[0].exchanges, ElementsAre("NASDAQ", "NYSE", "AMEX", "BATS"));
  EXPECT_EQ(found.markets[0].open, "09:30");
  EXPECT_EQ(found.markets[0].close, "16:15");
  EXPECT_EQ(found.markets[0].status, "open");
  EXPECT_EQ(found.markets[0].notes, std::nullopt);
  EXPECT_EQ(found.markets[1].notes, "Closed at the weekend");
}

/// Wordings beyond the table's own: what counts is which limit was reached, not what is advertised.
TEST(Notice, NamesTheLimitThatWasReached) {
  const auto hold_of = [](std::string_view text) { return read_notice(text).hold; };
  EXPECT_EQ(hold_of("Our standard API rate limit is 25 requests per day. Please subscribe."),
            Hold::day);
  EXPECT_EQ(hold_of("our standard API call frequency is 5 calls per minute and 100 calls per day"),
            Hold::minute);
  EXPECT_EQ(hold_of("Your limit is 1 request per second, your call frequency is 5 per minute"),
            Hold::second);
  EXPECT_EQ(hold_of("You have reached the 100 requests/day limit for your free API key."),
            Hold::day);
  EXPECT_EQ(hold_of("You have exceeded the 100 calls per month of your plan"), Hold::day);
  EXPECT_EQ(hold_of("The limit is high; our API call frequency is 5 calls per minute"),
            Hold::minute);
  EXPECT_EQ(hold_of("Please consider optimizing your API call frequency."), Hold::minute);
  EXPECT_EQ(hold_of("targeting a higher API REQUEST VOLUME"), Hold::minute);
  EXPECT_EQ(hold_of("premium plans with minute-level access"), Hold::minute);
  EXPECT_EQ(hold_of("Burst pattern detected"), Hold::second);
  EXPECT_EQ(hold_of(""), Hold::minute);
}

TEST(Notice, DoesNotTakeAnAdvertisedLimitForAReachedOne) {
  const Fault fault = read_notice(
      "This is a premium endpoint. Subscribe to lift the free key rate limit (25 requests per "
      "day).");
  EXPECT_EQ(fault.answer_class, AnswerClass::unsupported);
}

TEST(Notice, DoesNotTakeAnEchoedKeyForAWord) {
  for (const std::string key : {"XDEMO", "DEMOX", "1DEMO", "DEMO1"}) {
    const Fault fault = read_notice("We have detected your API key as " + key + ". Be patient.");
    EXPECT_EQ(fault.answer_class, AnswerClass::throttled) << key;
  }
}

TEST(Notice, MeansTheSameUnderEveryKey) {
  for (const char* text :
       {"Please consider spreading out your requests", "rate limit is 25 requests per day",
        "the parameter apikey is invalid or missing", "This is a premium endpoint",
        "Invalid API call. Please retry.", "This API function (X) does not exist."}) {
    EXPECT_EQ(read_notice(text).answer_class, read_error_message(text).answer_class) << text;
    EXPECT_EQ(read_notice(text).hold, read_error_message(text).hold) << text;
  }
}

TEST(Classify, NeverRepeatsAnUpstreamText) {
  for (const char* name : {"notice_second.json", "notice_day.json", "notice_unknown.json",
                           "error_invalid_call.json", "error_unknown.json", "outage.html"}) {
    const auto result = classify_body(Function::global_quote, "ACME", fixture(name));
    ASSERT_FALSE(result) << name;
    EXPECT_EQ(result.error().detail.find("CANARYKEY"), std::string::npos) << name;
    EXPECT_EQ(fixture(name).find(result.error().detail), std::string::npos) << name;
  }
}

}  // namespace
}  // namespace stockclient
