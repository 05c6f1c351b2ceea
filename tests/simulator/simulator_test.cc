#include "stockclient/simulator/simulator.h"

#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/support/http_client.h"
#include "tests/support/process.h"

namespace stockclient {
namespace {

using nlohmann::json;
using test_support::eventually;
using test_support::exchange_raw;
using test_support::http_get;
using test_support::http_request;
using test_support::HttpCall;
using test_support::HttpResponse;
using testing::HasSubstr;
using testing::Not;
using namespace std::chrono_literals;

const std::string kQuote = "/query?function=GLOBAL_QUOTE&symbol=IBM&apikey=KEY";

class SimulatorTest : public testing::Test {
 protected:
  void start(const SimulatorOptions& options) { simulator_.emplace(options); }
  [[nodiscard]] std::uint16_t port() const { return simulator_->port(); }
  [[nodiscard]] HttpResponse quote() const { return http_get(port(), kQuote); }

  void set_mode(const std::string& body) const {
    const HttpResponse response = http_request(port(), "PUT", "/_control/mode", body);
    ASSERT_EQ(response.status, 200) << response.body;
  }
  [[nodiscard]] json calls() const { return json::parse(http_get(port(), "/_control/calls").body); }
  [[nodiscard]] int in_flight() const { return calls().at("inFlight").get<int>(); }

