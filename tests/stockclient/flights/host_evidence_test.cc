// Which failures and slow calls of one function are blamed on the host.

#include "stockclient/flights/host_evidence.h"

#include <gtest/gtest.h>

namespace stockclient::testing {
namespace {

using namespace std::chrono_literals;
using circuitbreaker::TimePoint;

constexpr auto kQuotes = Function::global_quote;
constexpr auto kSeries = Function::daily_series;
constexpr auto kSearches = Function::symbol_search;

circuitbreaker::Settings slow_call_rule() {
  circuitbreaker::Settings settings;
  settings.slow_call_rate = 0.5;
  settings.slow_call_duration = 2s;
  settings.window.calls = 8;
  settings.window.minimum_calls = 2;
  return settings;
}

class HostEvidenceTest : public ::testing::Test {
 protected:
  static TimePoint at(std::chrono::seconds time) { return TimePoint(time); }
  HostEvidence evidence{slow_call_rule()};
};

TEST_F(HostEvidenceTest, AFailureCountsForTheHostUntilAnotherFunctionSucceeds) {
  EXPECT_TRUE(evidence.failed(kSeries, true, at(1s)));
  EXPECT_TRUE(evidence.failed(kSeries, true, at(2s)));
  evidence.succeeded(kQuotes, false, at(3s));
  EXPECT_FALSE(evidence.failed(kSeries, true, at(4s)));
  EXPECT_TRUE(evidence.failed(kSeries, false, at(5s))) << "no connection was made";
  EXPECT_TRUE(evidence.failed(kQuotes, true, at(6s))) << "its own success excuses nothing";
}

TEST_F(HostEvidenceTest, OnlySuccessesSinceTheFirstConsecutiveFailureExcuse) {
  evidence.succeeded(kQuotes, false, at(1s));
  EXPECT_TRUE(evidence.failed(kSeries, true, at(2s)));
  evidence.succeeded(kQuotes, false, at(3s));
  evidence.succeeded(kSeries, false, at(4s));
  EXPECT_TRUE(evidence.failed(kSeries, true, at(5s)));
}

TEST_F(HostEvidenceTest, SlowCallsOfAllFunctionsTogetherGiveUpTheHost) {
  EXPECT_FALSE(evidence.became_slow(kQuotes, at(1s)));
  EXPECT_FALSE(evidence.became_slow(kSeries, at(1s)));
  EXPECT_FALSE(evidence.became_slow(kSearches, at(1s)));
  EXPECT_TRUE(evidence.became_slow(kQuotes, at(1s)));
  EXPECT_FALSE(evidence.became_slow(kQuotes, at(1s))) << "the count starts anew";
}

TEST_F(HostEvidenceTest, APromptAnswerOfAnotherFunctionExcusesSlowCalls) {
  evidence.succeeded(kQuotes, false, at(2s));
  for (int i = 0; i < 20; ++i) EXPECT_FALSE(evidence.became_slow(kSeries, at(1s)));
  EXPECT_FALSE(evidence.blames_host_for_slowness(kSeries, at(1s)));
  EXPECT_FALSE(evidence.blames_host_for_slowness(kSeries, at(3s))) << "one run since 1 s";
  EXPECT_TRUE(evidence.blames_host_for_slowness(kQuotes, at(1s)));
}

TEST_F(HostEvidenceTest, APromptAnswerOfTheFunctionItselfBeginsANewRunOfSlowCalls) {
  evidence.note_slow(kSeries, at(1s));
  evidence.succeeded(kQuotes, false, at(2s));
  evidence.succeeded(kSeries, true, at(3s));
  EXPECT_FALSE(evidence.blames_host_for_slowness(kSeries, at(3s)));
  evidence.succeeded(kSeries, false, at(4s));
  EXPECT_TRUE(evidence.blames_host_for_slowness(kSeries, at(5s)));
}

TEST_F(HostEvidenceTest, ASlowAnswerExcusesFailuresButNotSlowness) {
  EXPECT_TRUE(evidence.failed(kSeries, true, at(1s)));
  evidence.succeeded(kQuotes, true, at(2s));
  EXPECT_FALSE(evidence.failed(kSeries, true, at(3s)));
  EXPECT_TRUE(evidence.blames_host_for_slowness(kSeries, at(1s)));
}

TEST_F(HostEvidenceTest, APromptAnswerInterruptsTheRowOfSlowCalls) {
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(evidence.became_slow(kQuotes, at(1s)));
  evidence.succeeded(kQuotes, false, at(4s));
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(evidence.became_slow(kQuotes, at(5s)));
  EXPECT_TRUE(evidence.became_slow(kQuotes, at(5s)));
}

TEST_F(HostEvidenceTest, WithoutASlowCallRuleOfTheHostNothingIsBlamedOnItForSlowness) {
  evidence.configure({});
  for (int i = 0; i < 20; ++i) EXPECT_FALSE(evidence.became_slow(kQuotes, at(1s)));
  EXPECT_FALSE(evidence.blames_host_for_slowness(kQuotes, at(1s)));
}

}  // namespace
}  // namespace stockclient::testing
