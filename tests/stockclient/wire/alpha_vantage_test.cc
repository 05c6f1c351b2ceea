#include "stockclient/wire/alpha_vantage.h"

#include <ostream>
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/stockclient/files.h"
#include "tests/stockclient/wire/answer_time.h"

namespace stockclient {
namespace {

using std::chrono::seconds;

/// A transport that records its requests and returns prepared answers.
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

const testing::FixedWallClock kWall;

/// Records the reports of unreadable figures as `SYMBOL figure count`.
class FigureObserver final : public Observer {
 public:
  void figures_unreadable(const Query& query, Figure figure,
                          std::uint32_t count) noexcept override {
    reports.push_back(query.argument + " " + std::string(to_string(figure)) + " " +
                      std::to_string(count));
  }
  std::vector<std::string> reports;
};

FakeTransport answering(std::string body) {
  return FakeTransport(TransportResponse{200, std::move(body), std::nullopt});
}

AlphaVantageSettings settings(std::string key = "KEY") {
  return {.api_key = Secret(std::move(key))};
}

std::string target_of(const Query& query, AlphaVantageSettings with = settings()) {
  FigureObserver observer;
  FakeTransport transport = answering("{}");
  AlphaVantage upstream(std::move(with), transport, kWall, observer);
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

TEST(AlphaVantage, SendsItsEntitlementOnlyWithQuotes) {
  AlphaVantageSettings entitled = settings();
  entitled.entitlement = "delayed";
  EXPECT_EQ(target_of({Function::global_quote, "IBM"}, entitled),
            "/query?function=GLOBAL_QUOTE&symbol=IBM&entitlement=delayed&apikey=KEY");
  EXPECT_EQ(target_of({Function::market_status, ""}, entitled),
            "/query?function=MARKET_STATUS&apikey=KEY");
}

TEST(AlphaVantage, ReturnsTheDataOfTheAnswer) {
  FigureObserver observer;
  FakeTransport transport = answering(testing::fixture("quote.json"));
  AlphaVantage upstream(settings(), transport, kWall, observer);
  const AttemptResult result = upstream.fetch({Function::global_quote, "ACME"}, seconds(5), {});
  ASSERT_TRUE(result) << result.error().detail;
  EXPECT_EQ(std::get<Quote>(result->data).price.text(), "121.74");
}

TEST(AlphaVantage, ReportsEveryKindOfUnreadableFigureOnceWithItsCount) {
  FigureObserver observer;
  FakeTransport transport = answering(R"json({
      "Meta Data": {"2. Symbol": "ACME"},
      "Time Series (Daily)": {
        "2026-11-20": {"1. open": "1", "2. high": "1", "3. low": "0.0000", "4. close": "1"},
        "2026-11-19": {"1. open": "x", "2. high": "1", "3. low": "0.0000", "4. close": "1"}}})json");
  AlphaVantage upstream(settings(), transport, kWall, observer);
  EXPECT_TRUE(upstream.fetch({Function::daily_series, "ACME"}, seconds(5), {}));
  EXPECT_EQ(observer.reports, (std::vector<std::string>{"ACME open 1", "ACME low 2"}));
}

TEST(AlphaVantage, ReportsTheFigureThatMakesAnAnswerUnusable) {
  FigureObserver observer;
  FakeTransport transport =
      answering(R"({"Global Quote": {"01. symbol": "ACME", "05. price": "0.0000"}})");
  AlphaVantage upstream(settings(), transport, kWall, observer);
  EXPECT_FALSE(upstream.fetch({Function::global_quote, "ACME"}, seconds(5), {}));
  EXPECT_EQ(observer.reports, std::vector<std::string>{"ACME price 1"});
}

TEST(AlphaVantage, ReportsNothingAboutACompleteAnswer) {
  FigureObserver observer;
  FakeTransport transport = answering(testing::fixture("quote.json"));
  AlphaVantage upstream(settings(), transport, kWall, observer);
  EXPECT_TRUE(upstream.fetch({Function::global_quote, "ACME"}, seconds(5), {}));
  EXPECT_TRUE(observer.reports.empty());
}

TEST(AlphaVantage, PassesTimeoutAndStopTokenToTheTransport) {
  FigureObserver observer;
  FakeTransport transport = answering("{}");
  AlphaVantage upstream(settings(), transport, kWall, observer);
  const std::stop_source source;
  static_cast<void>(upstream.fetch({Function::market_status, ""}, seconds(3), source.get_token()));
  EXPECT_EQ(transport.last_timeout, seconds(3));
  EXPECT_EQ(transport.last_stop, source.get_token());
}

TEST(AlphaVantage, ClassifiesATransportError) {
  FigureObserver observer;
  FakeTransport transport(circuitbreaker::unexpected<TransportError>(
      TransportError{TransportFault::timeout, "too slow"}));
  AlphaVantage upstream(settings(), transport, kWall, observer);
  const AttemptResult result = upstream.fetch({Function::global_quote, "IBM"}, seconds(5), {});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, FailureKind::timeout);
}

TEST(AlphaVantage, NeverRepeatsAKeyThatTheUpstreamEchoes) {
  FigureObserver observer;
  FakeTransport transport = answering(testing::fixture("notice_day.json"));
  AlphaVantage upstream(settings("CANARYKEY"), transport, kWall, observer);
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

TEST(AlphaVantage, AnExceptionIsReportedAsOurFaultWithoutItsText) {
  FigureObserver observer;
  ThrowingTransport transport;
  AlphaVantage upstream(settings(), transport, kWall, observer);
  const AttemptResult result = upstream.fetch({Function::global_quote, "IBM"}, seconds(5), {});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, FailureKind::our_fault);
  EXPECT_EQ(result.error().detail, "internal error");
}

TEST(AlphaVantage, NeedsAKey) {
  FigureObserver observer;
  ThrowingTransport transport;
  EXPECT_THROW(AlphaVantage(settings(""), transport, kWall, observer), std::invalid_argument);
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
