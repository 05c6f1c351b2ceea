/// The table of upstream answers, one case for each row: class, hold, retry advice and verdict.

#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "stockclient/wire/classify.h"
#include "stockclient/wire/json_tree.h"
#include "stockclient/wire/verdict.h"
#include "tests/stockclient/files.h"
#include "tests/stockclient/wire/answer_time.h"

namespace stockclient {
namespace {

using circuitbreaker::Verdict;
using std::chrono::seconds;
using testing::fixture;

const Query kQuote{Function::global_quote, "ACME"};
const Query kDaily{Function::daily_series, "ACME"};
const Query kSearch{Function::symbol_search, "acme"};
const Query kMarkets{Function::market_status, ""};

struct Row {
  std::string name;
  Query query;
  TransportResult arrived;
  /// The expected failure; empty if the answer has data.
  std::optional<FailureKind> kind;
  RetryAdvice retry = RetryAdvice::never;
  Verdict verdict = Verdict::ignored;
  Verdict probe_verdict = Verdict::ignored;
  std::optional<seconds> retry_after = std::nullopt;
};

std::ostream& operator<<(std::ostream& out, const Row& row) {
  return out << row.name;
}

TransportResponse answer(std::string body, int status = 200) {
  return {status, std::move(body), std::nullopt};
}

TransportResponse status(int code, std::optional<seconds> retry_after = std::nullopt) {
  return {code, fixture("quote.json"), retry_after};
}

TransportResult failed(TransportFault fault) {
  return circuitbreaker::unexpected<TransportError>(TransportError{fault, "no answer"});
}

std::string with(std::string text, const std::string& part, const std::string& instead) {
  return text.replace(text.find(part), part.size(), instead);
}

std::string with_all(std::string text, const std::string& part, const std::string& instead) {
  for (auto at = text.find(part); at != std::string::npos;
       at = text.find(part, at + instead.size()))
    text.replace(at, part.size(), instead);
  return text;
}

Row success(std::string name, const Query& query, std::string body) {
  return {
      std::move(name),  query,           answer(std::move(body)), std::nullopt, RetryAdvice::never,
      Verdict::success, Verdict::success};
}

Row not_found(std::string name, const Query& query, std::string body) {
  return {std::move(name),         query,
          answer(std::move(body)), FailureKind::not_found,
          RetryAdvice::never,      Verdict::ignored,
          Verdict::success};
}

Row data_fault(std::string name, const Query& query, std::string body) {
  return {std::move(name), query, answer(std::move(body)), FailureKind::data_fault};
}

Row refused(std::string name, std::string body, FailureKind kind) {
  return {std::move(name), kQuote, answer(std::move(body)), kind,
          kind == FailureKind::throttled_second ? RetryAdvice::once : RetryAdvice::never};
}

Row failure(std::string name, TransportResult arrived, RetryAdvice retry) {
  return {std::move(name), kQuote,           std::move(arrived), FailureKind::upstream_failure,
          retry,           Verdict::failure, Verdict::failure};
}

std::string quote_with(const std::string& part, const std::string& instead) {
  return with(fixture("quote.json"), part, instead);
}

std::vector<Row> successes() {
  const std::string volume_line = "        \"06. volume\": \"2528814\",\n";
  return {
      success("Quote", kQuote, fixture("quote.json")),
      success("QuoteAfterAByteOrderMark", kQuote, "\xEF\xBB\xBF" + fixture("quote.json")),
      success("QuoteUnderARenamedKey", kQuote, fixture("quote_delayed.json")),
      success("QuoteWithoutVolume", kQuote, quote_with(volume_line, "")),
      success("QuoteWithADashForVolume", kQuote, quote_with("\"2528814\"", "\"-\"")),
      success("QuoteBesideANotice", kQuote, quote_with("{\n", "{\"Note\": \"call frequency\",\n")),
      success("QuoteWithRenumberedFields", kQuote, quote_with("05. price", "7. price")),
      success("QuoteWithAnExponentInItsPrice", kQuote, quote_with("121.7400", "1.2174e2")),
      success("QuoteWithANumberForItsPrice", kQuote, quote_with("\"121.7400\"", "121.74")),
      success("QuoteWithTwoOpenings", kQuote,
              quote_with("\"02. open\"", "\"2. open\": \"1.00\", \"02. open\"")),
      success("QuoteWithAHighBelowZero", kQuote, quote_with("123.4500", "-1")),
      success("QuoteOfADayThatDoesNotExist", kQuote, quote_with("2026-11-20", "2026-02-30")),
      success("DailySeries", kDaily, fixture("daily.json")),
      success("SeriesWithADayThatDoesNotExist", kDaily,
              with(fixture("daily.json"), "\"2026-11-19\"", "\"2026-11-31\"")),
      success("SeriesWithADayTwice", kDaily,
              with(fixture("daily.json"), "\"2026-11-19\"", "\"2026-11-20\"")),
      success("SeriesWithOneCloseBelowZero", kDaily,
              with(fixture("daily.json"), "122.2500", "-122.2500")),
      success("AdjustedDailySeries", kDaily, fixture("daily_adjusted.json")),
      success("Search", kSearch, fixture("search.json")),
      success("Markets", kMarkets, fixture("markets.json")),
  };
}

std::vector<Row> unusable_data() {
  return {
      data_fault("QuoteWithoutPrice", kQuote, quote_with("05. price", "05. prize")),
      data_fault("QuoteWithAWordForPrice", kQuote, quote_with("121.7400", "NaN")),
      data_fault("QuoteWithAPriceOfZero", kQuote, quote_with("121.7400", "0.0000")),
      data_fault("QuoteWithAPriceBelowZero", kQuote, quote_with("121.7400", "-121.7400")),
      data_fault("QuoteWithTwoPrices", kQuote,
                 quote_with("\"05. price\"", "\"05. price\": \"1.00\", \"05. price\"")),
      data_fault("QuoteOfAnotherSymbol", kQuote, quote_with("ACME", "ACMF")),
      data_fault("QuoteWithoutSymbol", kQuote, quote_with("01. symbol", "01. ticker")),
      data_fault("QuoteOfADayInTheFuture", kQuote, quote_with("2026-11-20", "2026-11-22")),
      data_fault("QuoteThatIsAList", kQuote, R"({"Global Quote": ["121.74"]})"),
      data_fault("QuoteThatIsThereTwice", kQuote,
                 R"({"Global Quote": {}, "Global Quote - DATA DELAYED BY 15 MINUTES": {}})"),
      data_fault("QuoteAnsweredWithASeries", kQuote, fixture("daily.json")),
      data_fault("SeriesOfAnotherSymbol", {Function::daily_series, "IBM"}, fixture("daily.json")),
      data_fault("SeriesOfNobody", kDaily, with(fixture("daily.json"), "2. Symbol", "2. Name")),
      data_fault("SeriesWithoutAnyClose", kDaily,
                 with_all(fixture("daily.json"), "4. close", "4. clothes")),
      data_fault("SeriesInTheFuture", kDaily, with_all(fixture("daily.json"), "2026-", "2027-")),
      data_fault("SearchMatchWithoutSymbol", kSearch, R"({"bestMatches": [{"2. name": "Acme"}]})"),
      data_fault("NoMarketAtAll", kMarkets, R"({"markets": []})"),
  };
}

std::vector<Row> notices() {
  return {
      not_found("EmptyQuote", kQuote, fixture("quote_empty.json")),
      not_found("EmptyObject", kDaily, fixture("object_empty.json")),
      not_found("SearchWithoutMatches", kSearch, fixture("search_empty.json")),
      not_found("EmptyObjectForASearch", kSearch, fixture("object_empty.json")),
      not_found("InvalidCall", kDaily, fixture("error_invalid_call.json")),
      {"UnknownFunction", kQuote, answer(fixture("error_function.json")), FailureKind::our_fault},
      {"MissingParameter", kQuote,
       answer(R"({"Error Message": "the required parameter symbol is missing"})"),
       FailureKind::our_fault},
      refused("RefusedKey", fixture("error_key.json"), FailureKind::misconfigured),
      refused("DoubtedKey", R"({"Error Message": "Please make sure your API key is valid."})",
              FailureKind::misconfigured),
      refused("SuspendedKey", R"({"Information": "Your API key has been suspended."})",
              FailureKind::misconfigured),
      refused("InactiveKey", R"({"Note": "This API key is inactive."})",
              FailureKind::misconfigured),
      refused("BlockedAddress", R"({"Information": "Your IP address has been blocked."})",
              FailureKind::blocked),
      refused("BlockedKey", R"({"Information": "Your API key is blocked."})", FailureKind::blocked),
      refused("DemoKey", fixture("notice_demo.json"), FailureKind::misconfigured),
      refused("Premium", fixture("notice_premium.json"), FailureKind::unsupported),
      refused("NotEntitled", R"({"Information": "You are not entitled to realtime data."})",
              FailureKind::unsupported),
      refused("ArtificialSample", fixture("artificial.json"), FailureKind::unsupported),
      refused("ThrottledForASecond", fixture("notice_second.json"), FailureKind::throttled_second),
      refused("ThrottledForAMinute", fixture("notice_minute.json"), FailureKind::throttled_minute),
      refused("ThrottledInUnknownWords", fixture("notice_unknown.json"),
              FailureKind::throttled_minute),
      refused("ThrottledForADay", fixture("notice_day.json"), FailureKind::throttled_day),
      refused("ThrottledBesideAnEmptyQuote", R"({"Global Quote": {}, "Note": "call frequency"})",
              FailureKind::throttled_minute),
      failure("UnknownErrorMessage", answer(fixture("error_unknown.json")), RetryAdvice::once),
      failure("InternalErrorWithASampleLink",
              answer(R"({"Error Message": "Internal error. Try )"
                     R"(https://www.alphavantage.co/query?symbol=IBM&apikey=demo instead."})"),
              RetryAdvice::once),
      {"Maintenance", kQuote, answer(R"({"Information": "We are down for maintenance."})"),
       FailureKind::maintenance, RetryAdvice::once, Verdict::failure, Verdict::failure},
      failure("ObjectOfUnknownForm", answer(R"({"hello": "world"})"), RetryAdvice::once),
  };
}

