#include "service/quotes/stock_handlers.h"
#include "tests/service/quotes/stock_fixture.h"

namespace service {
namespace {

TEST_F(StockHandlers, DaysOutsideOneToAHundredAreRejected) {
  for (const char* days :
       {"-1", "0", "101", "abc", "", "1.5", "+5", "0x5", "%205", "5%20", "99999999999999999999"})
    expect_bad("/stocks/IBM/history?days=" + std::string(days), "days");
}

TEST_F(StockHandlers, EveryNumberOfDaysComesFromOneUpstreamAnswer) {
  answers(series(100));
  EXPECT_EQ(json_of(get("/stocks/IBM/history"))["bars"].size(), 7u);
  EXPECT_EQ(json_of(get("/stocks/IBM/history?days=1"))["bars"].size(), 1u);
  const HttpResponse all = get("/stocks/IBM/history?days=100");
  EXPECT_EQ(json_of(all)["bars"].size(), 100u);
  EXPECT_EQ(json_of(all)["average"], 50.5);
  EXPECT_EQ(json_of(all)["partial"], false);
  EXPECT_EQ(upstream.calls(), 1u);
  EXPECT_EQ(upstream.asked().front().function, Function::daily_series);
}

TEST_F(StockHandlers, AShortHistoryIsShownCompletely) {
  answers(series(3));
  const json history = json_of(get("/stocks/IBM/history?days=50"));
  EXPECT_EQ(history["bars"].size(), 3u);
  EXPECT_EQ(history["average"], 2);
}

TEST_F(StockHandlers, AHistorySaysWhetherItsNewestBarIsPartial) {
  stockclient::DailySeries today = series(2);
  today.partial = true;
  answers(today);
  EXPECT_EQ(json_of(get("/stocks/IBM/history"))["partial"], true);
}

TEST_F(StockHandlers, AnUncertainPartialIsNull) {
  stockclient::DailySeries today = series(2);
  today.partial = std::nullopt;
  answers(today);
  EXPECT_EQ(json_of(get("/stocks/IBM/history")).at("partial"), json());
}

TEST_F(StockHandlers, AHistorySaysThatItIsNotAdjusted) {
  answers(series(2));
  const json history = json_of(get("/stocks/IBM/history"));
  EXPECT_EQ(history.at("adjusted"), false);
  EXPECT_FALSE(history.contains("averageReason"));
}

TEST_F(StockHandlers, ASplitInTheWindowLeavesNoAverageAndSaysWhy) {
  stockclient::DailySeries split = series(2);
  split.bars[1].close = decimal("499.23");
  split.bars[1].volume = 46'907'479;
  split.bars[0].open = decimal("127.58");
  split.bars[0].close = decimal("129.04");
  split.bars[0].volume = 225'702'688;
  answers(split);
  const json both = json_of(get("/stocks/IBM/history?days=2"));
  EXPECT_EQ(both.at("average"), json());
  EXPECT_EQ(both.at("averageReason"), "split");
  EXPECT_EQ(json_of(get("/stocks/IBM/history?days=1")).at("average"), 129.04);
}

TEST_F(StockHandlers, UnknownFiguresOfABarAreNull) {
  stockclient::DailySeries odd = series(1);
  odd.bars[0].open = odd.bars[0].high = odd.bars[0].low = std::nullopt;
  odd.bars[0].volume = std::nullopt;
  answers(odd);
  EXPECT_THAT(body_of(get("/stocks/IBM/history")),
              testing::HasSubstr(R"("bars":[{"date":"2026-11-20","open":null,"high":null,)"
                                 R"("low":null,"close":1,"volume":null}],"average":1,)"));
}

TEST_F(StockHandlers, ASearchResultSetsTheCurrencyOfAQuote) {
  answers(quote_of("TSCO.LON"));
  EXPECT_TRUE(json_of(get("/stocks/TSCO.LON"))["currency"].is_null());
  stockclient::SymbolMatch match;
  match.symbol = "TSCO.LON";
  match.currency = "GBX";
  const stockclient::SymbolMatches matches{{match}};
  answers(matches);
  const HttpResponse found = get("/search?q=tesco");
  EXPECT_EQ(json_of(found)["matches"][0]["currency"], "GBX");
  EXPECT_EQ(json_of(get("/stocks/TSCO.LON"))["currency"], "GBX") << "pence stay pence";
  EXPECT_EQ(json_of(get("/stocks?symbols=TSCO.LON"))["quotes"][0]["currency"], "GBX");
}

TEST_F(StockHandlers, TheCurrencyFollowsFromTheSuffixOfAnExchangeWithOneCurrency) {
  answers(quote_of("MBG.DEX"));
  EXPECT_EQ(json_of(get("/stocks/MBG.DEX"))["currency"], "EUR");
  answers(quote_of("TSCO.LON"));
  EXPECT_TRUE(json_of(get("/stocks/TSCO.LON"))["currency"].is_null()) << "pence, pounds or dollars";
}

TEST_F(StockHandlers, AMatchWithoutAScoreHasANull) {
  stockclient::SymbolMatch match;
  match.symbol = "ACME";
  answers(stockclient::SymbolMatches{{match}});
  EXPECT_EQ(json_of(get("/search?q=acme"))["matches"][0].at("score"), json());
}

TEST_F(StockHandlers, EquivalentSearchesShareOneCall) {
  answers(stockclient::SymbolMatches{});
  EXPECT_EQ(json_of(get("/search?q=Tesco+PLC"))["matches"], json::array());
  EXPECT_EQ(get("/search?q=%20tesco%20%20plc").status, 200);
  EXPECT_EQ(upstream.calls(), 1u);
  EXPECT_EQ(upstream.asked().front().argument, "tesco plc");
}

TEST_F(StockHandlers, ASearchThatFindsNothingIsAnEmptyList) {
  upstream.fails(FailureKind::not_found);
  for (int i = 0; i < 2; ++i) {
    const HttpResponse response = get("/search?q=xyzzy");
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(json_of(response)["matches"], json::array());
    EXPECT_EQ(json_of(response)["stale"], false);
    EXPECT_EQ(header_of(response, "Cache-Control"), "max-age=300, stale-if-error=31536000")
        << "caches must not keep it longer than the service does";
  }
  EXPECT_EQ(upstream.calls(), 1u) << "remembered";
}

TEST_F(StockHandlers, EmptyAndMalformedKeywordsAreRejected) {
  for (const char* q : {"", "?q=", "?q=%20", "?q=%00", "?q=a%0Ab", "?q=%ff", "?q=%C3"})
    expect_bad("/search" + std::string(q), "q");
  expect_bad("/search?q=" + std::string(101, 'a'), "q");
}

TEST_F(StockHandlers, MarketsAreShown) {
  stockclient::Markets markets;
  markets.markets.push_back({.type = "Equity",
                             .region = "Japan",
                             .exchanges = {"Tokyo"},
                             .open = "09:00",
                             .close = "15:00",
                             .status = "closed",
                             .notes = std::nullopt});
  answers(markets);
  EXPECT_EQ(body_of(get("/markets")),
            R"({"markets":[{"type":"Equity","region":"Japan","exchanges":["Tokyo"],)"
            R"("open":"09:00","close":"15:00","status":"closed","notes":null}],)"
            R"("fetchedAt":"2026-11-21T00:00:00Z","source":"alpha_vantage","stale":false,)"
            R"("staleReason":null})");
}

}  // namespace
}  // namespace service
