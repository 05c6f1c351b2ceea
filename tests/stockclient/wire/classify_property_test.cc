/// Properties of the classifier: it gives an answer for any bytes, and never returns data that
/// cannot be trusted.

#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "stockclient/domain/symbol.h"
#include "stockclient/wire/classify.h"
#include "stockclient/wire/verdict.h"
#include "tests/stockclient/files.h"
#include "tests/stockclient/wire/answer_invariants.h"
#include "tests/stockclient/wire/answer_time.h"

namespace stockclient {
namespace {

using testing::broken_invariant;
using testing::fixture;
using testing::kAnswerTime;

const std::string kCanary = "CANARYKEY";

const std::vector<std::string>& fixtures() {
  static const std::vector<std::string> bodies = [] {
    std::vector<std::string> all;
    for (const char* name :
         {"quote.json", "quote_delayed.json", "quote_empty.json", "daily.json",
          "daily_adjusted.json", "search.json", "search_empty.json", "markets.json",
          "artificial.json", "notice_day.json", "error_key.json", "outage.html"}) {
      all.push_back(fixture(name));
    }
    return all;
  }();
  return bodies;
}

rc::Gen<Query> queries() {
  return rc::gen::map(rc::gen::inRange(0, static_cast<int>(kFunctionCount)), [](int function) {
    const auto asked = static_cast<Function>(function);
    return Query{asked, asked == Function::market_status ? "" : "ACME"};
  });
}

std::size_t position_in(const std::string& body) {
  return *rc::gen::inRange<std::size_t>(0, body.size() + 1);
}

/// The body with one byte changed, or one piece removed, repeated or inserted.
std::string mutated(std::string body) {
  const std::size_t at = position_in(body);
  const auto length = *rc::gen::inRange<std::size_t>(0, 40);
  switch (*rc::gen::inRange(0, 5)) {
    case 0:
      if (at < body.size()) body[at] = *rc::gen::arbitrary<char>();
      break;
    case 1:
      body.erase(at, length);
      break;
    case 2:
      body.insert(at, body.substr(at, length));
      break;
    case 3: {
      const std::string& other = *rc::gen::elementOf(fixtures());
      body.insert(at, other.substr(position_in(other), length));
      break;
    }
    default:
      body.insert(at, *rc::gen::element<std::string>("-", "0", "e5", "\"", "{", "[", ",", "NaN",
                                                     "null", "\\u0000", "\xEF\xBB\xBF"));
  }
  return body;
}

TransportResponse status_200(std::string body) {
  return {200, std::move(body), std::nullopt};
}

void check(const Query& query, const TransportResponse& response) {
  const ReadResult result = classify(query, response, kAnswerTime).result;
  RC_ASSERT(broken_invariant(query, result) == "");
  if (result) return;
  RC_ASSERT(result.error().detail.find(kCanary) == std::string::npos);
}

RC_GTEST_PROP(ClassifyProperty, AnyBytesAreAnswered, (const std::string& body)) {
  const Query query = *queries();
  check(query, status_200(body));
  RC_ASSERT(!classify(query, status_200(body), kAnswerTime).result);
}

RC_GTEST_PROP(ClassifyProperty, AnyStatusIsAnswered, ()) {
  const Query query = *queries();
  const int status = *rc::gen::inRange(-1, 1000);
  const TransportResponse response{status, *rc::gen::elementOf(fixtures()), std::nullopt};
  check(query, response);
  if (status < 200 || status > 299) RC_ASSERT(!classify(query, response, kAnswerTime).result);
}

RC_GTEST_PROP(ClassifyProperty, AnyPiecesOfJsonAreAnswered, ()) {
  const auto pieces = *rc::gen::container<std::vector<std::string>>(rc::gen::element<std::string>(
      "{", "}", "[", "]", ",", ":", "\"Global Quote\"", "\"Time Series (Daily)\"", "\"Meta Data\"",
      "\"2. Symbol\"", "\"ACME\"", "\"01. symbol\"", "\"05. price\"", "\"1.5\"", "1", "null",
      "\"bestMatches\"", "\"markets\"", "\"Note\"", "\"Error Message\"", "\"\""));
  std::string body;
  for (const std::string& piece : pieces) body += piece;
  check(*queries(), status_200(body));
}

RC_GTEST_PROP(ClassifyProperty, AMutatedAnswerNeverBreaksAnInvariant, ()) {
  std::string body = *rc::gen::elementOf(fixtures());
  const int steps = *rc::gen::inRange(1, 6);
  for (int i = 0; i < steps; ++i) body = mutated(std::move(body));
  check(*queries(), status_200(body));
}

RC_GTEST_PROP(ClassifyProperty, AQuoteIsReturnedExactlyWhenItsPriceIsAboveZero, ()) {
  const auto price =
      *rc::gen::container<std::string>(rc::gen::elementOf(std::string("0011223456789.-+e")));
  const auto decimal = Decimal::parse(price);
  const ReadResult result =
      classify(
          {Function::global_quote, "ACME"},
          status_200(R"({"Global Quote": {"01. symbol": "ACME", "05. price": ")" + price + "\"}}"),
          kAnswerTime)
          .result;
  RC_ASSERT(result.has_value() == (decimal && decimal->is_positive()));
  if (result) RC_ASSERT(std::get<Quote>(*result).price == *decimal);
  if (!result) RC_ASSERT(result.error().kind == FailureKind::data_fault);
}

RC_GTEST_PROP(ClassifyProperty, AnotherSymbolsQuoteIsNeverAccepted, ()) {
  const auto symbols =
      rc::gen::nonEmpty(rc::gen::container<std::string>(rc::gen::elementOf(std::string("AB.-"))));
  const std::string asked = *symbols;
  const std::string returned = *symbols;
  const ReadResult result =
      classify(
          {Function::global_quote, asked},
          status_200(R"({"Global Quote": {"05. price": "1", "01. symbol": ")" + returned + "\"}}"),
          kAnswerTime)
          .result;
  RC_ASSERT(result.has_value() == same_symbol(asked, returned));
}

// Uses no words that report an outage, such as "maintenance".
RC_GTEST_PROP(ClassifyProperty, ANoticeOfARefusalIsNeverAFailure, ()) {
  const auto words = *rc::gen::container<std::vector<std::string>>(rc::gen::element<std::string>(
      "limit is", "frequency is", "25", "requests", "per", "day", "minute", "second", "burst",
      "premium", "demo", "key", "apikey", "invalid", "missing", "parameter", "call volume",
      "Invalid API call", kCanary, "reached the", "/"));
  std::string text;
  for (const std::string& word : words) text += word + " ";
  const std::string key = *rc::gen::element<std::string>("Note", "Information");
  const Query query = *queries();
  const TransportResponse response = status_200("{\"" + key + "\": \"" + text + "\"}");
  check(query, response);
  const ReadResult result = classify(query, response, kAnswerTime).result;
  RC_ASSERT(!result);
  RC_ASSERT(verdict_of(result.error().kind, false) == circuitbreaker::Verdict::ignored);
}

}  // namespace
}  // namespace stockclient