std::vector<Row> broken_answers() {
  std::vector<Row> rows;
  const std::string deep(33, '[');
  for (auto& [name, body] : std::vector<std::pair<std::string, std::string>>{
           {"EmptyBody", ""},
           {"BlankBody", " \r\n"},
           {"ByteOrderMarkOnly", "\xEF\xBB\xBF"},
           {"Html", fixture("outage.html")},
           {"CutJson", fixture("quote.json").substr(0, 200)},
           {"JsonAndMore", fixture("quote.json") + "x"},
           {"BrokenUtf8", quote_with("ACME", "ACM\xC3")},
           {"List", "[" + fixture("quote.json") + "]"},
           {"Number", "1"},
           {"TooDeep", quote_with("\"2528814\"", deep + std::string(33, ']'))}}) {
    rows.push_back(failure(name, answer(body), RetryAdvice::jittered));
  }
  return rows;
}

std::vector<Row> statuses() {
  return {
      {"TooManyRequests", kQuote, status(429), FailureKind::throttled_minute},
      {"TooManyRequestsWithRetryAfter", kQuote, status(429, seconds(7)),
       FailureKind::throttled_minute, RetryAdvice::never, Verdict::ignored, Verdict::ignored,
       seconds(7)},
      failure("InternalServerError", status(500), RetryAdvice::jittered),
      failure("HtmlFromTheRouter", answer(fixture("outage.html"), 503), RetryAdvice::jittered),
      failure("NoStatus", status(0), RetryAdvice::jittered),
      {"Redirect", kQuote, status(302), FailureKind::blocked},
      {"NotModified", kQuote, status(304), FailureKind::blocked},
      {"ProxyAuthenticationRequired", kQuote, status(407), FailureKind::blocked},
      {"BadRequest", kQuote, status(400), FailureKind::blocked},
      {"Forbidden", kQuote, status(403), FailureKind::blocked},
  };
}

