// Races between flights that end and callers that arrive.

#include "stockclient/flights/flight_table.h"

#include <gtest/gtest.h>

#include "tests/stockclient/work/manual_scheduler.h"

namespace stockclient::testing {
namespace {

const Query kQuery{Function::global_quote, "A"};

TEST(FlightTable, ACallerThatArrivesJustAfterAFlightEndedIsSentBackToTheCache) {
  circuitbreaker::ManualClock clock;
  ManualScheduler scheduler(clock);
  bool cached = false;
  const auto table = std::make_shared<FlightTable>(FlightLimits{10, 10}, scheduler,
                                                   [&](const Query&, Purpose) { return !cached; });
  const auto join = [&] {
    return table->join({kQuery, Purpose::never_seen, {}, clock.now()}, nullptr, clock.now());
  };
  const auto first = join();
  EXPECT_EQ(first.status, JoinStatus::started);
  // Ends a flight as the runner does: the cache is updated before the table.
  cached = true;
  EXPECT_EQ(join().status, JoinStatus::joined);
  EXPECT_TRUE(table->finish(first.flight).empty());
  EXPECT_EQ(join().status, JoinStatus::not_needed);
  EXPECT_EQ(table->flights(), 0u);
}

}  // namespace
}  // namespace stockclient::testing
