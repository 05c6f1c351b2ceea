#include "stockclient/store/stored_value.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/stockclient/store/store_values.h"

namespace stockclient::testing {
namespace {

StoredValue arbitrary_value() {
  StoredValue value;
  value.kind = *rc::gen::element(StoredValue::Kind::value, StoredValue::Kind::negative,
                                 StoredValue::Kind::learned);
  value.key = *rc::gen::arbitrary<std::string>();
  value.trading_day = *rc::gen::arbitrary<std::string>();
  value.fetched_at = WallTime(std::chrono::nanoseconds(*rc::gen::arbitrary<std::int64_t>()));
  value.boot_id = *rc::gen::arbitrary<std::string>();
  value.boot_time = std::chrono::nanoseconds(*rc::gen::arbitrary<std::int64_t>());
  value.asked_at = WallTime(std::chrono::nanoseconds(*rc::gen::arbitrary<std::int64_t>()));
  value.body = *rc::gen::arbitrary<std::string>();
  return value;
}

RC_GTEST_PROP(StoredValue, EveryValueIsReadBackAsItWasEncoded, ()) {
  const StoredValue value = arbitrary_value();
  const auto read = decode(encode(value));
  RC_ASSERT(read.has_value());
  RC_ASSERT(*read == value);
}

RC_GTEST_PROP(StoredValue, EveryChangedByteIsNoticed, ()) {
  std::string bytes = encode(arbitrary_value());
  const auto at = *rc::gen::inRange<std::size_t>(0, bytes.size());
  const auto change = *rc::gen::inRange(1, 256);
  bytes[at] = static_cast<char>(bytes[at] ^ change);
  RC_ASSERT(!decode(bytes).has_value());
}

RC_GTEST_PROP(StoredValue, EveryTruncationIsNoticed, ()) {
  const std::string bytes = encode(arbitrary_value());
  const auto size = *rc::gen::inRange<std::size_t>(0, bytes.size());
  RC_ASSERT(!decode(std::string_view(bytes).substr(0, size)).has_value());
}

RC_GTEST_PROP(StoredValue, BytesOfAnotherOriginNeverCrashTheReader, (const std::string& bytes)) {
  RC_ASSERT(!decode(bytes).has_value());
  RC_ASSERT(!decode("SQV\x01" + bytes).has_value());
}

TEST(StoredValue, APairIsOrderedByTradingDayThenByFetch) {
  const WallTime now = at_second(10'000);
  const StoredValue current = stored("k", "2026-11-20", 2000);
  EXPECT_TRUE(is_newer(stored("k", "2026-11-23", 1000), current, now));
  EXPECT_TRUE(is_newer(stored("k", "2026-11-20", 2001), current, now));
  EXPECT_FALSE(is_newer(stored("k", "2026-11-20", 2000), current, now));
  EXPECT_FALSE(is_newer(stored("k", "2026-11-19", 3000), current, now));
}

}  // namespace
}  // namespace stockclient::testing