std::vector<Row> transport_faults() {
  return {
      failure("NoSuchHost", failed(TransportFault::dns), RetryAdvice::jittered),
      failure("ConnectionRefused", failed(TransportFault::connect), RetryAdvice::jittered),
      failure("ConnectionReset", failed(TransportFault::reset), RetryAdvice::jittered),
      failure("BodyTooLarge", failed(TransportFault::too_large), RetryAdvice::jittered),
      failure("OtherTransportError", failed(TransportFault::other), RetryAdvice::jittered),
      failure("CertificateRefused", failed(TransportFault::tls), RetryAdvice::never),
      {"Timeout", kQuote, failed(TransportFault::timeout), FailureKind::timeout,
       RetryAdvice::jittered, Verdict::timeout, Verdict::timeout},
      {"Cancelled", kQuote, failed(TransportFault::cancelled), FailureKind::cancelled},
  };
}

class ClassifyTable : public ::testing::TestWithParam<Row> {};

void expect_classified(const Row& row) {
  const ReadResult result =
      row.arrived ? classify(row.query, *row.arrived, testing::kAnswerTime).result
                  : ReadResult(circuitbreaker::unexpected<Failure>(classify(row.arrived.error())));
  ASSERT_EQ(result.has_value(), !row.kind) << (result ? "" : result.error().detail);
  if (!row.kind) return;
  const Failure& failure = result.error();
  EXPECT_EQ(to_string(failure.kind), to_string(*row.kind)) << failure.detail;
  EXPECT_EQ(failure.retry_after, row.retry_after);
  EXPECT_EQ(retry_advice(failure), row.retry);
  EXPECT_EQ(verdict_of(failure.kind, false), row.verdict);
  EXPECT_EQ(verdict_of(failure.kind, true), row.probe_verdict);
  EXPECT_FALSE(failure.detail.empty());
}

