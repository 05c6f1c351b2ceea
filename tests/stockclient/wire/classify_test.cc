/// The figures that are read from an answer, and the meaning of notices.

#include "stockclient/wire/classify.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "stockclient/wire/notice.h"
#include "tests/stockclient/files.h"
#include "tests/stockclient/wire/answer_time.h"

namespace stockclient {
namespace {

using ::testing::ElementsAre;
using testing::fixture;

ReadResult classify_body(Function function, const std::string& argument, std::string body) {
  return classify(Query{function, argument}, TransportResponse{200, std::move(body), std::nullopt},
                  testing::kAnswerTime)
      .result;
}

template <class Kind>
Kind data_of(Function function, const std::string& argument, std::string body) {
  const ReadResult result = classify_body(function, argument, std::move(body));
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

TEST(ClassifyQuote, ReadsJsonNumbersWithoutRounding) {
  const Quote quote = quote_of(
      R"({"Global Quote": {"01. symbol": "ACME", "05. price": 0.1000000000000000055, "06. volume": 9007199254740993}})");
  EXPECT_EQ(quote.price.text(), "0.1000000000000000055");
  EXPECT_EQ(quote.volume, 9007199254740993);
}

TEST(ClassifyQuote, KeepsTheRequestedSymbol) {
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
  EXPECT_EQ(text_of(series.bars[0].open), "121");
  EXPECT_EQ(text_of(series.bars[0].high), "123.45");
  EXPECT_EQ(text_of(series.bars[0].low), "119.99");
  EXPECT_EQ(series.bars[0].close.text(), "121.74");
  EXPECT_EQ(series.bars[0].volume, 2528814);
  EXPECT_EQ(series.bars[2].date, "2026-11-18");
  EXPECT_EQ(text_of(series.bars[2].low), "118.005");
  EXPECT_EQ(series.bars[2].volume, std::nullopt);
}

/// `daily.json` with another symbol, time of the last refresh, and time zone.
std::optional<bool> partial_of(const std::string& symbol, const std::string& refreshed,
                               const std::string& zone = "US/Eastern") {
  std::string body = fixture("daily.json");
  for (const auto& [part, instead] : {std::pair<std::string, std::string>{"\"ACME\"", symbol},
                                      {"\"2026-11-20 14:07:03\"", refreshed},
                                      {"\"US/Eastern\"", zone}}) {
    body.replace(body.find(part), part.size(), '"' + instead + '"');
  }
  return data_of<DailySeries>(Function::daily_series, symbol, body).partial;
}

TEST(ClassifySeries, IsPartialOnlyUntilTheEarlyCloseOnTheDayAfterThanksgiving) {
  const auto partial_at = [](const std::string& time) {
    const std::string body =
        R"json({"Meta Data": {"2. Symbol": "ACME", "3. Last Refreshed": "2025-11-28 )json" + time +
        R"json(", "5. Time Zone": "US/Eastern"},
                "Time Series (Daily)": {"2025-11-28": {"4. close": "1.5"}}})json";
    return data_of<DailySeries>(Function::daily_series, "ACME", body).partial;
  };
  EXPECT_EQ(partial_at("12:59:59"), true);
  EXPECT_EQ(partial_at("13:00:00"), false);
}

TEST(ClassifySeries, IsPartialUntilTheCloseOfItsNewestDay) {
  EXPECT_EQ(partial_of("ACME", "2026-11-20 14:07:03"), true);
  EXPECT_EQ(partial_of("ACME", "2026-11-20 15:59:59"), true);
  EXPECT_EQ(partial_of("ACME", "2026-11-20 16:00:00"), false);
  EXPECT_EQ(partial_of("ACME", "2026-11-20 16:00:01"), false);
  EXPECT_EQ(partial_of("BRK.B", "2026-11-20 10:00:00"), true);
}

TEST(ClassifySeries, IsNotPartialWithoutATimeOfDayOrAfterItsNewestDay) {
  EXPECT_EQ(partial_of("ACME", "2026-11-20"), false);
  EXPECT_EQ(partial_of("ACME", "2026-11-21 14:07:03"), false);
  EXPECT_EQ(partial_of("TSCO.LON", "2026-11-20"), false);
}

