// The queue of unknown symbols.

#include "stockclient/refresh/unknown_symbols.h"

#include <string>

#include <gtest/gtest.h>

#include "tests/stockclient/time/calendars.h"

namespace stockclient::testing {
namespace {

using namespace std::chrono_literals;

class UnknownQueue : public ::testing::Test {
 protected:
  UnknownQueue() {
    shares.seen(ann, now);
    shares.seen(bob, now);
  }

  [[nodiscard]] std::string next(WallTime at) const {
    const auto turn = queue.next(shares, at, [](ClientId) { return true; });
    return turn ? turn->symbol : "";
  }

  const WallTime now = utc(2026, 10, 5, 12);
  const ClientId ann{1};
  const ClientId bob{2};
  ClientShares shares;
  UnknownSymbols queue{3};
};

TEST_F(UnknownQueue, TheLongestWaitingSymbolIsNext) {
  queue.ask("LATE", ann, now + 1s);
  queue.ask("EARLY", ann, now);
  EXPECT_EQ(next(now + 2s), "EARLY");
}

TEST_F(UnknownQueue, TheClientWithTheFewestCallsIsNext) {
  queue.ask("A", ann, now);
  queue.ask("B", bob, now + 1s);
  shares.charge(ann, 1);
  EXPECT_EQ(next(now + 2s), "B");
}

TEST_F(UnknownQueue, ASymbolWhoseCallerHasGoneComesAfterThoseThatWait) {
  queue.ask("GONE", ann, now);
  queue.stop_waiting("GONE");
  queue.ask("WAITS", ann, now + 1s);
  EXPECT_EQ(next(now + 2s), "WAITS");
  queue.erase("WAITS");
  EXPECT_EQ(next(now + 2s), "GONE");
}

TEST_F(UnknownQueue, AGuessingClientComesLast) {
  for (int i = 0; i < 5; ++i) shares.found(ann, false);
  queue.ask("GUESS", ann, now);
  queue.ask("WAITS", bob, now + 1s);
  EXPECT_EQ(next(now + 2s), "WAITS");
}

TEST_F(UnknownQueue, AClientWithoutAShareIsPassedOver) {
  queue.ask("A", ann, now);
  queue.ask("B", bob, now + 1s);
  const auto turn = queue.next(shares, now, [&](ClientId client) { return client != ann; });
  EXPECT_EQ(turn->symbol, "B");
}

TEST_F(UnknownQueue, ASymbolThatIsCalledOrPausesIsNotNext) {
  queue.ask("A", ann, now);
  queue.find("A")->calling = true;
  EXPECT_EQ(next(now), "");
  queue.find("A")->calling = false;
  queue.find("A")->not_before = now + 1min;
  EXPECT_EQ(next(now), "");
  EXPECT_EQ(queue.next_retry(now), now + 1min);
  EXPECT_EQ(next(now + 1min), "A");
}

TEST_F(UnknownQueue, WhenItIsFullASymbolThatNobodyWaitsForMakesRoom) {
  for (const char* symbol : {"A", "B", "C"}) queue.ask(symbol, ann, now);
  EXPECT_FALSE(queue.ask("D", ann, now));
  queue.stop_waiting("B");
  EXPECT_TRUE(queue.ask("D", ann, now));
  EXPECT_EQ(queue.find("B"), nullptr);
  EXPECT_EQ(queue.size(), 3u);
}

TEST_F(UnknownQueue, ASymbolIsForgottenADayAfterItsLastRequest) {
  queue.ask("GONE", ann, now);
  queue.stop_waiting("GONE");
  queue.ask("WAITS", ann, now);
  queue.keep("KEPT", now);
  queue.drop_forgotten(now + 24h);
  EXPECT_EQ(queue.size(), 3u);
  queue.drop_forgotten(now + 24h + 1s);
  EXPECT_EQ(queue.find("GONE"), nullptr);
  EXPECT_EQ(queue.size(), 2u);
}

}  // namespace
}  // namespace stockclient::testing
