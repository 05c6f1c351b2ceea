// How many workers one function may occupy, and which flight gets a free one.

#include "stockclient/flights/worker_shares.h"

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace stockclient::testing {
namespace {

FlightPtr flight_for(Function function, const std::string& symbol,
                     Purpose purpose = Purpose::never_seen) {
  return std::make_shared<Flight>(Query{function, symbol}, purpose, std::string(),
                                  circuitbreaker::TimePoint());
}

std::size_t admitted(std::size_t workers) {
  WorkerShares shares(workers);
  std::size_t count = 0;
  while (count < 1000 && shares.enter(flight_for(Function::daily_series, "A"))) ++count;
  return count;
}

TEST(WorkerSharesTest, AFunctionHoldsAtMostThreeQuartersOfTheWorkersAndAtLeastOne) {
  EXPECT_EQ(admitted(16), 12u);
  EXPECT_EQ(admitted(4), 3u);
  EXPECT_EQ(admitted(3), 2u);
  EXPECT_EQ(admitted(2), 1u);
  EXPECT_EQ(admitted(1), 1u);
}

TEST(WorkerSharesTest, FunctionsDoNotTakeFromEachOther) {
  WorkerShares shares(1);
  EXPECT_TRUE(shares.enter(flight_for(Function::daily_series, "A")));
  EXPECT_FALSE(shares.enter(flight_for(Function::daily_series, "B")));
  EXPECT_TRUE(shares.enter(flight_for(Function::global_quote, "A")));
  EXPECT_EQ(shares.leave(Function::global_quote), nullptr);
  EXPECT_EQ(shares.leave(Function::daily_series)->query.argument, "B");
}

TEST(WorkerSharesTest, FlightsForUnknownValuesAreNextInTheOrderTheyCame) {
  WorkerShares shares(1);
  EXPECT_TRUE(shares.enter(flight_for(Function::global_quote, "FIRST")));
  EXPECT_FALSE(shares.enter(flight_for(Function::global_quote, "REFRESH", Purpose::refresh)));
  EXPECT_FALSE(shares.enter(flight_for(Function::global_quote, "NEW1")));
  EXPECT_FALSE(shares.enter(flight_for(Function::global_quote, "NEW2")));
  for (const char* next : {"NEW1", "NEW2", "REFRESH"}) {
    EXPECT_EQ(shares.leave(Function::global_quote)->query.argument, next);
  }
  EXPECT_EQ(shares.leave(Function::global_quote), nullptr);
  EXPECT_TRUE(shares.enter(flight_for(Function::global_quote, "LATER")));
}

TEST(WorkerSharesTest, ThreadsRunEveryFlightOnceAndNeverMoreThanTheShareSimultaneously) {
  constexpr std::size_t kLimit = 3;
  constexpr int kThreads = 8;
  constexpr int kFlightsOfAThread = 500;
  WorkerShares shares(4);
  std::atomic<std::size_t> running{0};
  std::atomic<std::size_t> most{0};
  std::atomic<int> done{0};
  const auto run = [&] {
    const std::size_t now = ++running;
    std::size_t before = most;
    while (before < now && !most.compare_exchange_weak(before, now)) {
    }
    ++done;
    --running;
  };
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([&] {
        for (int i = 0; i < kFlightsOfAThread; ++i) {
          if (!shares.enter(flight_for(Function::daily_series, "A"))) continue;
          do run();
          while (shares.leave(Function::daily_series));
        }
      });
    }
  }
  EXPECT_EQ(done, kThreads * kFlightsOfAThread);
  EXPECT_LE(most, kLimit);
}

}  // namespace
}  // namespace stockclient::testing
