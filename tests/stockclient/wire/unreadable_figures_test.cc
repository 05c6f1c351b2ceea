/// A bad figure affects nothing else: the rest of the answer is served, and the figure is counted.

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "stockclient/wire/classify.h"
#include "tests/stockclient/files.h"
#include "tests/stockclient/wire/answer_time.h"

namespace stockclient {
namespace {

using ::testing::ElementsAre;
using testing::fixture;
using ::testing::IsEmpty;

/// The kinds of unreadable figures, each with its count.
std::vector<std::string> names_of(const UnreadableFigures& unreadable) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < kFigureCount; ++i) {
    const auto figure = static_cast<Figure>(i);
    const std::uint32_t count = unreadable.count(figure);
    if (count == 1) names.emplace_back(to_string(figure));
    if (count > 1) names.push_back(std::string(to_string(figure)) + " " + std::to_string(count));
  }
  return names;
}

template <class Kind>
struct Read {
  Kind data;
  std::vector<std::string> unreadable;
};

template <class Kind>
Read<Kind> read(Function function, const std::string& argument, std::string body) {
  const ClassifiedAnswer answer =
      classify({function, argument}, {200, std::move(body), std::nullopt}, testing::kAnswerTime);
  EXPECT_TRUE(answer.result) << (answer.result ? "" : answer.result.error().detail);
  return {answer.result ? std::get<Kind>(*answer.result) : Kind{}, names_of(answer.unreadable)};
}

std::vector<std::string> unusable(Function function, const std::string& argument,
                                  std::string body) {
  const ClassifiedAnswer answer =
      classify({function, argument}, {200, std::move(body), std::nullopt}, testing::kAnswerTime);
  EXPECT_TRUE(!answer.result && answer.result.error().kind == FailureKind::data_fault);
  return names_of(answer.unreadable);
}

std::string replaced(std::string text, const std::string& part, const std::string& instead) {
  return text.replace(text.find(part), part.size(), instead);
}

Read<Quote> altered_quote(const std::string& part, const std::string& instead) {
  return read<Quote>(Function::global_quote, "ACME",
                     replaced(fixture("quote.json"), part, instead));
}

Read<DailySeries> series_with(const std::string& part, const std::string& instead) {
  return read<DailySeries>(Function::daily_series, "ACME",
                           replaced(fixture("daily.json"), part, instead));
}

std::vector<std::string> dates_of(const DailySeries& series) {
  std::vector<std::string> dates;
  for (const Bar& bar : series.bars) dates.push_back(bar.date);
  return dates;
}

TEST(UnreadableFigures, AreNoneInACompleteAnswer) {
  EXPECT_THAT(altered_quote("ACME", "ACME").unreadable, IsEmpty());
  EXPECT_THAT(series_with("ACME", "ACME").unreadable, IsEmpty());
  EXPECT_THAT(
      read<SymbolMatches>(Function::symbol_search, "acme", fixture("search.json")).unreadable,
      IsEmpty());
  EXPECT_THAT(read<Markets>(Function::market_status, "", fixture("markets.json")).unreadable,
              IsEmpty());
}

TEST(UnreadableFigures, AVolumeThatIsMissingOrADashIsUnknownButNotCounted) {
  for (const char* instead : {"\"06. volume\": \"-\"", "\"06. volume\": \"None\"",
                              "\"06. volume\": null", "\"6. something\": \"1\""}) {
    const auto [quote, unreadable] = altered_quote("\"06. volume\": \"2528814\"", instead);
    EXPECT_EQ(quote.volume, std::nullopt) << instead;
    EXPECT_THAT(unreadable, IsEmpty()) << instead;
  }
}

TEST(UnreadableFigures, AVolumeWithAnExponentOrDecimalsIsNullAndTheRestIsServed) {
  for (const char* volume : {"\"2.528814E6\"", "\"2528814.0000\"", "2.5e6", "\"-5\"", "\"N/A\"",
                             "\"9223372036854775808\""}) {
    const auto [quote, unreadable] = altered_quote("\"2528814\"", volume);
    EXPECT_EQ(quote.price.text(), "121.74");
    EXPECT_EQ(quote.volume, std::nullopt) << volume;
    EXPECT_THAT(unreadable, ElementsAre("volume")) << volume;
  }
}

TEST(UnreadableFigures, AFigureThatIsNotAvailableIsNullAndTheRestIsServed) {
  const auto [quote, unreadable] = altered_quote("\"121.0000\"", "\"N/A\"");
  EXPECT_EQ(quote.open, std::nullopt);
  EXPECT_EQ(quote.high->text(), "123.45");
  EXPECT_THAT(unreadable, ElementsAre("open"));
}

