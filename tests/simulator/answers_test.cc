#include "stockclient/simulator/answers.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <rapidcheck/gtest.h>

namespace stockclient::simulator {
namespace {

using nlohmann::ordered_json;
using testing::HasSubstr;
using namespace std::chrono_literals;

constexpr std::chrono::sys_days kSunday = 2026y / 11 / 22;

Request query(const std::string& function, const std::string& symbol) {
  Request request;
  request.parameters = {{"function", function}, {"symbol", symbol}, {"apikey", "KEY"}};
  return request;
}

ordered_json answer(const Request& request, Distortion distortion = {}) {
  return ordered_json::parse(answer_query(request, kSunday, distortion));
}

std::string text(const ordered_json& object, const char* key) {
  return object.at(key).get<std::string>();
}

TEST(SimulatorAnswers, QuoteHasTheRealShape) {
  const ordered_json body = answer(query("GLOBAL_QUOTE", "ibm"));
  const ordered_json& quote = body.at("Global Quote");
  EXPECT_EQ(quote.size(), 10U);
  EXPECT_EQ(text(quote, "01. symbol"), "IBM");
  EXPECT_EQ(text(quote, "07. latest trading day"), "2026-11-20");
  EXPECT_THAT(text(quote, "05. price"), testing::MatchesRegex("[0-9]+[.][0-9]{4}"));
  EXPECT_THAT(text(quote, "10. change percent"), testing::MatchesRegex("-?[0-9]+[.][0-9]{4}%"));
}

TEST(SimulatorAnswers, NamesADelayedQuoteAsSuch) {
  Request request = query("GLOBAL_QUOTE", "IBM");
  request.parameters.emplace_back("entitlement", "delayed");
  EXPECT_TRUE(answer(request).contains("Global Quote - DATA DELAYED BY 15 MINUTES"));
}

RC_GTEST_PROP(SimulatorAnswers, HistoryAgreesWithTheQuote, ()) {
  const auto symbol = *rc::gen::nonEmpty(
      rc::gen::container<std::string>(rc::gen::inRange('A', static_cast<char>('T'))));
  const ordered_json quote = answer(query("GLOBAL_QUOTE", symbol)).at("Global Quote");
  const ordered_json series = answer(query("TIME_SERIES_DAILY", symbol)).at("Time Series (Daily)");
  RC_ASSERT(series.size() == 100U);
  auto bar = series.begin();
  RC_ASSERT(bar.key() == text(quote, "07. latest trading day"));
  RC_ASSERT(text(bar.value(), "1. open") == text(quote, "02. open"));
  RC_ASSERT(text(bar.value(), "2. high") == text(quote, "03. high"));
  RC_ASSERT(text(bar.value(), "3. low") == text(quote, "04. low"));
  RC_ASSERT(text(bar.value(), "4. close") == text(quote, "05. price"));
  RC_ASSERT(text(bar.value(), "5. volume") == text(quote, "06. volume"));
  ++bar;
  RC_ASSERT(text(bar.value(), "4. close") == text(quote, "08. previous close"));
  const double change =
      std::stod(text(quote, "05. price")) - std::stod(text(quote, "08. previous close"));
  RC_ASSERT(std::abs(std::stod(text(quote, "09. change")) - change) < 1e-6);
}

TEST(SimulatorAnswers, HistoryIsNewestFirstAndCompact) {
  const ordered_json body = answer(query("TIME_SERIES_DAILY", "MSFT"));
  EXPECT_EQ(text(body.at("Meta Data"), "3. Last Refreshed"), "2026-11-20");
  std::string newer = "9999-12-31";
  for (const auto& bar : body.at("Time Series (Daily)").items()) {
    EXPECT_LT(bar.key(), newer);
    newer = bar.key();
  }
}

TEST(SimulatorAnswers, FullHistoryIsPremium) {
  Request request = query("TIME_SERIES_DAILY", "MSFT");
  request.parameters.emplace_back("outputsize", "full");
  EXPECT_THAT(text(answer(request), "Information"), HasSubstr("outputsize=full"));
}

TEST(SimulatorAnswers, KnowsNoSymbolThatStartsWithUnknown) {
  EXPECT_EQ(answer(query("GLOBAL_QUOTE", "unknown1")),
            ordered_json::parse(R"({"Global Quote":{}})"));
  EXPECT_THAT(text(answer(query("TIME_SERIES_DAILY", "UNKNOWN")), "Error Message"),
              HasSubstr("Invalid API call"));
  Request search;
  search.parameters = {{"function", "SYMBOL_SEARCH"}, {"keywords", "Unknown Ltd"}, {"apikey", "K"}};
  EXPECT_EQ(answer(search), ordered_json::parse(R"({"bestMatches":[]})"));
}

TEST(SimulatorAnswers, SearchFindsListingsInSeveralCountries) {
  Request search;
  search.parameters = {{"function", "SYMBOL_SEARCH"}, {"keywords", "te sco"}, {"apikey", "K"}};
  const ordered_json matches = answer(search).at("bestMatches");
  ASSERT_EQ(matches.size(), 3U);
  EXPECT_EQ(text(matches[1], "1. symbol"), "TESCO.LON");
  EXPECT_EQ(text(matches[1], "8. currency"), "GBX");
  EXPECT_EQ(matches[1].size(), 9U);
}

TEST(SimulatorAnswers, MarketsHaveTheRealShape) {
  const ordered_json body = answer(query("MARKET_STATUS", ""));
  EXPECT_EQ(text(body, "endpoint"), "Global Market Open & Close Status");
  for (const ordered_json& market : body.at("markets")) {
    EXPECT_EQ(market.size(), 7U);
    EXPECT_FALSE(text(market, "current_status").empty());
  }
}

TEST(SimulatorAnswers, RefusesInvalidCallsWithTheRealMessages) {
  EXPECT_EQ(text(answer(query("GLOBAL_QUOT", "IBM")), "Error Message"),
            "This API function (GLOBAL_QUOT) does not exist.");
  EXPECT_THAT(text(answer(query("GLOBAL_QUOTE", "")), "Error Message"),
              HasSubstr("Invalid API call"));
  EXPECT_THAT(text(answer(query("TIME_SERIES_INTRADAY", "IBM")), "Information"),
              HasSubstr("premium endpoint"));
  Request keyless;
  keyless.parameters = {{"function", "GLOBAL_QUOTE"}, {"symbol", "IBM"}};
  EXPECT_THAT(text(answer(keyless), "Error Message"),
              HasSubstr("the parameter apikey is invalid or missing"));
}

TEST(SimulatorAnswers, DistortsPriceOrSymbolOnRequest) {
  const ordered_json zero = answer(query("GLOBAL_QUOTE", "IBM"), {.zero_price = true});
  EXPECT_EQ(text(zero.at("Global Quote"), "05. price"), "0.0000");
  const ordered_json wrong = answer(query("GLOBAL_QUOTE", "IBM"), {.wrong_symbol = true});
  EXPECT_NE(text(wrong.at("Global Quote"), "01. symbol"), "IBM");
}

TEST(SimulatorAnswers, AcceptsBytesThatAreNotUtf8) {
  EXPECT_NO_THROW(static_cast<void>(answer(query("GLOBAL_QUOTE", "\xff\xfe"))));
  EXPECT_NO_THROW(static_cast<void>(answer(query("\xc3(", "IBM"))));
}

}  // namespace
}  // namespace stockclient::simulator
