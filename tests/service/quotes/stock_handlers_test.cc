#include "service/quotes/stock_handlers.h"

#include "tests/service/quotes/stock_fixture.h"

namespace service {
namespace {

using testing::HasSubstr;

TEST_F(StockHandlers, AQuoteHasTheFieldsOfTheContractAndTheFiguresOfTheUpstream) {
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

TEST_F(StockHandlers, MissingFiguresAreNull) {
  answers(quote_of("IBM"));
  const json quote = json_of(get("/stocks/IBM"));
  for (const char* field : {"open", "high", "low", "previousClose", "change", "changePercent",
                            "volume", "tradingDay", "currency", "delay"})
    EXPECT_TRUE(quote.at(field).is_null()) << field;
}

TEST_F(StockHandlers, ADelayedQuoteHasADelay) {
  stockclient::Quote quote = quote_of("IBM");
  quote.delayed_15min = true;
  answers(quote);
  EXPECT_EQ(json_of(get("/stocks/IBM"))["delay"], "delayed_15min");
}

TEST_F(StockHandlers, AQuoteThatChangesOnlyAfterEachCloseSaysSo) {
  settings.quote_updates = stockclient::QuoteUpdates::end_of_day;
  EXPECT_EQ(json_of(get("/stocks/IBM"))["delay"], "end_of_day");
}

TEST_F(StockHandlers, AQuoteStaysFreshOverTheWeekendButOtherCachesAreToldFiveMinutes) {
  settings.client.market_hours = true;
  settings.quote_updates = stockclient::QuoteUpdates::end_of_day;
  answers(full_quote());
  EXPECT_EQ(header_of(get("/stocks/IBM"), "Cache-Control"), "max-age=300, stale-if-error=31536000");
  scheduler.advance(48h);
  const HttpResponse response = get("/stocks/IBM");
  EXPECT_EQ(header_of(response, "X-Cache"), "HIT");
  EXPECT_EQ(header_of(response, "Cache-Control"), "max-age=300, stale-if-error=31536000");
  EXPECT_EQ(upstream.calls(), 1u);
}

TEST_F(StockHandlers, CacheStatusAndAgeAddUpToTheLifetimeInWholeSeconds) {
  (void)get("/stocks/IBM");
  scheduler.advance(300ms);
  HttpResponse response = get("/stocks/IBM");
  EXPECT_EQ(header_of(response, "Age"), "0");
  EXPECT_EQ(header_of(response, "Cache-Status"), "stock-service; hit; ttl=60");
  scheduler.advance(20s);
  response = get("/stocks/IBM");
  EXPECT_EQ(header_of(response, "Age"), "20");
  EXPECT_EQ(header_of(response, "Cache-Status"), "stock-service; hit; ttl=40");
}

TEST_F(StockHandlers, CacheHeadersFollowAValueFromMissToHitToStale) {
  HttpResponse response = get("/stocks/IBM");
  EXPECT_EQ(header_of(response, "X-Cache"), "MISS");
  EXPECT_EQ(header_of(response, "Cache-Status"), "stock-service; fwd=uri-miss; stored; ttl=60");
  EXPECT_EQ(header_of(response, "Cache-Control"), "max-age=60, stale-if-error=31536000");

  scheduler.advance(20s);
  response = get("/stocks/IBM");
  EXPECT_EQ(header_of(response, "X-Cache"), "HIT");
  EXPECT_EQ(header_of(response, "Age"), "20");
  EXPECT_EQ(header_of(response, "Cache-Status"), "stock-service; hit; ttl=40");
  EXPECT_EQ(header_of(response, "Cache-Control"), "max-age=60, stale-if-error=31536000")
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
  EXPECT_EQ(get("/stocks/IBM", {{"If-None-Match", "\"other\""}, {"if-none-match", etag}}).status,
            304)
      << "one list on two lines";
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

TEST_F(StockHandlers, SimultaneousRequestsForOneSymbolMakeOneCall) {
  std::vector<HandlerResult> results;
  for (int i = 0; i < 50; ++i) results.push_back(start("/stocks/IBM"));
  for (HandlerResult& result : results) EXPECT_EQ(finish(std::move(result)).status, 200);
  EXPECT_EQ(upstream.calls(), 1u);
}

TEST_F(StockHandlers, APendingResponseCanBeAbandoned) {
  { const HandlerResult abandoned = start("/stocks/IBM"); }
  scheduler.run_ready();
  EXPECT_EQ(get("/stocks/IBM").status, 200);
}

TEST_F(StockHandlers, AMalformedSymbolIsA400AndNeverReachesTheUpstream) {
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

TEST_F(StockHandlers, UnusualSymbolsAreAccepted) {
  for (const char* symbol : {"^FCHI", "FRA:IQQE", "BF-B", "TSCO.LON", "M&M.BSE", "0001.HK"}) {
    const HttpResponse response = get("/stocks/" + std::string(symbol));
    EXPECT_EQ(response.status, 200) << symbol;
    EXPECT_EQ(json_of(response)["symbol"], symbol);
  }
}

TEST_F(StockHandlers, UnknownAndRepeatedParametersAreRejectedByName) {
  expect_bad("/stocks/IBM?fresh=1", "fresh");
  expect_bad("/stocks/IBM/history?day=3", "day");
  expect_bad("/stocks/IBM/history?days=3&days=3", "days");
  expect_bad("/stocks?symbols=IBM&symbols=MSFT", "symbols");
  expect_bad("/search?q=a&q=b", "q");
  expect_bad("/markets?region=US", "region");
  expect_bad("/stocks/IBM?a%20b=1", "");
  EXPECT_THAT(json_of(get("/stocks/IBM/history?day=3"))["detail"], HasSubstr("did you mean days?"));
}

struct ErrorCase {
  FailureKind kind;
  int status;
  const char* code;
  bool retryable;
};

class StockErrors : public StockHandlers, public testing::WithParamInterface<ErrorCase> {};

TEST_P(StockErrors, BecomeProblemsWithCodeAndStatus) {
  const ErrorCase& expected = GetParam();
  upstream.fails(expected.kind);
  const HttpResponse response = get("/stocks/IBM");
  EXPECT_EQ(response.status, expected.status);
  EXPECT_EQ(response.content_type, "application/problem+json");
  const json problem = json_of(response);
  EXPECT_EQ(problem["code"], expected.code);
  EXPECT_EQ(problem["status"], expected.status);
  EXPECT_EQ(problem["retryable"], expected.retryable);
  EXPECT_EQ(problem["symbol"], "IBM");
  EXPECT_EQ(header_of(response, "Cache-Control"), "no-store");
  const bool says_when = expected.status == 503 || traits(expected.kind).imposes_hold;
  EXPECT_EQ(header_of(response, "Retry-After").empty(), !says_when);
  EXPECT_EQ(problem.contains("retryAfterSeconds"), says_when);
}

INSTANTIATE_TEST_SUITE_P(
    Each, StockErrors,
    testing::Values(ErrorCase{FailureKind::not_found, 404, "not_found", false},
                    ErrorCase{FailureKind::our_fault, 500, "internal", false},
                    ErrorCase{FailureKind::misconfigured, 503, "misconfigured", true},
                    ErrorCase{FailureKind::unsupported, 501, "unsupported", false},
                    ErrorCase{FailureKind::throttled_minute, 503, "upstream_throttled", true},
                    ErrorCase{FailureKind::upstream_failure, 502, "upstream_failure", true},
                    ErrorCase{FailureKind::blocked, 502, "upstream_failure", true},
                    ErrorCase{FailureKind::data_fault, 502, "upstream_failure", true},
                    ErrorCase{FailureKind::timeout, 504, "upstream_timeout", true}),
    [](const auto& one) { return std::string(stockclient::to_string(one.param.kind)); });

TEST_F(StockHandlers, AnOpenBreakerIsA503WithTheRetryTime) {
  breaker().force_open("test");
  breaker().reset("test");
  upstream.fails(FailureKind::upstream_failure);
  for (const char* symbol : {"A", "B", "C", "D", "E"}) (void)get("/stocks/" + std::string(symbol));
  const std::size_t calls = upstream.calls();
  const HttpResponse response = get("/stocks/F");
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(json_of(response)["code"], "circuit_open");
  EXPECT_EQ(header_of(response, "Retry-After"), "30");
  EXPECT_EQ(json_of(response)["retryAfterSeconds"], 30);
  EXPECT_EQ(upstream.calls(), calls);
}

TEST_F(StockHandlers, ABreakerForcedOpenIsNotReportedAsAnOutage) {
  breaker().force_open("test");
  const HttpResponse response = get("/stocks/IBM");
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(json_of(response)["code"], "circuit_open");
  EXPECT_EQ(json_of(response)["detail"], "An operator has stopped all calls to the upstream.");
}

TEST_F(StockHandlers, WaitersAreAnsweredWhenABreakerIsForcedOpen) {
  HandlerResult waiting = start("/stocks/IBM");
  breaker().force_open("test");
  EXPECT_EQ(json_of(finish(std::move(waiting)))["detail"],
            "An operator has stopped all calls to the upstream.");
}

TEST_F(StockHandlers, AnErrorNeverReplacesAKnownValue) {
  (void)get("/stocks/IBM");
  upstream.fails(FailureKind::upstream_failure);
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