TEST(UnreadableFigures, APercentageThatIsNotANumberIsNullAndTheRestIsServed) {
  const auto [quote, unreadable] = altered_quote("-0.4172%", "nan%");
  EXPECT_EQ(quote.change_percent, std::nullopt);
  EXPECT_EQ(quote.change->text(), "-0.51");
  EXPECT_THAT(unreadable, ElementsAre("change_percent"));
}

TEST(UnreadableFigures, ATradingDayWithATimeIsNullAndTheRestIsServed) {
  const auto [quote, unreadable] = altered_quote("2026-11-20", "2026-11-20 16:00:00");
  EXPECT_EQ(quote.trading_day, std::nullopt);
  EXPECT_EQ(quote.price.text(), "121.74");
  EXPECT_THAT(unreadable, ElementsAre("trading_day"));
}

TEST(UnreadableFigures, EveryFigureOfAQuoteButThePriceMayBeMissing) {
  const auto [quote, unreadable] =
      read<Quote>(Function::global_quote, "ACME",
                  R"({"Global Quote": {"01. symbol": "ACME", "05. price": "1.5"}})");
  EXPECT_EQ(quote.price.text(), "1.5");
  EXPECT_EQ(quote.open, std::nullopt);
  EXPECT_EQ(quote.high, std::nullopt);
  EXPECT_EQ(quote.low, std::nullopt);
  EXPECT_EQ(quote.previous_close, std::nullopt);
  EXPECT_EQ(quote.change, std::nullopt);
  EXPECT_EQ(quote.change_percent, std::nullopt);
  EXPECT_EQ(quote.trading_day, std::nullopt);
  EXPECT_THAT(unreadable, ElementsAre("open", "high", "low", "trading_day", "previous_close",
                                      "change", "change_percent"));
}

TEST(UnreadableFigures, ARepeatedFigureIsNull) {
  const auto [quote, unreadable] =
      altered_quote("\"02. open\"", "\"2. open\": \"1.00\", \"02. open\"");
  EXPECT_EQ(quote.open, std::nullopt);
  EXPECT_THAT(unreadable, ElementsAre("open"));
}

TEST(UnreadableFigures, APriceMayBeANumberOrHaveAnExponent) {
  for (const char* price : {"121.74", "1.2174e2", "\"1.2174E+2\"", "\"12174e-2\""}) {
    const auto [quote, unreadable] = altered_quote("\"121.7400\"", price);
    EXPECT_EQ(quote.price.text(), "121.74") << price;
    EXPECT_THAT(unreadable, IsEmpty()) << price;
  }
}

TEST(UnreadableFigures, AZeroLowInOneBarIsNull) {
  const auto [series, unreadable] = series_with("\"119.9900\"", "\"0.0000\"");
  ASSERT_EQ(series.bars.size(), 3U);
  EXPECT_EQ(series.bars[0].low, std::nullopt);
  EXPECT_EQ(series.bars[0].close.text(), "121.74");
  EXPECT_THAT(unreadable, ElementsAre("low"));
}

TEST(UnreadableFigures, ANullOpenInOneBarIsNull) {
  const auto [series, unreadable] = series_with("\"121.0000\"", "null");
  ASSERT_EQ(series.bars.size(), 3U);
  EXPECT_EQ(series.bars[0].open, std::nullopt);
  EXPECT_EQ(series.bars[0].high->text(), "123.45");
  EXPECT_THAT(unreadable, ElementsAre("open"));
}

TEST(UnreadableFigures, AnAllZeroBarIsDropped) {
  const auto [series, unreadable] = read<DailySeries>(Function::daily_series, "ACME", R"json({
      "Meta Data": {"2. Symbol": "ACME"},
      "Time Series (Daily)": {
        "2026-11-20": {"1. open": "0.0000", "2. high": "0.0000", "3. low": "0.0000",
                       "4. close": "0.0000", "5. volume": "0"},
        "2026-11-19": {"1. open": "1", "2. high": "1", "3. low": "1", "4. close": "1"}}})json");
  EXPECT_THAT(dates_of(series), ElementsAre("2026-11-19"));
  EXPECT_THAT(unreadable, ElementsAre("close"));
}

TEST(UnreadableFigures, ABarWithoutACloseIsDropped) {
  const auto [series, unreadable] = series_with("\"122.2500\"", "\"-\"");
  EXPECT_THAT(dates_of(series), ElementsAre("2026-11-20", "2026-11-18"));
  EXPECT_THAT(unreadable, ElementsAre("close"));
}

TEST(UnreadableFigures, ABarKeyedByDateAndTimeIsDropped) {
  const auto [series, unreadable] = series_with("\"2026-11-20\"", "\"2026-11-20 16:00:00\"");
  EXPECT_THAT(dates_of(series), ElementsAre("2026-11-19", "2026-11-18"));
  EXPECT_THAT(unreadable, ElementsAre("date"));
}

