#include "stockclient/domain/ascii.h"

#include <gtest/gtest.h>

#include "stockclient/domain/hash.h"

namespace stockclient {
namespace {

TEST(EqualIgnoringCase, DisregardsTheCaseOfAsciiLettersOnly) {
  EXPECT_TRUE(equal_ignoring_case("Content-Type", "cONTENT-tYPE"));
  EXPECT_TRUE(equal_ignoring_case("", ""));
  EXPECT_FALSE(equal_ignoring_case("Host", "Hos"));
  EXPECT_FALSE(equal_ignoring_case("a@", "a`")) << "32 apart, but not letters";
  EXPECT_FALSE(equal_ignoring_case("a[", "a{"));
  EXPECT_FALSE(equal_ignoring_case("\xC4", "\xE4")) << "letters only in Latin-1";
}

TEST(Fnv1a, ReturnsThePublishedValues) {
  EXPECT_EQ(fnv1a(""), 0xcbf29ce484222325U);
  EXPECT_EQ(fnv1a("a"), 0xaf63dc4c8601ec8cU);
  EXPECT_EQ(fnv1a("foobar"), 0x85944171f73967e8U);
}

}  // namespace
}  // namespace stockclient
