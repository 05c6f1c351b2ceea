#include "stockclient/simulator/call_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "stockclient/simulator/call_limit.h"

namespace stockclient::simulator {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

using Parameters = std::vector<std::pair<std::string, std::string>>;

Request get(const std::string& target, Parameters parameters) {
  return {.method = "GET",
          .target = target,
          .path = "/query",
          .parameters = std::move(parameters),
          .body = {}};
}

TEST(SimulatorCallLog, CountsByFunctionAndSymbol) {
  CallLog log;
  log.record(get("", {{"function", "GLOBAL_QUOTE"}, {"symbol", "ibm"}, {"apikey", "K1"}}));
  log.record(get("", {{"function", "GLOBAL_QUOTE"}, {"symbol", "IBM"}, {"apikey", "K1"}}));
  log.record(get("/query?function=SYMBOL_SEARCH&keywords=tesco&apikey=K1",
                 {{"function", "SYMBOL_SEARCH"}, {"keywords", "tesco"}, {"apikey", "K1"}}));
  const auto json = nlohmann::json::parse(log.to_json(4));
  EXPECT_EQ(json, nlohmann::json::parse(R"({"total":3,
      "byFunction":{"GLOBAL_QUOTE":2,"SYMBOL_SEARCH":1},"bySymbol":{"IBM":2,"TESCO":1},
      "lastRequest":"GET /query?function=SYMBOL_SEARCH&keywords=tesco&apikey=REDACTED",
      "inFlight":4})"));
}

TEST(SimulatorCallLog, StartsEmpty) {
  const auto json = nlohmann::json::parse(CallLog().to_json(0));
  EXPECT_EQ(json.at("total"), 0);
  EXPECT_TRUE(json.at("byFunction").is_object());
  EXPECT_TRUE(json.at("lastRequest").is_null());
}

TEST(SimulatorCallLog, RedactsTheKeyWhereverItOccurs) {
  for (const char* const target :
       {"/query?apikey=s3cret", "/query?%61pikey=s3cret&x=1", "/query?APIKEY=s3cret",
        "/query?apikey=s3cret&symbol=s3cret", "/s3cret?apikey=s3cret"}) {
    EXPECT_THAT(redacted_target(get(target, {{"apikey", "s3cret"}})), Not(HasSubstr("s3cret")))
        << target;
  }
}

TEST(SimulatorCallLog, DoesNotRedactAVeryShortKeyInOtherWords) {
  EXPECT_EQ(redacted_target(get("/query?symbol=K&apikey=k", {{"apikey", "k"}})),
            "/query?symbol=K&apikey=REDACTED");
}

TEST(SimulatorCallLog, StaysBounded) {
  CallLog log;
  for (int i = 0; i < 10'100; ++i) log.record(get("", {{"symbol", "S" + std::to_string(i)}}));
  const auto json = nlohmann::json::parse(log.to_json(0));
  EXPECT_EQ(json.at("total"), 10'100);
  EXPECT_EQ(json.at("bySymbol").size(), 10'000U);
}

TEST(SimulatorCallLimit, AllowsAtMostItsCallsInAnyWindow) {
  circuitbreaker::ManualClock clock;
  CallLimit limit(2, 1s);
  const auto call = [&] {
    if (limit.reached(clock.now())) return false;
    limit.count(clock.now());
    return true;
  };
  EXPECT_TRUE(call());
  clock.advance(600ms);
  EXPECT_TRUE(call());
  EXPECT_FALSE(call());
  clock.advance(400ms);
  EXPECT_TRUE(call()) << "the first has left the window";
  EXPECT_FALSE(call()) << "the second has not";
}

}  // namespace
}  // namespace stockclient::simulator
