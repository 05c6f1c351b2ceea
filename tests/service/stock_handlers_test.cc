#include "service/handlers/stock_handlers.h"

#include "tests/service/api_fixture.h"

namespace service {
namespace {

using stockclient::AttemptResult;
using stockclient::Data;
using stockclient::Decimal;
using stockclient::Function;
using stockclient::Hold;
using stockclient::Query;
using stockclient::RetryAdvice;
using stockclient::testing::quote_of;
using testing::HasSubstr;

Decimal decimal(const char* text) {
  return *Decimal::parse(text);
}

stockclient::Quote full_quote() {
  stockclient::Quote quote = quote_of("IBM", "121.7400");
  quote.open = decimal("120.0000");
  quote.high = decimal("122.5");
  quote.low = decimal("119");
  quote.previous_close = decimal("120.41");
  quote.change = decimal("1.3300");
  quote.change_percent = decimal("1.1046");
  quote.volume = 3812345;
  quote.trading_day = "2026-11-20";
  return quote;
}

stockclient::DailySeries series(std::size_t bars) {
  stockclient::DailySeries series;
  series.symbol = "IBM";
  for (std::size_t i = 0; i < bars; ++i) {
    const std::string close = std::to_string(i + 1);
    series.bars.push_back({"2026-11-" + std::to_string(20 - i % 20), decimal("1"), decimal("2"),
                           decimal("0.5"), *Decimal::parse(close), 10});
  }
  return series;
}

class StockHandlers : public ApiTest {
 protected:
  void answers(const Data& data) {
    upstream.answers([data](const Query&, auto, const auto&) -> AttemptResult { return data; });
  }
  void expect_bad(const std::string& target, const std::string& parameter) {
    const HttpResponse response = get(target);
    EXPECT_EQ(response.status, 400) << target;
    EXPECT_EQ(response.content_type, "application/problem+json");
    const json problem = json_of(response);
    EXPECT_EQ(problem["code"], "bad_request");
    EXPECT_EQ(problem.value("parameter", ""), parameter) << target;
    EXPECT_EQ(upstream.calls(), 0u) << target;
  }
};

TEST_F(StockHandlers, AQuoteHasTheContractsFieldsAndTheUpstreamsFigures) {
  answers(full_quote());
  const HttpResponse response = get("/stocks/ibm");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(body_of(response),
            R"({"symbol":"IBM","price":121.74,"open":120,"high":122.5,"low":119,)"
            R"("previousClose":120.41,"change":1.33,"changePercent":1.1046,"volume":3812345,)"
            R"("tradingDay":"2026-11-20","currency":null,"delay":null,)"
            R"("fetchedAt":"2026-11-21T00:00:00Z","source":"alpha_vantage",)"
            R"("stale":false,"staleReason":null})");
}

TEST_F(StockHandlers, WhatTheUpstreamLeftOutIsNull) {
  answers(quote_of("IBM"));
  const json quote = json_of(get("/stocks/IBM"));
  for (const char* field : {"open", "high", "low", "previousClose", "change", "changePercent",
                            "volume", "tradingDay", "currency", "delay"})
    EXPECT_TRUE(quote.at(field).is_null()) << field;
}

TEST_F(StockHandlers, ADelayedQuoteSaysSo) {
  stockclient::Quote quote = quote_of("IBM");
  quote.delayed_15min = true;
  answers(quote);
  EXPECT_EQ(json_of(get("/stocks/IBM"))["delay"], "delayed_15min");
}

TEST_F(StockHandlers, CacheHeadersFollowAValueFromMissToHitToStale) {
  HttpResponse response = get("/stocks/IBM");
  EXPECT_EQ(header_of(response, "X-Cache"), "MISS");
  EXPECT_EQ(header_of(response, "Cache-Status"), "stock-service; fwd=uri-miss; stored; ttl=60");
  EXPECT_EQ(header_of(response, "Cache-Control"), "max-age=60, stale-if-error=604800");

  scheduler.advance(20s);
  response = get("/stocks/IBM");
  EXPECT_EQ(header_of(response, "X-Cache"), "HIT");
  EXPECT_EQ(header_of(response, "Age"), "20");
  EXPECT_EQ(header_of(response, "Cache-Status"), "stock-service; hit; ttl=40");
  EXPECT_EQ(header_of(response, "Cache-Control"), "max-age=60, stale-if-error=604800")
      << "the whole lifetime: caches subtract Age";

  scheduler.advance(50s);
  response = get("/stocks/IBM");
  EXPECT_EQ(header_of(response, "X-Cache"), "STALE");
  EXPECT_EQ(header_of(response, "Age"), "70");
  EXPECT_EQ(header_of(response, "Cache-Status"),
            "stock-service; hit; ttl=-10; detail=revalidating");
  EXPECT_EQ(json_of(response)["stale"], true);
  EXPECT_EQ(json_of(response)["staleReason"], "revalidating");
}

TEST_F(StockHandlers, AKnownEntityTagIsAnsweredWith304WithoutABody) {
  const std::string etag = header_of(get("/stocks/IBM"), "ETag");
  for (const std::string& given : {etag, "W/" + etag, "\"other\", " + etag, std::string("*")}) {
    const HttpResponse response = get("/stocks/IBM", {{"If-None-Match", given}});
    EXPECT_EQ(response.status, 304) << given;
    EXPECT_EQ(response.body, nullptr);
    EXPECT_EQ(header_of(response, "ETag"), etag);
    EXPECT_EQ(header_of(response, "Age"), "0");
    EXPECT_NE(header_of(response, "Cache-Control"), "");
  }
  EXPECT_EQ(get("/stocks/IBM", {{"If-None-Match", "\"other\""}}).status, 200);
}

TEST_F(StockHandlers, GoingStaleChangesTheEntityTag) {
  const std::string fresh = header_of(get("/stocks/IBM"), "ETag");
  scheduler.advance(61s);
  const HttpResponse stale = get("/stocks/IBM", {{"If-None-Match", fresh}});
  EXPECT_EQ(stale.status, 200);
  EXPECT_NE(header_of(stale, "ETag"), fresh);
}

TEST_F(StockHandlers, TheRenderedBodyIsSharedBetweenAnswers) {
  (void)get("/stocks/IBM");
  const HttpResponse first = get("/stocks/IBM");
  const HttpResponse second = get("/stocks/IBM");
  EXPECT_EQ(first.body.get(), second.body.get());
  EXPECT_EQ(first.prepared_headers.get(), second.prepared_headers.get());
}

TEST_F(StockHandlers, ManyAtOnceForOneSymbolMakeOneCall) {
  std::vector<HandlerResult> results;
  for (int i = 0; i < 50; ++i) results.push_back(start("/stocks/IBM"));
  for (HandlerResult& result : results) EXPECT_EQ(finish(std::move(result)).status, 200);
  EXPECT_EQ(upstream.calls(), 1u);
}

TEST_F(StockHandlers, AbandoningAPendingAnswerHarmsNothing) {
  { const HandlerResult abandoned = start("/stocks/IBM"); }
  scheduler.run_ready();
  EXPECT_EQ(get("/stocks/IBM").status, 200);
}

TEST_F(StockHandlers, WhatIsNoSymbolIsA400AndNeverReachesTheUpstream) {
  for (const char* bad : {"IBM%26function=X", "..%2fx", "%0d%0aX:y", "%00", "a%20b", ".IBM",
                          "%C3%A4", "IBM%2541", "-"})
    expect_bad("/stocks/" + std::string(bad), "symbol");
  expect_bad("/stocks/" + std::string(33, 'A'), "symbol");
  expect_bad("/stocks/" + std::string(5000, 'A'), "symbol");
  expect_bad("/stocks/a%20b/history", "symbol");
}

TEST_F(StockHandlers, PercentEncodingIsDecodedOnceAndStrictly) {
  EXPECT_EQ(json_of(get("/stocks/BRK%2EB"))["symbol"], "BRK.B");
  EXPECT_EQ(json_of(get("/%73tocks/IBM"))["symbol"], "IBM");
  for (const char* broken : {"/stocks/%4", "/stocks/%", "/stocks/%zz", "/stocks/I%4gM"})
    EXPECT_EQ(get(broken).status, 400) << broken;
}

TEST_F(StockHandlers, UnusualSymbolsPass) {
  for (const char* symbol : {"^FCHI", "FRA:IQQE", "BF-B", "TSCO.LON", "M&M.BSE", "0001.HK"}) {
    const HttpResponse response = get("/stocks/" + std::string(symbol));
    EXPECT_EQ(response.status, 200) << symbol;
    EXPECT_EQ(json_of(response)["symbol"], symbol);
  }
}

TEST_F(StockHandlers, UnknownAndRepeatedParametersAreRefusedByName) {
  expect_bad("/stocks/IBM?fresh=1", "fresh");
  expect_bad("/stocks/IBM/history?day=3", "day");
  expect_bad("/stocks/IBM/history?days=3&days=3", "days");
  expect_bad("/stocks?symbols=IBM&symbols=MSFT", "symbols");
  expect_bad("/search?q=a&q=b", "q");
  expect_bad("/markets?region=US", "region");
  expect_bad("/stocks/IBM?a%20b=1", "");
  EXPECT_THAT(json_of(get("/stocks/IBM/history?day=3"))["detail"], HasSubstr("did you mean days?"));
}

TEST_F(StockHandlers, DaysOutsideOneToAHundredAreRefused) {
  for (const char* days :
       {"-1", "0", "101", "abc", "", "1.5", "+5", "0x5", "%205", "5%20", "99999999999999999999"})
    expect_bad("/stocks/IBM/history?days=" + std::string(days), "days");
}

TEST_F(StockHandlers, AnyWindowComesFromOneUpstreamAnswer) {
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

TEST_F(StockHandlers, AShortHistoryIsShownAsFarAsItGoes) {
  answers(series(3));
  const json history = json_of(get("/stocks/IBM/history?days=50"));
  EXPECT_EQ(history["bars"].size(), 3u);
  EXPECT_EQ(history["average"], 2);
}

TEST_F(StockHandlers, APartialNewestBarIsSaidToBe) {
  stockclient::DailySeries today = series(2);
  today.partial = true;
  answers(today);
  EXPECT_EQ(json_of(get("/stocks/IBM/history"))["partial"], true);
}

TEST_F(StockHandlers, ASearchTeachesTheCurrency) {
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

TEST_F(StockHandlers, SearchesThatAskTheSameShareOneCall) {
  answers(stockclient::SymbolMatches{});
  EXPECT_EQ(json_of(get("/search?q=Tesco+PLC"))["matches"], json::array());
  EXPECT_EQ(get("/search?q=%20tesco%20%20plc").status, 200);
  EXPECT_EQ(upstream.calls(), 1u);
  EXPECT_EQ(upstream.asked().front().argument, "tesco plc");
}

TEST_F(StockHandlers, ASearchThatFindsNothingIsAnEmptyList) {
  upstream.fails(AnswerClass::not_found);
  for (int i = 0; i < 2; ++i) {
    const HttpResponse response = get("/search?q=xyzzy");
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(json_of(response)["matches"], json::array());
    EXPECT_EQ(json_of(response)["stale"], false);
  }
  EXPECT_EQ(upstream.calls(), 1u) << "remembered";
}

TEST_F(StockHandlers, SearchesForNothingOrNoTextAreRefused) {
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

struct ErrorCase {
  AnswerClass answer_class;
  int status;
  const char* code;
  bool retryable;
};

class StockErrors : public StockHandlers, public testing::WithParamInterface<ErrorCase> {};

TEST_P(StockErrors, BecomeProblemsWithCodeAndStatus) {
  const ErrorCase& expected = GetParam();
  upstream.fails(expected.answer_class);
  const HttpResponse response = get("/stocks/IBM");
  EXPECT_EQ(response.status, expected.status);
  EXPECT_EQ(response.content_type, "application/problem+json");
  const json problem = json_of(response);
  EXPECT_EQ(problem["code"], expected.code);
  EXPECT_EQ(problem["status"], expected.status);
  EXPECT_EQ(problem["retryable"], expected.retryable);
  EXPECT_EQ(problem["symbol"], "IBM");
  EXPECT_EQ(header_of(response, "Cache-Control"), "no-store");
  EXPECT_EQ(header_of(response, "Retry-After").empty(), expected.status != 503);
  EXPECT_EQ(problem.contains("retryAfterSeconds"), expected.status == 503);
}

INSTANTIATE_TEST_SUITE_P(
    Each, StockErrors,
    testing::Values(ErrorCase{AnswerClass::not_found, 404, "not_found", false},
                    ErrorCase{AnswerClass::our_fault, 500, "internal", false},
                    ErrorCase{AnswerClass::misconfigured, 503, "misconfigured", true},
                    ErrorCase{AnswerClass::unsupported, 501, "unsupported", false},
                    ErrorCase{AnswerClass::throttled, 503, "upstream_throttled", true},
                    ErrorCase{AnswerClass::upstream_failure, 502, "upstream_failure", true},
                    ErrorCase{AnswerClass::blocked, 502, "upstream_failure", true},
                    ErrorCase{AnswerClass::data_fault, 502, "upstream_failure", true},
                    ErrorCase{AnswerClass::timeout, 504, "upstream_timeout", true}),
    [](const auto& one) { return std::string(stockclient::to_string(one.param.answer_class)); });

TEST_F(StockHandlers, AnOpenBreakerIsA503WithItsTime) {
  breaker().force_open("test");
  breaker().reset("test");
  upstream.fails(AnswerClass::upstream_failure);
  for (const char* symbol : {"A", "B", "C", "D", "E"}) (void)get("/stocks/" + std::string(symbol));
  const std::size_t calls = upstream.calls();
  const HttpResponse response = get("/stocks/F");
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(json_of(response)["code"], "circuit_open");
  EXPECT_EQ(header_of(response, "Retry-After"), "30");
  EXPECT_EQ(json_of(response)["retryAfterSeconds"], 30);
  EXPECT_EQ(upstream.calls(), calls);
}

TEST_F(StockHandlers, AnErrorNeverReplacesAKnownValue) {
  (void)get("/stocks/IBM");
  upstream.fails(AnswerClass::upstream_failure);
  scheduler.advance(10min);
  const HttpResponse response = get("/stocks/IBM");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(json_of(response)["stale"], true);
  EXPECT_EQ(json_of(response)["staleReason"], "upstream_failure");
  EXPECT_EQ(metric("stock_stale_answers_total{reason=\"upstream_failure\"}"), "1");
  EXPECT_EQ(json_of(get("/circuit-breaker"))["breakers"][0]["fallbacks"], 1);
}

}  // namespace
}  // namespace service
