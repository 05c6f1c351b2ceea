// The cache is bounded in bytes, and invented symbols do not evict good values.

#include "stockclient/cache/cache.h"

#include <malloc.h>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "tests/stockclient/client_fixture.h"

namespace stockclient::testing {
namespace {

RecordPtr record_of(const std::string& symbol) {
  return std::make_shared<const Record>(Record{quote_of(symbol), WallTime{}, Source::simulator});
}

constexpr BootTime kNow{std::chrono::hours(1)};

Value value_of(const std::string& symbol) {
  return {record_of(symbol), kNow};
}

TEST(Cache, EvictsTheLeastRecentlyUsedValue) {
  const std::size_t weight = cache_weight(quote_query("A0"), *record_of("A0"));
  // An eighth is for negative entries; a small cache has only one shard.
  Cache cache(4 * weight * 8 / 7 + 8);
  for (int i = 0; i < 4; ++i) {
    const std::string symbol = "A" + std::to_string(i);
    cache.put(quote_query(symbol), value_of(symbol));
  }
  EXPECT_TRUE(cache.find(quote_query("A0")));
  cache.put(quote_query("A4"), value_of("A4"));
  EXPECT_TRUE(cache.find(quote_query("A0")));
  EXPECT_FALSE(cache.find(quote_query("A1")));
  EXPECT_EQ(cache.totals().entries, 4u);
}

TEST(Cache, AMillionSymbolsStayWithinTheLimitWhichMatchesRealMemory) {
  constexpr std::size_t kBytes = 16u << 20;
  const std::size_t before = ::mallinfo2().uordblks;
  Cache cache(kBytes);
  for (int i = 0; i < 1'000'000; ++i) {
    const std::string symbol = "SYM" + std::to_string(i);
    cache.put(quote_query(symbol), value_of(symbol));
  }
  EXPECT_LE(cache.totals().bytes, kBytes);
  EXPECT_GE(cache.totals().entries, 10'000u);
  const std::size_t in_use = ::mallinfo2().uordblks - before;
  EXPECT_LE(in_use, kBytes + kBytes / 4) << "the estimated weight matches the memory in use";
}

TEST(Cache, NegativesNeverEvictValues) {
  Cache cache(1u << 20);
  cache.put(quote_query("GOOD"), value_of("GOOD"));
  for (int i = 0; i < 200'000; ++i) {
    cache.put_negative(
        quote_query("INVENTED" + std::to_string(i)),
        {circuitbreaker::unexpected<Failure>(Failure{}), kNow + std::chrono::minutes(5)});
  }
  EXPECT_TRUE(cache.find(quote_query("GOOD")));
  EXPECT_LE(cache.totals().bytes, 1u << 20);
}

TEST(Cache, InventedSymbolsStayWithinTheirEighthWhichMatchesRealMemory) {
  constexpr std::size_t kBytes = 32u << 20;
  const std::size_t before = ::mallinfo2().uordblks;
  Cache cache(kBytes);
  for (int i = 0; i < 200'000; ++i) {
    const Failure error{.kind = FailureKind::not_found,
                        .detail = "the upstream knows no such symbol"};
    cache.put_negative(
        quote_query("INVENTED" + std::to_string(i)),
        {circuitbreaker::unexpected<Failure>(error), kNow + std::chrono::minutes(5)});
  }
  EXPECT_LE(cache.totals().bytes, kBytes / 8);
  EXPECT_GE(cache.totals().entries, 4'000u);
  const std::size_t in_use = ::mallinfo2().uordblks - before;
  EXPECT_LE(in_use, kBytes / 8 + kBytes / 32) << "the estimated weight matches the memory in use";
}

TEST(Cache, ANewValueRemovesTheNegativeEntryAndTheFailure) {
  Cache cache(1u << 20);
  const Query query = quote_query("A");
  cache.put_negative(
      query, {circuitbreaker::unexpected<Failure>(Failure{}), kNow + std::chrono::minutes(5)});
  cache.put(query, value_of("A"));
  EXPECT_FALSE(cache.find_negative(query, kNow));
  cache.note_refresh_failure(query, FailureKind::upstream_failure, kNow + std::chrono::seconds(1));
  EXPECT_EQ(cache.find(query)->refresh_failure, FailureKind::upstream_failure);
  cache.put(query, value_of("A"));
  EXPECT_FALSE(cache.find(query)->refresh_failure);
}

TEST(Cache, ANegativeEntryExpires) {
  Cache cache(1u << 20);
  cache.put_negative(quote_query("A"), {circuitbreaker::unexpected<Failure>(Failure{}),
                                        kNow + std::chrono::seconds(1)});
  EXPECT_TRUE(cache.find_negative(quote_query("A"), kNow + std::chrono::milliseconds(999)));
  EXPECT_FALSE(cache.find_negative(quote_query("A"), kNow + std::chrono::seconds(1)));
  EXPECT_EQ(cache.totals().entries, 0u);
}

TEST(Cache, AValueThatDoesNotFitIsNotKept) {
  Cache cache(1024);
  DailySeries series;
  series.bars.resize(100);
  const Query query{Function::daily_series, "A"};
  cache.put(query,
            {std::make_shared<const Record>(Record{series, WallTime{}, Source::simulator}), kNow});
  EXPECT_FALSE(cache.find(query));
  EXPECT_EQ(cache.totals().bytes, 0u);
}

TEST(Cache, IsSharedByThreads) {
  Cache cache(256u << 10);
  std::vector<std::thread> threads;
  threads.reserve(4);
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&cache, t] {
      for (int i = 0; i < 5'000; ++i) {
        const std::string symbol = "S" + std::to_string((i * 7 + t) % 500);
        const auto known = cache.find(quote_query(symbol));
        if (!known) cache.put(quote_query(symbol), value_of(symbol));
        if (known) {
          EXPECT_EQ(std::get<Quote>(known->record->data).symbol, symbol);
        }
        if (i % 50 == 0)
          cache.note_refresh_failure(quote_query(symbol), FailureKind::timeout, kNow);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_LE(cache.totals().bytes, 256u << 10);
}

}  // namespace
}  // namespace stockclient::testing
