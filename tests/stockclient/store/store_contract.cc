#include "tests/stockclient/store/store_contract.h"

#include <gmock/gmock.h>

namespace stockclient::testing {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(StoreContract);

TEST_P(StoreContract, AnEmptyStoreKnowsNothing) {
  EXPECT_EQ(find("quote:IBM"), std::nullopt);
  const auto page = store->load({}, 1 << 20, kNoDeadline);
  ASSERT_TRUE(page);
  EXPECT_THAT(page->values, IsEmpty());
  EXPECT_FALSE(page->next);
  EXPECT_EQ(store->statistics(kNoDeadline)->values, 0u);
}

TEST_P(StoreContract, AValueIsReadAsItWasWrittenEvenAfterReopening) {
  StoredValue value = stored("quote:IBM");
  value.kind = StoredValue::Kind::negative;
  value.body = std::string("bytes \0 \xff '\"; --", 17);
  put(value);
  expect_same(find("quote:IBM"), value);
  reopen();
  expect_same(find("quote:IBM"), value);
}

TEST_P(StoreContract, KeysAreTakenLiterally) {
  put(stored("quote:M&M"));
  put(stored("quote:'; DROP TABLE value; --"));
  EXPECT_TRUE(find("quote:M&M"));
  EXPECT_TRUE(find("quote:'; DROP TABLE value; --"));
  EXPECT_FALSE(find("quote:%"));
}

TEST_P(StoreContract, AnOlderTradingDayNeverReplacesANewerOne) {
  put(stored("quote:IBM", "2026-11-20", 1000));
  put(stored("quote:IBM", "2026-11-19", 2000));
  EXPECT_EQ(find("quote:IBM")->trading_day, "2026-11-20");
}

TEST_P(StoreContract, OnTheSameTradingDayTheLaterFetchWinsInEitherOrder) {
  put(stored("quote:IBM", "2026-11-20", 2000));
  put(stored("quote:IBM", "2026-11-20", 1000));
  expect_same(find("quote:IBM"), stored("quote:IBM", "2026-11-20", 2000));
  put(stored("quote:IBM", "2026-11-20", 3000));
  expect_same(find("quote:IBM"), stored("quote:IBM", "2026-11-20", 3000));
}

TEST_P(StoreContract, ACorrectionReplacesANewerTradingDay) {
  put(stored("quote:IBM", "2026-11-20", 1000));
  StoredValue correction = stored("quote:IBM", "2026-11-19", 2000);
  correction.corrects = true;
  put(correction);
  EXPECT_EQ(find("quote:IBM")->trading_day, "2026-11-19");
}

TEST_P(StoreContract, AValueFromTheFutureIsReplaceable) {
  database.set_wall_time(at_second(5000));
  put(stored("quote:IBM", "2026-11-20", 9000, 1000));
  put(stored("quote:IBM", "2026-11-20", 4000, 4000));
  expect_same(find("quote:IBM"), stored("quote:IBM", "2026-11-20", 4000, 4000));
}

TEST_P(StoreContract, AnOlderValueStillNotesThatItWasAskedFor) {
  put(stored("quote:IBM", "2026-11-20", 1000, 1000));
  put(stored("quote:IBM", "2026-11-20", 1000, 7000));
  EXPECT_EQ(find("quote:IBM")->asked_at, at_second(7000));
  put(stored("quote:IBM", "2026-11-20", 1000, 2000));
  EXPECT_EQ(find("quote:IBM")->asked_at, at_second(7000));
}

TEST_P(StoreContract, LoadsWhatWasAskedForMostRecentlyFirstPageByPage) {
  for (int i = 0; i < 10; ++i) put(stored("quote:S" + std::to_string(i), "2026-11-20", 1000, i));
  put(stored("quote:SAME", "2026-11-20", 1000, 5));
  std::vector<std::string> keys;
  std::optional<LoadCursor> cursor = LoadCursor();
  std::size_t pages = 0;
  while (cursor) {
    const auto page = store->load(*cursor, 300, kNoDeadline);
    ASSERT_TRUE(page) << page.error().detail;
    for (const StoredValue& value : page->values) keys.push_back(value.key);
    cursor = page->next;
    ASSERT_LT(++pages, 20u);
  }
  EXPECT_GT(pages, 2u);
  EXPECT_THAT(keys,
              ElementsAre("quote:S9", "quote:S8", "quote:S7", "quote:S6", "quote:SAME", "quote:S5",
                          "quote:S4", "quote:S3", "quote:S2", "quote:S1", "quote:S0"));
}

TEST_P(StoreContract, ValuesOfAnotherOriginAreNeitherSeenNorChanged) {
  put(stored("quote:IBM"));
  reopen("simulator");
  EXPECT_EQ(find("quote:IBM"), std::nullopt);
  EXPECT_EQ(store->statistics(kNoDeadline)->values, 0u);
  put(stored("quote:IBM", "2026-11-24", 5000));
  ASSERT_TRUE(store->forget("quote:IBM", kNoDeadline));
  reopen("upstream");
  EXPECT_EQ(find("quote:IBM")->trading_day, "2026-11-20");
}

TEST_P(StoreContract, ForgetsAValueForGood) {
  put(stored("quote:IBM"));
  put(stored("quote:MSFT"));
  ASSERT_TRUE(store->forget("quote:IBM", kNoDeadline));
  ASSERT_TRUE(store->forget("quote:NEVER", kNoDeadline));
  reopen();
  EXPECT_FALSE(find("quote:IBM"));
  EXPECT_TRUE(find("quote:MSFT"));
}

TEST_P(StoreContract, PutsManyInOneTransaction) {
  std::vector<StoredValue> values;
  for (int i = 0; i < 500; ++i) values.push_back(stored("quote:S" + std::to_string(i)));
  ASSERT_TRUE(store->put(values, kNoDeadline));
  EXPECT_EQ(store->statistics(kNoDeadline)->values, 500u);
}

TEST_P(StoreContract, TrimsWhatWasAskedForLeastRecently) {
  std::vector<StoredValue> values;
  for (int i = 0; i < 2000; ++i) {
    values.push_back(stored("quote:S" + std::to_string(i), "2026-11-20", 1000, i));
    values.back().body.assign(1000, 'x');
  }
  ASSERT_TRUE(store->put(values, kNoDeadline));
  const std::uint64_t limit = store->statistics(kNoDeadline)->bytes / 2;
  std::size_t calls = 0;
  while (*store->trim(limit, kNoDeadline)) ASSERT_LT(++calls, 100u);
  const auto statistics = store->statistics(kNoDeadline);
  EXPECT_LE(statistics->bytes, limit);
  EXPECT_GT(statistics->values, 500u);
  EXPECT_TRUE(find("quote:S1999"));
  EXPECT_FALSE(find("quote:S0"));
}

TEST_P(StoreContract, ACallPastItsDeadlineTimesOutAndTheNextOneSucceeds) {
  std::vector<StoredValue> values;
  for (int i = 0; i < 2000; ++i) values.push_back(stored("quote:S" + std::to_string(i)));
  const auto late = store->put(values, circuitbreaker::TimePoint::min());
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().kind, StoreError::Kind::timeout) << late.error().detail;
  EXPECT_EQ(store->statistics(kNoDeadline)->values, 0u) << "rolled back";
  EXPECT_TRUE(store->put(values, kNoDeadline));
  EXPECT_TRUE(store->ping(kNoDeadline));
}

}  // namespace stockclient::testing
