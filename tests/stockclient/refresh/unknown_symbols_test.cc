// The queue of unknown symbols.

#include "stockclient/refresh/unknown_symbols.h"

#include <string>

#include <gtest/gtest.h>

#include "tests/stockclient/time/calendars.h"

namespace stockclient::testing {
namespace {

using namespace std::chrono_literals;

Query q(const std::string& symbol) {
  return {Function::global_quote, symbol};
}

class UnknownQueue : public ::testing::Test {
 protected:
  UnknownQueue() {
    shares.seen(ann, now);
    shares.seen(bob, now);
  }

  [[nodiscard]] std::string next(WallTime at) const {
    const auto turn = queue.next(shares, at, [](const Query&, ClientId) { return true; });
    return turn ? turn->query.argument : "";
  }

  const WallTime now = utc(2026, 10, 5, 12);
  const ClientId ann{1};
  const ClientId bob{2};
  ClientShares shares;
  UnknownSymbols queue{3};
};

TEST_F(UnknownQueue, TheLongestWaitingSymbolIsNext) {
  queue.ask(q("EARLY"), ann, now);
  queue.ask(q("LATE"), ann, now + 1s);
  EXPECT_EQ(next(now + 2s), "EARLY");
}

TEST_F(UnknownQueue, TheClientWithTheFewestCallsIsNext) {
  queue.ask(q("A"), ann, now);
  queue.ask(q("B"), bob, now + 1s);
  shares.charge(ann, 1);
  EXPECT_EQ(next(now + 2s), "B");
}

TEST_F(UnknownQueue, ASymbolWhoseCallerHasGoneComesAfterThoseThatWait) {
  queue.ask(q("GONE"), ann, now);
  queue.stop_waiting(q("GONE"));
  queue.ask(q("WAITS"), ann, now + 1s);
  EXPECT_EQ(next(now + 2s), "WAITS");
  queue.erase(q("WAITS"));
  EXPECT_EQ(next(now + 2s), "GONE");
}

TEST_F(UnknownQueue, AGuessingClientComesLast) {
  for (int i = 0; i < 5; ++i) shares.found(ann, false);
  queue.ask(q("GUESS"), ann, now);
  queue.ask(q("WAITS"), bob, now + 1s);
  EXPECT_EQ(next(now + 2s), "WAITS");
}

TEST_F(UnknownQueue, AClientWithoutAShareIsPassedOver) {
  queue.ask(q("A"), ann, now);
  queue.ask(q("B"), bob, now + 1s);
  const auto turn =
      queue.next(shares, now, [&](const Query&, ClientId client) { return client != ann; });
  EXPECT_EQ(turn->query.argument, "B");
}

TEST_F(UnknownQueue, ASymbolThatIsCalledOrPausesIsNotNext) {
  queue.ask(q("A"), ann, now);
  queue.find(q("A"))->calling = true;
  EXPECT_EQ(next(now), "");
  queue.find(q("A"))->calling = false;
  queue.find(q("A"))->not_before = now + 1min;
  EXPECT_EQ(next(now), "");
  EXPECT_EQ(queue.next_retry(now), now + 1min);
  EXPECT_EQ(next(now + 1min), "A");
}

TEST_F(UnknownQueue, WhenItIsFullASymbolThatNobodyWaitsForMakesRoom) {
  for (const char* symbol : {"A", "B", "C"}) queue.ask(q(symbol), ann, now);
  EXPECT_FALSE(queue.ask(q("D"), ann, now));
  queue.stop_waiting(q("B"));
  EXPECT_TRUE(queue.ask(q("D"), ann, now));
  EXPECT_EQ(queue.find(q("B")), nullptr);
  EXPECT_EQ(queue.size(), 3u);
}

TEST_F(UnknownQueue, ASymbolIsForgottenADayAfterItsLastRequest) {
  queue.ask(q("GONE"), ann, now);
  queue.stop_waiting(q("GONE"));
  queue.ask(q("WAITS"), ann, now);
  queue.keep(q("KEPT"), now);
  queue.drop_forgotten(now + 24h);
  EXPECT_EQ(queue.size(), 3u);
  queue.drop_forgotten(now + 24h + 1s);
  EXPECT_EQ(queue.find(q("GONE")), nullptr);
  EXPECT_EQ(queue.size(), 2u);
}

}  // namespace
}  // namespace stockclient::testing