TEST(ClassifySeries, MayBePartialWhereTheTimeZoneIsUncertain) {
  EXPECT_EQ(partial_of("TSCO.LON", "2026-11-20 14:07:03"), std::nullopt);
  EXPECT_EQ(partial_of("^FCHI", "2026-11-20 14:07:03"), std::nullopt);
  EXPECT_EQ(partial_of("ACME", "2026-11-20 14:07:03", "UTC"), std::nullopt);
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
  EXPECT_EQ(text_of(match.score), "0.7273");
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

/// Wordings that are not in the table: the limit that was reached counts, not an advertised one.
TEST(Notice, NamesTheLimitThatWasReached) {
  const auto kind_of = [](std::string_view text) { return read_notice(text).kind; };
  EXPECT_EQ(kind_of("Our standard API rate limit is 25 requests per day. Please subscribe."),
            FailureKind::throttled_day);
  EXPECT_EQ(kind_of("our standard API call frequency is 5 calls per minute and 100 calls per day"),
            FailureKind::throttled_minute);
  EXPECT_EQ(kind_of("Your limit is 1 request per second, your call frequency is 5 per minute"),
            FailureKind::throttled_second);
  EXPECT_EQ(kind_of("You have reached the 100 requests/day limit for your free API key."),
            FailureKind::throttled_day);
  EXPECT_EQ(kind_of("You have exceeded the 100 calls per month of your plan"),
            FailureKind::throttled_day);
  EXPECT_EQ(kind_of("The limit is high; our API call frequency is 5 calls per minute"),
            FailureKind::throttled_minute);
  EXPECT_EQ(kind_of("Please consider optimizing your API call frequency."),
            FailureKind::throttled_minute);
  EXPECT_EQ(kind_of("targeting a higher API REQUEST VOLUME"), FailureKind::throttled_minute);
  EXPECT_EQ(kind_of("premium plans with minute-level access"), FailureKind::throttled_minute);
  EXPECT_EQ(kind_of("Burst pattern detected"), FailureKind::throttled_second);
  EXPECT_EQ(kind_of(""), FailureKind::throttled_minute);
}

TEST(Notice, IgnoresTheWordsInsideUrls) {
  for (const char* text :
       {"Sorry. See https://www.alphavantage.co/query?apikey=demo&function=X for a sample.",
        "Sorry (https://www.alphavantage.co/premium/).", "Sorry: www.alphavantage.co/premium/burst",
        "Sorry, HTTP://WWW.ALPHAVANTAGE.CO/QUERY?APIKEY=DEMO"}) {
    EXPECT_EQ(read_error_message(text).oddity, Oddity::unknown_error) << text;
    EXPECT_EQ(read_notice(text).oddity, Oddity::unknown_notice) << text;
  }
  EXPECT_EQ(read_notice("See https://a.example/ if your API key is invalid").kind,
            FailureKind::misconfigured);
}

TEST(Notice, AnInternalErrorWithASampleLinkIsAnOutage) {
  const std::string text =
      "An internal error has occurred. A sample: "
      "https://www.alphavantage.co/query?function=GLOBAL_QUOTE&symbol=IBM&apikey=demo";
  EXPECT_EQ(read_error_message(text).kind, FailureKind::upstream_failure);
  EXPECT_EQ(read_notice(text).kind, FailureKind::upstream_failure);
}

TEST(Notice, ADoubtfulKeyIsMisconfigured) {
  for (const char* text : {"Please make sure your API key is valid.",
                           "Invalid API call or key: make sure your API key is valid.",
                           "the parameter apikey is invalid or missing"}) {
    EXPECT_EQ(read_error_message(text).kind, FailureKind::misconfigured) << text;
  }
}

TEST(Notice, ASuspendedKeyABlockedAddressAndMaintenanceAreNotRateLimits) {
  const auto kind_of = [](std::string_view text) { return read_notice(text).kind; };
  EXPECT_EQ(kind_of("Your API key has been suspended."), FailureKind::misconfigured);
  EXPECT_EQ(kind_of("The account of this key is inactive"), FailureKind::misconfigured);
  EXPECT_EQ(kind_of("Your IP has been blocked"), FailureKind::blocked);
  EXPECT_EQ(kind_of("This address is banned"), FailureKind::blocked);
  EXPECT_EQ(kind_of("Scheduled maintenance until 05:00"), FailureKind::maintenance);
}

TEST(Notice, IsFoundUnderKeysInAnyCase) {
  for (const char* key : {"Note", "note", "NOTE", "information", "INFORMATION", "error message",
                          "detail", "Detail", "message", "error", "ERROR"}) {
    const auto result =
        classify_body(Function::global_quote, "ACME",
                      std::string("{\"") + key + R"(": "Our rate limit is 25 requests per day"})");
    ASSERT_FALSE(result) << key;
    EXPECT_EQ(result.error().kind, FailureKind::throttled_day) << key;
  }
}

TEST(Notice, AnUnknownTextOfAGatewayIsAnOutage) {
  for (const char* key : {"detail", "message", "error"}) {
    const auto result = classify_body(Function::global_quote, "ACME",
                                      std::string("{\"") + key + R"(": "Not today"})");
    ASSERT_FALSE(result) << key;
    EXPECT_EQ(result.error().kind, FailureKind::upstream_failure) << key;
    EXPECT_EQ(result.error().oddity, Oddity::unknown_error) << key;
  }
}

TEST(Classify, NamesAProxyThatDemandsCredentials) {
  const auto answer =
      classify({Function::global_quote, "ACME"}, {407, "", {}}, testing::kAnswerTime);
  ASSERT_FALSE(answer.result);
  EXPECT_EQ(answer.result.error().kind, FailureKind::blocked);
  EXPECT_EQ(answer.result.error().oddity, Oddity::proxy_refused);
  EXPECT_EQ(answer.result.error().detail, "the proxy asks for credentials (status 407)");
}

TEST(Notice, DoesNotTakeAnAdvertisedLimitForAReachedOne) {
  const Failure failure = read_notice(
      "This is a premium endpoint. Subscribe to lift the free key rate limit (25 requests per "
      "day).");
  EXPECT_EQ(failure.kind, FailureKind::unsupported);
}

TEST(Notice, DoesNotTakeAnEchoedKeyForAWord) {
  for (const std::string key : {"XDEMO", "DEMOX", "1DEMO", "DEMO1"}) {
    const Failure failure =
        read_notice("We have detected your API key as " + key + ". Be patient.");
    EXPECT_EQ(failure.kind, FailureKind::throttled_minute) << key;
  }
}

TEST(Notice, MeansTheSameUnderEveryKey) {
  for (const char* text :
       {"Please consider spreading out your requests", "rate limit is 25 requests per day",
        "the parameter apikey is invalid or missing", "This is a premium endpoint",
        "Invalid API call. Please retry.", "This API function (X) does not exist."}) {
    EXPECT_EQ(read_notice(text).kind, read_error_message(text).kind) << text;
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
