// The table by itself: what depends on who comes first between two threads.

#include "stockclient/flights/flight_table.h"

#include <gtest/gtest.h>

#include "tests/stockclient/work/manual_scheduler.h"

namespace stockclient::testing {
namespace {

const Query kQuery{Function::global_quote, "A"};

TEST(FlightTable, WhoComesJustAfterALandingIsSentBackToTheCacheInsteadOfToTheUpstream) {
  circuitbreaker::ManualClock clock;
  ManualScheduler scheduler(clock);
  bool cached = false;
  const auto table = std::make_shared<FlightTable>(
      FlightLimits{10, 10}, scheduler, [&](const Query&, Purpose) { return !cached; },
      [](const PlacePtr&, Phase) {});
  const auto board = [&] {
    return table->board(kQuery, Purpose::never_seen, {}, clock.now(), nullptr, clock.now());
  };
  const auto first = board();
  EXPECT_EQ(first.how, FlightTable::Boarding::began);
  // Landing: first the cache, then the table.
  cached = true;
  EXPECT_EQ(board().how, FlightTable::Boarding::joined);
  EXPECT_TRUE(table->land(first.flight).empty());
  EXPECT_EQ(board().how, FlightTable::Boarding::look_again);
  EXPECT_EQ(table->flights(), 0u);
}

}  // namespace
}  // namespace stockclient::testing