TEST(UnreadableFigures, TheFirstOfRepeatedBarsIsKept) {
  const auto [series, unreadable] = series_with("\"2026-11-19\"", "\"2026-11-20\"");
  EXPECT_THAT(dates_of(series), ElementsAre("2026-11-20", "2026-11-18"));
  EXPECT_EQ(series.bars[0].close.text(), "121.74");
  EXPECT_THAT(unreadable, ElementsAre("date"));
}

TEST(UnreadableFigures, ABarOfADayInTheFutureIsDropped) {
  const auto [series, unreadable] = series_with("\"2026-11-20\"", "\"2026-11-22\"");
  EXPECT_THAT(dates_of(series), ElementsAre("2026-11-19", "2026-11-18"));
  EXPECT_THAT(unreadable, ElementsAre("date"));
}

TEST(UnreadableFigures, ABarsVolumeWithAnExponentIsNull) {
  const auto [series, unreadable] = series_with("\"1928000\"", "\"1.928e6\"");
  ASSERT_EQ(series.bars.size(), 3U);
  EXPECT_EQ(series.bars[1].volume, std::nullopt);
  EXPECT_THAT(unreadable, ElementsAre("volume"));
}

TEST(UnreadableFigures, AMatchWithoutAScoreIsKept) {
  const auto [found, unreadable] = read<SymbolMatches>(
      Function::symbol_search, "acme",
      R"({"bestMatches": [{"1. symbol": "ACME"}, {"1. symbol": "ACMF", "9. matchScore": "0.5"}]})");
  ASSERT_EQ(found.matches.size(), 2U);
  EXPECT_EQ(found.matches[0].score, std::nullopt);
  EXPECT_EQ(found.matches[1].score->text(), "0.5");
  EXPECT_THAT(unreadable, ElementsAre("score"));
}

TEST(UnreadableFigures, AMatchWithoutASymbolIsDropped) {
  const auto [found, unreadable] = read<SymbolMatches>(
      Function::symbol_search, "acme",
      R"({"bestMatches": [{"2. name": "Acme"}, {"1. symbol": "ACMF", "9. matchScore": "0.5"}]})");
  ASSERT_EQ(found.matches.size(), 1U);
  EXPECT_EQ(found.matches[0].symbol, "ACMF");
  EXPECT_THAT(unreadable, ElementsAre("symbol"));
}

TEST(UnreadableFigures, ADescriptionOfAnotherTypeIsEmpty) {
  const auto [found, unreadable] = read<SymbolMatches>(
      Function::symbol_search, "acme",
      R"({"bestMatches": [{"1. symbol": "ACME", "2. name": {}, "9. matchScore": "1"}]})");
  ASSERT_EQ(found.matches.size(), 1U);
  EXPECT_EQ(found.matches[0].name, "");
  EXPECT_THAT(unreadable, ElementsAre("description"));
}

TEST(UnreadableFigures, AMarketWithoutAStatusIsDropped) {
  const auto [found, unreadable] =
      read<Markets>(Function::market_status, "",
                    replaced(fixture("markets.json"), "current_status", "former_status"));
  ASSERT_EQ(found.markets.size(), 1U);
  EXPECT_THAT(unreadable, ElementsAre("market"));
}

TEST(UnreadableFigures, NameTheReasonWhyAWholeAnswerIsUnusable) {
  const std::string quote = fixture("quote.json");
  const auto of_quote = [](std::string body) {
    return unusable(Function::global_quote, "ACME", std::move(body));
  };
  EXPECT_THAT(of_quote(replaced(quote, "121.7400", "0.0000")), ElementsAre("price"));
  EXPECT_THAT(of_quote(replaced(quote, "ACME", "ACMF")), ElementsAre("symbol"));
  EXPECT_THAT(of_quote(replaced(quote, "01. symbol", "01. ticker")), ElementsAre("symbol"));
  EXPECT_THAT(of_quote(replaced(quote, "2026-11-20", "2026-11-22")), ElementsAre("trading_day"));
  EXPECT_THAT(of_quote(fixture("daily.json")), ElementsAre("form"));
  EXPECT_THAT(of_quote(R"({"Global Quote": ["121.74"]})"), ElementsAre("form"));
  EXPECT_THAT(unusable(Function::daily_series, "ACME", R"json({"Meta Data": {"2. Symbol": "ACME"},
                       "Time Series (Daily)": {"2026-11-20": {}, "2026-11-19": {}}})json"),
              ElementsAre("close 2"));
}

}  // namespace
}  // namespace stockclient
