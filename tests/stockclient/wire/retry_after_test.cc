#include "stockclient/wire/retry_after.h"

#include <gtest/gtest.h>

namespace stockclient {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

/// Sun, 06 Nov 1994 08:49:37 GMT, the date in RFC 9110's examples.
constexpr std::chrono::sys_seconds kNow{seconds(784111777)};

TEST(RetryAfter, IsSecondsOrADate) {
  EXPECT_EQ(parse_retry_after("120", kNow), seconds(120));
  EXPECT_EQ(parse_retry_after("Sun, 06 Nov 1994 08:50:37 GMT", kNow), seconds(60));
}

TEST(RetryAfter, IsAtLeastASecondAndAtMostADay) {
  EXPECT_EQ(parse_retry_after("0", kNow), seconds(1));
  EXPECT_EQ(parse_retry_after("Sun, 06 Nov 1994 08:00:00 GMT", kNow), seconds(1));
  EXPECT_EQ(parse_retry_after("86401", kNow), hours(24));
  EXPECT_EQ(parse_retry_after("99999999999999999999999", kNow), hours(24));
  EXPECT_EQ(parse_retry_after("Mon, 06 Nov 2034 08:49:37 GMT", kNow), hours(24));
}

TEST(RetryAfter, IgnoresAnyOtherForm) {
  for (const char* value :
       {"", "-1", "1.5", "soon", " 5", "5s", "Sunday", "GMT", "Xyz, 99 Nov 1994 08:49:37 GMT"}) {
    EXPECT_EQ(parse_retry_after(value, kNow), std::nullopt) << value;
  }
}

}  // namespace
}  // namespace stockclient
