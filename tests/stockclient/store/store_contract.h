#pragma once
/// Tests that every implementation of `Store` must pass.

#include <functional>
#include <memory>
#include <ostream>
#include <string>

#include <gtest/gtest.h>

#include "stockclient/store/store.h"
#include "tests/stockclient/store/store_values.h"

namespace stockclient::testing {

/// An empty database, and the wall clock of its stores.
struct StoreUnderTest {
  /// Whether the database measures fetch times by its own clock, so that they are not exact.
  bool has_own_clock = false;
  std::function<std::unique_ptr<Store>(const std::string& origin)> open;
  std::function<void(WallTime)> set_wall_time;
};

/// Creates an empty database for each test.
struct StoreMaker {
  const char* kind;
  std::function<StoreUnderTest()> make;
  friend void PrintTo(const StoreMaker& maker, std::ostream* out) { *out << maker.kind; }
};

class StoreContract : public ::testing::TestWithParam<StoreMaker> {
 protected:
  void put(const StoredValue& value) {
    const auto done = store->put(std::span(&value, 1), kNoDeadline);
    ASSERT_TRUE(done) << done.error().detail;
  }
  std::optional<StoredValue> find(const std::string& key) {
    auto found = store->find(key, kNoDeadline);
    EXPECT_TRUE(found) << found.error().detail;
    return found.value_or(std::nullopt);
  }
  /// Compares two values, with a tolerance for a fetch time that the database measured.
  void expect_same(std::optional<StoredValue> found, const StoredValue& put) {
    ASSERT_TRUE(found);
    if (database.has_own_clock) {
      EXPECT_LE(found->fetched_at, put.fetched_at) << "never younger than it is";
      EXPECT_GE(found->fetched_at, put.fetched_at - std::chrono::seconds(30));
      found->fetched_at = put.fetched_at;
    }
    EXPECT_EQ(*found, put);
  }
  void reopen(const std::string& origin = "upstream") {
    store.reset();
    store = database.open(origin);
  }

  StoreUnderTest database = GetParam().make();
  std::unique_ptr<Store> store = database.open("upstream");
};

}  // namespace stockclient::testing