  std::optional<Simulator> simulator_{std::in_place, SimulatorOptions()};
};

TEST_F(SimulatorTest, AnswersQuotes) {
  const HttpResponse response = quote();
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.header("Content-Type"), "application/json");
  EXPECT_EQ(json::parse(response.body).at("Global Quote").at("01. symbol"), "IBM");
}

TEST_F(SimulatorTest, AnswersOtherPathsAndMethodsWithHtml) {
  EXPECT_EQ(http_get(port(), "/nothing").status, 404);
  EXPECT_EQ(http_request(port(), "POST", kQuote, "x").status, 405);
  EXPECT_EQ(http_request(port(), "HEAD", kQuote).status, 405);
}

TEST_F(SimulatorTest, ReportsCallsAndForgetsThemOnRequest) {
  static_cast<void>(quote());
  EXPECT_EQ(calls().at("total"), 1);
  EXPECT_EQ(calls().at("bySymbol").at("IBM"), 1);
  EXPECT_EQ(http_request(port(), "DELETE", "/_control/calls").status, 200);
  EXPECT_EQ(calls().at("total"), 0);
}

TEST_F(SimulatorTest, RejectsInvalidControlInputWithAReason) {
  for (const char* const body : {"", "x", R"({"mode":"nope"})", R"({"mode":"replay"})"}) {
    const HttpResponse response = http_request(port(), "PUT", "/_control/mode", body);
    EXPECT_EQ(response.status, 400) << body;
    EXPECT_FALSE(json::parse(response.body).at("error").get<std::string>().empty());
  }
  EXPECT_EQ(http_get(port(), "/_control/nothing").status, 404);
  EXPECT_EQ(http_request(port(), "POST", "/_control/mode", "{}").status, 405);
  EXPECT_EQ(http_request(port(), "PUT", "/_control/calls", "{}").status, 405);
  EXPECT_EQ(quote().status, 200) << "a refused change changes nothing";
}

TEST_F(SimulatorTest, FailsInEveryWayThatIsStillAnAnswer) {
  struct Case {
    const char* mode;
    int status;
    const char* part_of_body;
  };
  for (const Case& expected :
       {Case{"error", 500, "Internal server error"}, Case{"garbage", 200, "\xff\xfe"},
        Case{"html", 200, "<!DOCTYPE html>"}, Case{"data-fault", 200, R"("05. price": "0.0000")"},
        Case{"wrong-symbol", 200, "NOT.IBM"}, Case{"throttle-second", 200, "spreading out"},
        Case{"throttle-minute", 200, "frequency is 5 calls per minute"},
        Case{"throttle-day", 200, "API key as KEY and"},
        Case{"throttle-day", 200, "limit is 25 requests per day"}, Case{"status-429", 429, "html"},
        Case{"status-403", 403, "html"}, Case{"bad-key", 200, "apikey is invalid or missing"},
        Case{"premium", 200, "premium endpoint"}}) {
    set_mode(std::string(R"({"mode":")") + expected.mode + "\"}");
    const HttpResponse response = quote();
    EXPECT_EQ(response.status, expected.status) << expected.mode;
    EXPECT_THAT(response.body, HasSubstr(expected.part_of_body)) << expected.mode;
  }
  set_mode(R"({"mode":"empty"})");
  EXPECT_EQ(quote().body, "");
  set_mode(R"({"mode":"html","status":503})");
  EXPECT_EQ(quote().status, 503);
  set_mode(R"({"mode":"ok"})");
  EXPECT_THAT(quote().body, HasSubstr("Global Quote"));
}

TEST_F(SimulatorTest, SendsHalfOfATruncatedBody) {
  const std::string whole = quote().body;
  set_mode(R"({"mode":"truncated"})");
  const std::string received = exchange_raw(port(), "GET " + kQuote + " HTTP/1.1\r\n\r\n");
  EXPECT_THAT(received, HasSubstr("Content-Length: " + std::to_string(whole.size())));
  EXPECT_THAT(received, testing::EndsWith(whole.substr(0, whole.size() / 2)));
}

TEST_F(SimulatorTest, ResetsConnections) {
  set_mode(R"({"mode":"reset"})");
  EXPECT_THROW(
      {
        try {
          static_cast<void>(quote());
        } catch (const std::runtime_error& error) {
          EXPECT_THAT(error.what(), HasSubstr("reset by peer"));
          throw;
        }
      },
      std::runtime_error);
}

TEST_F(SimulatorTest, KeepsHundredsOfCallsHangingAndStillAnswers) {
  set_mode(R"({"mode":"hang"})");
  std::vector<HttpCall> hanging;
  hanging.reserve(500);
  for (int i = 0; i < 500; ++i) hanging.emplace_back(port(), "GET", kQuote);
  ASSERT_TRUE(eventually([&] { return in_flight() == 500; }));
  set_mode(R"({"mode":"hang"})");
  EXPECT_EQ(in_flight(), 500) << "setting hang again releases nobody";
  set_mode(R"({"mode":"ok"})");
  EXPECT_EQ(in_flight(), 0);
  for (HttpCall& call : hanging) {
    EXPECT_THROW(static_cast<void>(call.response()), std::runtime_error);
  }
  EXPECT_EQ(quote().status, 200);
}

TEST_F(SimulatorTest, ForgetsHangingCallersThatDisconnect) {
  set_mode(R"({"mode":"hang"})");
  {
    const HttpCall call(port(), "GET", kQuote);
    ASSERT_TRUE(eventually([&] { return in_flight() == 1; }));
  }
  EXPECT_TRUE(eventually([&] { return in_flight() == 0; }));
}

TEST_F(SimulatorTest, EndsDelayedCallsWhenItStops) {
  set_mode(R"({"mode":"slow","latency":"1m"})");
  std::vector<HttpCall> waiting;
  waiting.emplace_back(port(), "GET", kQuote);
  ASSERT_TRUE(eventually([&] { return in_flight() == 1; }));
  simulator_->stop();
  EXPECT_THROW(static_cast<void>(waiting.back().response()), std::runtime_error);
}

TEST_F(SimulatorTest, StopsWhileCallsHang) {
  set_mode(R"({"mode":"hang"})");
  HttpCall call(port(), "GET", kQuote);
  ASSERT_TRUE(eventually([&] { return in_flight() == 1; }));
  simulator_->stop();
  simulator_->stop();
  EXPECT_THROW(static_cast<void>(call.response()), std::runtime_error);
}

TEST_F(SimulatorTest, DelaysRepliesByItsLatency) {
  start({.latency = 30ms});
  EXPECT_GE(quote().took, 30ms);
  set_mode(R"({"mode":"slow","latency":"60ms"})");
  EXPECT_GE(quote().took, 60ms);
}

TEST_F(SimulatorTest, DelaysManyCallsConcurrently) {
  start({.latency = 100ms});
  std::vector<HttpCall> under_way;
  under_way.reserve(50);
  for (int i = 0; i < 50; ++i) under_way.emplace_back(port(), "GET", kQuote);
  EXPECT_TRUE(eventually([&] { return in_flight() > 1; }));
  for (HttpCall& call : under_way) EXPECT_EQ(call.response().status, 200);
}

TEST_F(SimulatorTest, AppliesTheModeToAFractionOfCalls) {
  set_mode(R"({"mode":"error","fraction":0.25})");
  int failed = 0;
  for (int i = 0; i < 20; ++i) {
    if (quote().status == 500) ++failed;
  }
  EXPECT_EQ(failed, 5);
}

TEST_F(SimulatorTest, AppliesTheModeToOneFunctionOnly) {
  set_mode(R"({"mode":"error","function":"GLOBAL_QUOTE"})");
  EXPECT_EQ(quote().status, 500);
  EXPECT_EQ(http_get(port(), "/query?function=MARKET_STATUS&apikey=KEY").status, 200);
  set_mode(R"({"mode":"error","function":"MARKET_STATUS","fraction":0.5})");
  EXPECT_EQ(quote().status, 200);
  int failed = 0;
  for (int i = 0; i < 10; ++i) {
    if (http_get(port(), "/query?function=MARKET_STATUS&apikey=KEY").status == 500) ++failed;
    EXPECT_EQ(quote().status, 200) << "calls of other functions do not use up the fraction";
  }
  EXPECT_EQ(failed, 5);
}

TEST_F(SimulatorTest, ServesPipelinedRequests) {
  std::string requests;
  for (int i = 0; i < 50; ++i) requests += "GET " + kQuote + " HTTP/1.1\r\nHost: x\r\n\r\n";
  requests += "GET " + kQuote + " HTTP/1.1\r\nConnection: close\r\n\r\n";
  const std::string received = exchange_raw(port(), requests);
  std::size_t answers = 0;
  for (std::size_t at = 0; (at = received.find("HTTP/1.1 200 OK", at)) != std::string::npos; ++at) {
    ++answers;
  }
  EXPECT_EQ(answers, 51U);
}

TEST_F(SimulatorTest, RejectsBytesThatAreNotHttp) {
  EXPECT_THAT(exchange_raw(port(), "hello\r\n\r\n"), HasSubstr("HTTP/1.1 400"));
}

TEST_F(SimulatorTest, RefusesCallsBeyondItsLimitsWithTheRealMessages) {
  start({.limit_per_second = 1});
  EXPECT_THAT(quote().body, HasSubstr("Global Quote"));
  EXPECT_THAT(quote().body, HasSubstr("spreading out"));
  start({.limit_per_minute = 2});
  static_cast<void>(quote());
  static_cast<void>(quote());
  EXPECT_THAT(quote().body, HasSubstr("frequency is 2 calls per minute"));
  start({.limit_per_second = 1, .limit_per_day = 1});
  static_cast<void>(quote());
  EXPECT_THAT(quote().body, HasSubstr("limit is 1 requests per day"));
}

TEST_F(SimulatorTest, ServesRecordingsAndASelectedFile) {
  const test_support::TemporaryFolder folder;
  folder.write("page.html", "<html>recorded");
  folder.write("INDEX.tsv", "file\tfunction\tsymbol\tstatus\npage.html\tGLOBAL_QUOTE\tDOWN\t503\n");
  start({.replay_dir = folder.path().string()});
  const std::string down = "/query?function=GLOBAL_QUOTE&symbol=down&apikey=KEY";
  EXPECT_EQ(http_get(port(), down).status, 503);
  EXPECT_EQ(http_get(port(), down).body, "<html>recorded");
  EXPECT_THAT(quote().body, HasSubstr("Global Quote")) << "not in the index, so invented";
  set_mode(R"({"mode":"replay","file":"page.html","status":418})");
  EXPECT_EQ(quote().status, 418);
  EXPECT_EQ(quote().body, "<html>recorded");
  EXPECT_EQ(
      http_request(port(), "PUT", "/_control/mode", R"({"mode":"replay","file":"no"})").status,
      400);
  EXPECT_EQ(quote().status, 418);
  set_mode(R"({"mode":"replay"})");
  EXPECT_THAT(quote().body, HasSubstr("Global Quote"));
}

TEST_F(SimulatorTest, RedactsTheKeyInItsCalls) {
  set_mode(R"({"mode":"throttle-day"})");
  EXPECT_THAT(quote().body, HasSubstr("KEY"));
  EXPECT_THAT(http_get(port(), "/_control/calls").body, Not(HasSubstr("KEY&")));
  EXPECT_EQ(calls().at("lastRequest"),
            "GET /query?function=GLOBAL_QUOTE&symbol=IBM&apikey=REDACTED");
}

TEST(SimulatorOptionsTest, AreRejectedWhenInvalid) {
  EXPECT_THROW(Simulator({.limit_per_day = 0}), std::invalid_argument);
  EXPECT_THROW(Simulator({.replay_dir = "/does/not/exist"}), std::runtime_error);
  const Simulator first({});
  EXPECT_THROW(Simulator({.port = first.port()}), std::runtime_error);
}

}  // namespace
}  // namespace stockclient
