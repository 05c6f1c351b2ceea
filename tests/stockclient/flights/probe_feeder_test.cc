// The probes that are started while the breaker is not closed.

#include "stockclient/flights/probe_feeder.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace stockclient::testing {
namespace {

class ProbeFeederTest : public ::testing::Test {
 protected:
  void request(const std::string& symbol, int times = 1) {
    for (int i = 0; i < times; ++i) feeder.note_request({Function::global_quote, symbol});
  }

  bool wants_probe = false;
  Function probed = Function::global_quote;
  bool has_quota = true;
  std::vector<std::string> started;
  ProbeFeeder feeder{
      2,
      {.wants_probe = [this](Function function) { return wants_probe && function == probed; },
       .has_quota = [this] { return has_quota; },
       .probes_under_way = [this] { return started.size(); },
       .start_probe = [this](const Query& query) { started.push_back(query.argument); }}};
};

TEST_F(ProbeFeederTest, StartsAsManyOfTheMostRequestedQueriesAsTheBreakerAdmits) {
  request("RARE");
  request("POPULAR", 3);
  request("COMMON", 2);
  EXPECT_TRUE(started.empty()) << "the breaker is open";
  wants_probe = true;
  feeder.feed();
  EXPECT_EQ(started, (std::vector<std::string>{"POPULAR", "COMMON"}));
  feeder.feed();
  EXPECT_EQ(started.size(), 2u);
}

TEST_F(ProbeFeederTest, StartsNothingWithoutQuota) {
  wants_probe = true;
  has_quota = false;
  request("A");
  EXPECT_TRUE(started.empty());
}

TEST_F(ProbeFeederTest, StartsOnlyQueriesOfFunctionsThatWantAProbe) {
  request("QUOTE", 3);
  feeder.note_request({Function::daily_series, "HISTORY"});
  wants_probe = true;
  probed = Function::daily_series;
  feeder.feed();
  EXPECT_EQ(started, std::vector<std::string>{"HISTORY"});
}

TEST_F(ProbeFeederTest, ForgetsAllRequestsWhenAllBreakersAreClosed) {
  request("A");
  circuitbreaker::StateChange change{};
  change.to = circuitbreaker::State::closed;
  change.snapshot.settings.half_open_max_calls = 1;
  feeder.breaker_changed(change, true);
  wants_probe = true;
  feeder.feed();
  EXPECT_TRUE(started.empty());
  request("B");
  request("C");
  EXPECT_EQ(started, std::vector<std::string>{"B"}) << "the new limit applies";
}

}  // namespace
}  // namespace stockclient::testing
