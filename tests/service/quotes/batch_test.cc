#include "service/quotes/batch.h"

#include "tests/service/api_fixture.h"

namespace service {
namespace {

using stockclient::AttemptResult;
using stockclient::Query;

class BatchOfQuotes : public ApiTest {
 protected:
  void knows_all_but(const std::string& unknown) {
    upstream.answers([unknown](const Query& query, auto, const auto&) -> AttemptResult {
      if (query.argument == unknown) return stockclient::testing::fault(FailureKind::not_found);
      return stockclient::Data(stockclient::testing::quote_of(query.argument));
    });
  }
  static std::string many(std::size_t count) {
    std::string symbols;
    for (std::size_t i = 0; i < count; ++i) symbols += (i ? ",S" : "S") + std::to_string(i);
    return symbols;
  }
};

TEST_F(BatchOfQuotes, AnswersInTheOrderOfTheRequestWithAnErrorForEachItemThatFailed) {
  knows_all_but("NOPE");
  const HttpResponse response = get("/stocks?symbols=msft,NOPE,IBM");
  EXPECT_EQ(response.status, 200);
  const json quotes = json_of(response)["quotes"];
  ASSERT_EQ(quotes.size(), 3u);
  EXPECT_EQ(quotes[0]["symbol"], "MSFT");
  EXPECT_EQ(quotes[0]["price"], 100.5);
  EXPECT_EQ(quotes[1]["symbol"], "NOPE");
  EXPECT_EQ(quotes[1]["error"]["code"], "not_found");
  EXPECT_EQ(quotes[1]["error"]["status"], 404);
  EXPECT_EQ(quotes[1]["error"]["retryable"], false);
  EXPECT_EQ(quotes[2]["symbol"], "IBM");
}

TEST_F(BatchOfQuotes, AnEmptyOrMalformedSymbolIsAnErrorOfThatItemOnly) {
  const json quotes = json_of(get("/stocks?symbols=IBM,,a%22b%3C,MSFT"))["quotes"];
  ASSERT_EQ(quotes.size(), 4u);
  EXPECT_EQ(quotes[0]["symbol"], "IBM");
  EXPECT_EQ(quotes[1]["symbol"], "");
  EXPECT_EQ(quotes[1]["error"]["code"], "bad_request");
  EXPECT_EQ(quotes[2]["symbol"], "a\"b<") << "as it was asked";
  EXPECT_EQ(quotes[2]["error"]["status"], 400);
  EXPECT_EQ(quotes[3]["symbol"], "MSFT");
  EXPECT_EQ(upstream.calls(), 2u);
}

TEST_F(BatchOfQuotes, BlanksAroundAnItemAreIgnored) {
  const json quotes =
      json_of(get("/stocks?symbols=%20IBM,%20MSFT%20,+AAPL%09,A%20B,%20"))["quotes"];
  ASSERT_EQ(quotes.size(), 5u);
  EXPECT_EQ(quotes[0]["price"], 100.5);
  EXPECT_EQ(quotes[1]["symbol"], "MSFT");
  EXPECT_EQ(quotes[2]["symbol"], "AAPL");
  EXPECT_EQ(quotes[3]["error"]["code"], "bad_request") << "a blank inside an item stays";
  EXPECT_EQ(quotes[4]["symbol"], "");
  EXPECT_EQ(quotes[4]["error"]["code"], "bad_request");
}

TEST_F(BatchOfQuotes, AnErrorOfAnItemHasARetryTime) {
  (void)get("/stocks/IBM");
  breaker().force_open("test");
  const json quotes = json_of(get("/stocks?symbols=IBM,MSFT,,"))["quotes"];
  EXPECT_FALSE(quotes[0].contains("error"));
  EXPECT_EQ(quotes[1]["error"]["code"], "circuit_open");
  EXPECT_EQ(quotes[1]["error"].value("retryAfterSeconds", 0), 1);
  EXPECT_FALSE(quotes[2]["error"].contains("retryAfterSeconds"));
}

TEST_F(BatchOfQuotes, ARepeatedSymbolIsAnsweredEachTimeFromOneCall) {
  const json quotes = json_of(get("/stocks?symbols=IBM,ibm"))["quotes"];
  ASSERT_EQ(quotes.size(), 2u);
  EXPECT_EQ(quotes[0], quotes[1]);
  EXPECT_EQ(upstream.calls(), 1u);
}

TEST_F(BatchOfQuotes, AHundredSymbolsAreAnsweredAndOneMoreIsRejected) {
  EXPECT_EQ(json_of(get("/stocks?symbols=" + many(100)))["quotes"].size(), 100u);
  const std::size_t calls = upstream.calls();
  for (const std::string& symbols : {many(101), many(102), std::string(500, ',')}) {
    const HttpResponse refused = get("/stocks?symbols=" + symbols);
    EXPECT_EQ(refused.status, 400);
    EXPECT_EQ(json_of(refused)["parameter"], "symbols");
  }
  EXPECT_EQ(upstream.calls(), calls);
}

TEST_F(BatchOfQuotes, AnEmptyListIsRejected) {
  for (const char* target : {"/stocks", "/stocks?symbols=", "/stocks?"}) {
    const HttpResponse refused = get(target);
    EXPECT_EQ(refused.status, 400) << target;
    EXPECT_EQ(json_of(refused)["parameter"], "symbols");
  }
}

TEST_F(BatchOfQuotes, WaitsForAllOfThem) {
  (void)get("/stocks/IBM");
  HandlerResult result = start("/stocks?symbols=IBM,MSFT,AAPL");
  ASSERT_TRUE(std::holds_alternative<std::unique_ptr<PendingResponse>>(result));
  EXPECT_EQ(json_of(finish(std::move(result)))["quotes"].size(), 3u);
}

TEST_F(BatchOfQuotes, KnownSymbolsAreAnsweredImmediately) {
  (void)get("/stocks?symbols=IBM,MSFT");
  EXPECT_TRUE(std::holds_alternative<HttpResponse>(start("/stocks?symbols=IBM,MSFT")));
}

TEST_F(BatchOfQuotes, IsCacheableOnlyWithoutErrors) {
  knows_all_but("NOPE");
  EXPECT_EQ(header_of(get("/stocks?symbols=IBM,NOPE"), "Cache-Control"), "no-store");
  EXPECT_EQ(header_of(get("/stocks?symbols=IBM"), "Cache-Control"),
            "max-age=60, stale-if-error=31536000");
}

TEST_F(BatchOfQuotes, HeadersDescribeTheOldestValueAndTheWorstCacheResult) {
  (void)get("/stocks/IBM");
  scheduler.advance(30s);
  const HttpResponse response = get("/stocks?symbols=IBM,MSFT");
  EXPECT_EQ(header_of(response, "Age"), "30");
  EXPECT_EQ(header_of(response, "X-Cache"), "MISS");
  EXPECT_EQ(header_of(response, "Cache-Status"), "stock-service; fwd=uri-miss; stored; ttl=30")
      << "of the item that Age is of";
}

TEST_F(BatchOfQuotes, HasItsOwnEntityTag) {
  const std::string etag = header_of(get("/stocks?symbols=IBM,MSFT"), "ETag");
  const HttpResponse again = get("/stocks?symbols=IBM,MSFT", {{"If-None-Match", etag}});
  EXPECT_EQ(again.status, 304);
  EXPECT_EQ(again.body, nullptr);
  EXPECT_NE(header_of(get("/stocks?symbols=MSFT,IBM"), "ETag"), etag);
}

}  // namespace
}  // namespace service
