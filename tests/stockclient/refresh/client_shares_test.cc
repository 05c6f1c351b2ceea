// How a day's calls are divided among clients.

#include "stockclient/refresh/client_shares.h"

#include <gtest/gtest.h>

#include "tests/stockclient/time/calendars.h"

namespace stockclient::testing {
namespace {

using namespace std::chrono_literals;

constexpr ClientId kAnn{1};
constexpr ClientId kBob{2};

class Shares : public ::testing::Test {
 protected:
  Shares() { shares.begin_day(morning); }

  [[nodiscard]] SharedCalls pool(double left) const { return {24, left, morning + 22h}; }

  ClientShares shares;
  WallTime morning = utc(2026, 10, 5, 8);
};

TEST_F(Shares, ALoneClientMayUseEverything) {
  shares.seen(kAnn, morning);
  shares.charge(kAnn, 23);
  EXPECT_TRUE(shares.may_use(kAnn, pool(1), morning));
}

TEST_F(Shares, OfTwoClientsEachIsEntitledToHalf) {
  shares.seen(kAnn, morning);
  shares.seen(kBob, morning);
  shares.charge(kAnn, 12);
  EXPECT_FALSE(shares.may_use(kAnn, pool(12), morning));
  EXPECT_TRUE(shares.may_use(kBob, pool(12), morning));
}

TEST_F(Shares, WhatTheOthersHaveUsedUpIsNotKeptForThem) {
  shares.seen(kAnn, morning);
  shares.seen(kBob, morning);
  shares.charge(kAnn, 12);
  shares.charge(kBob, 10);
  EXPECT_FALSE(shares.may_use(kAnn, pool(2), morning));
  EXPECT_TRUE(shares.may_use(kAnn, pool(3), morning));
}

TEST_F(Shares, InTheLastTwoHoursWhatIsLeftIsFreeToAll) {
  shares.seen(kAnn, morning);
  shares.seen(kBob, morning);
  shares.charge(kAnn, 20);
  EXPECT_FALSE(shares.may_use(kAnn, pool(4), morning + 21h));
  EXPECT_TRUE(shares.may_use(kAnn, pool(4), morning + 22h));
}

TEST_F(Shares, AClientThatWasNotSeenForAWeekCompetesNoMore) {
  shares.seen(kBob, morning - 8 * 24h);
  shares.seen(kAnn, morning);
  shares.charge(kAnn, 20);
  EXPECT_EQ(shares.competing(morning), 1u);
  EXPECT_TRUE(shares.may_use(kAnn, pool(4), morning));
}

TEST_F(Shares, ANewDayBeginsWithNothingUsed) {
  shares.seen(kAnn, morning);
  shares.charge(kAnn, 20);
  shares.begin_day(morning);
  EXPECT_EQ(shares.used(kAnn), 20);
  shares.begin_day(morning + 24h);
  EXPECT_EQ(shares.used(kAnn), 0);
}

TEST_F(Shares, FiveUnknownSymbolsInARowAreGuesses) {
  shares.seen(kAnn, morning);
  for (int i = 0; i < 4; ++i) shares.found(kAnn, false);
  EXPECT_FALSE(shares.is_guessing(kAnn));
  shares.found(kAnn, false);
  EXPECT_TRUE(shares.is_guessing(kAnn));
  shares.found(kAnn, true);
  EXPECT_FALSE(shares.is_guessing(kAnn));
}

TEST_F(Shares, RemembersABoundedNumberOfClients) {
  for (std::uint64_t client = 1; client <= 5000; ++client) {
    shares.seen(ClientId{client}, morning + std::chrono::seconds(client));
  }
  EXPECT_EQ(shares.competing(morning + 5000s), 1024u);
}

}  // namespace
}  // namespace stockclient::testing
