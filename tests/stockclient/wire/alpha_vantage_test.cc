#include "stockclient/wire/alpha_vantage.h"

#include <ostream>
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/stockclient/files.h"

namespace stockclient {
namespace {

using std::chrono::seconds;

/// Remembers what it was asked and answers what it was told.
class FakeTransport final : public Transport {
 public:
  explicit FakeTransport(TransportResult result) : result_(std::move(result)) {}

  TransportResult get(const std::string& target, circuitbreaker::Duration timeout,
                      std::stop_token stop) override {
    targets.push_back(target);
    last_timeout = timeout;
    last_stop = std::move(stop);
    return result_;
  }

  std::vector<std::string> targets;
  circuitbreaker::Duration last_timeout{};
  std::stop_token last_stop;

 private:
  TransportResult result_;
};

FakeTransport answering(std::string body) {
  return FakeTransport(TransportResponse{200, std::move(body), std::nullopt});
}

AlphaVantageSettings settings(std::string key = "KEY") {
  return {.api_key = Secret(std::move(key))};
}

std::string target_of(const Query& query, AlphaVantageSettings with = settings()) {
  FakeTransport transport = answering("{}");
  AlphaVantage upstream(std::move(with), transport);
  static_cast<void>(upstream.fetch(query, seconds(5), {}));
  EXPECT_EQ(transport.targets.size(), 1U);
  return transport.targets.front();
}

TEST(AlphaVantage, AsksEachFunctionWithItsParameters) {
  EXPECT_EQ(target_of({Function::global_quote, "IBM"}),
            "/query?function=GLOBAL_QUOTE&symbol=IBM&apikey=KEY");
  EXPECT_EQ(target_of({Function::daily_series, "IBM"}),
            "/query?function=TIME_SERIES_DAILY&symbol=IBM&outputsize=compact&apikey=KEY");
  EXPECT_EQ(target_of({Function::symbol_search, "tesco plc"}),
            "/query?function=SYMBOL_SEARCH&keywords=tesco%20plc&apikey=KEY");
  EXPECT_EQ(target_of({Function::market_status, ""}), "/query?function=MARKET_STATUS&apikey=KEY");
}

TEST(AlphaVantage, EncodesEveryValue) {
  EXPECT_EQ(target_of({Function::global_quote, "M&M"}),
            "/query?function=GLOBAL_QUOTE&symbol=M%26M&apikey=KEY");
  EXPECT_EQ(target_of({Function::global_quote, "FRA:IQQE"}),
            "/query?function=GLOBAL_QUOTE&symbol=FRA%3AIQQE&apikey=KEY");
  EXPECT_EQ(target_of({Function::global_quote, "^FCHI"}),
            "/query?function=GLOBAL_QUOTE&symbol=%5EFCHI&apikey=KEY");
  EXPECT_EQ(target_of({Function::symbol_search, "a&apikey=x#\xC3\xA9%00\r\n+"}),
            "/query?function=SYMBOL_SEARCH&keywords=a%26apikey%3Dx%23%C3%A9%2500%0D%0A%2B&"
            "apikey=KEY");
  EXPECT_EQ(target_of({Function::market_status, ""}, settings("a&b")),
            "/query?function=MARKET_STATUS&apikey=a%26b");
}

TEST(AlphaVantage, SaysItsEntitlementWithQuotesOnly) {
  AlphaVantageSettings entitled = settings();
  entitled.entitlement = "delayed";
  EXPECT_EQ(target_of({Function::global_quote, "IBM"}, entitled),
            "/query?function=GLOBAL_QUOTE&symbol=IBM&entitlement=delayed&apikey=KEY");
  EXPECT_EQ(target_of({Function::market_status, ""}, entitled),
            "/query?function=MARKET_STATUS&apikey=KEY");
}

TEST(AlphaVantage, ReturnsWhatTheAnswerHolds) {
  FakeTransport transport = answering(testing::fixture("quote.json"));
  AlphaVantage upstream(settings(), transport);
  const AttemptResult result = upstream.fetch({Function::global_quote, "ACME"}, seconds(5), {});
  ASSERT_TRUE(result) << result.error().detail;
  EXPECT_EQ(std::get<Quote>(*result).price.text(), "121.74");
}

TEST(AlphaVantage, HandsOnTimeAndStop) {
  FakeTransport transport = answering("{}");
  AlphaVantage upstream(settings(), transport);
  const std::stop_source source;
  static_cast<void>(upstream.fetch({Function::market_status, ""}, seconds(3), source.get_token()));
  EXPECT_EQ(transport.last_timeout, seconds(3));
  EXPECT_EQ(transport.last_stop, source.get_token());
}

TEST(AlphaVantage, ClassifiesATransportError) {
  FakeTransport transport(circuitbreaker::unexpected<TransportError>(
      TransportError{TransportFault::timeout, "too slow"}));
  AlphaVantage upstream(settings(), transport);
  const AttemptResult result = upstream.fetch({Function::global_quote, "IBM"}, seconds(5), {});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().answer_class, AnswerClass::timeout);
}

TEST(AlphaVantage, NeverRepeatsAKeyThatTheUpstreamEchoes) {
  FakeTransport transport = answering(testing::fixture("notice_day.json"));
  AlphaVantage upstream(settings("CANARYKEY"), transport);
  const AttemptResult result = upstream.fetch({Function::global_quote, "IBM"}, seconds(5), {});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().detail.find("CANARYKEY"), std::string::npos);
}

class ThrowingTransport final : public Transport {
 public:
  TransportResult get(const std::string& /*target*/, circuitbreaker::Duration /*timeout*/,
                      std::stop_token /*stop*/) override {
    throw std::runtime_error("with a CANARYKEY");
  }
};

TEST(AlphaVantage, AnExceptionOnTheWayIsOurFaultAndSaysNothing) {
  ThrowingTransport transport;
  AlphaVantage upstream(settings(), transport);
  const AttemptResult result = upstream.fetch({Function::global_quote, "IBM"}, seconds(5), {});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().answer_class, AnswerClass::our_fault);
  EXPECT_EQ(result.error().detail, "internal error");
}

TEST(AlphaVantage, NeedsAKey) {
  ThrowingTransport transport;
  EXPECT_THROW(AlphaVantage(settings(""), transport), std::invalid_argument);
}

template <class Value>
concept Streamable = requires(std::ostream& out, const Value& value) {
  out << value;
};

TEST(Secret, CannotBeStreamed) {
  EXPECT_FALSE(Streamable<Secret>);
  EXPECT_FALSE((std::is_convertible_v<Secret, std::string>));
}

}  // namespace
}  // namespace stockclient