TEST_P(ClassifyTable, GivesClassHoldRetryAndVerdict) {
  expect_classified(GetParam());
}

/// Not a row of the table: every test process would copy the body several times.
TEST(ClassifyLargeAnswer, GivesClassHoldRetryAndVerdict) {
  const std::string body = fixture("quote.json") + std::string(JsonLimits().max_bytes, ' ');
  expect_classified(failure("TooLarge", answer(body), RetryAdvice::jittered));
}

std::string name_of(const ::testing::TestParamInfo<Row>& info) {
  return info.param.name;
}

INSTANTIATE_TEST_SUITE_P(Data, ClassifyTable, ::testing::ValuesIn(successes()), name_of);
INSTANTIATE_TEST_SUITE_P(Faults, ClassifyTable, ::testing::ValuesIn(unusable_data()), name_of);
INSTANTIATE_TEST_SUITE_P(Notices, ClassifyTable, ::testing::ValuesIn(notices()), name_of);
INSTANTIATE_TEST_SUITE_P(Bodies, ClassifyTable, ::testing::ValuesIn(broken_answers()), name_of);
INSTANTIATE_TEST_SUITE_P(Statuses, ClassifyTable, ::testing::ValuesIn(statuses()), name_of);
INSTANTIATE_TEST_SUITE_P(Transport, ClassifyTable, ::testing::ValuesIn(transport_faults()),
                         name_of);

TEST(Verdict, IsTheSameForDataMissingAsForNotFound) {
  EXPECT_EQ(verdict_of(FailureKind::data_missing, false), Verdict::ignored);
  EXPECT_EQ(verdict_of(FailureKind::data_missing, true), Verdict::success);
}

}  // namespace
}  // namespace stockclient
