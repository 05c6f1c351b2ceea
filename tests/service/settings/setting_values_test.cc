#include "service/settings/setting_values.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace service {
namespace {

using namespace std::chrono_literals;  // NOLINT: a test's vocabulary
using testing::HasSubstr;

constexpr DurationRange kAny{0s, std::chrono::hours(24 * 10000)};
constexpr Range<std::size_t> kAnySize{0, SIZE_MAX / 2};

TEST(Duration, IsDigitsAndAUnit) {
  EXPECT_EQ(*parse_duration("250us", kAny), 250us);
  EXPECT_EQ(*parse_duration("250ms", kAny), 250ms);
  EXPECT_EQ(*parse_duration("30s", kAny), 30s);
  EXPECT_EQ(*parse_duration("5m", kAny), 5min);
  EXPECT_EQ(*parse_duration("24h", kAny), 24h);
  EXPECT_EQ(*parse_duration("7d", kAny), 7 * 24h);
  EXPECT_EQ(*parse_duration("0", kAny), 0s);
}

TEST(Duration, OtherTextsAreRejectedWithTheAllowedRange) {
  for (const char* bad : {"", "5", "s", "5 s", " 5s", "5s ", "-5s", "+5s", "1.5s", "5S", "5sec",
                          "1h30m", "0x5s", "99999999999999999999s", "9223372036854775807d"}) {
    const auto parsed = parse_duration(bad, {1ms, 10min});
    ASSERT_FALSE(parsed) << bad;
    EXPECT_THAT(parsed.error(), HasSubstr("allowed is 1ms to 10m")) << bad;
    EXPECT_THAT(parsed.error(), HasSubstr("\"" + std::string(bad) + "\"")) << bad;
  }
}

TEST(Duration, AValueOutOfRangeIsReportedAsSuch) {
  EXPECT_THAT(parse_duration("11m", {1ms, 10min}).error(), HasSubstr("out of range"));
  EXPECT_THAT(parse_duration("0s", {1ms, 10min}).error(), HasSubstr("out of range"));
  EXPECT_TRUE(parse_duration("10m", {1ms, 10min}));
  EXPECT_TRUE(parse_duration("1ms", {1ms, 10min}));
}

TEST(Duration, IsFormattedAsPeopleWriteIt) {
  EXPECT_EQ(format_duration(60s), "60s");
  EXPECT_EQ(format_duration(5min), "5m");
  EXPECT_EQ(format_duration(1h), "1h");
  EXPECT_EQ(format_duration(24h), "24h");
  EXPECT_EQ(format_duration(7 * 24h), "7d");
  EXPECT_EQ(format_duration(250ms), "250ms");
  EXPECT_EQ(format_duration(1500ms), "1500ms");
  EXPECT_EQ(format_duration(0s), "0s");
}

RC_GTEST_PROP(DurationProperty, FormattedValuesAreReadBack, ()) {
  const std::chrono::microseconds duration(*rc::gen::inRange<std::int64_t>(0, 1'000'000'000'000));
  RC_ASSERT(parse_duration(format_duration(duration), kAny).value() == duration);
}

RC_GTEST_PROP(DurationProperty, AnyTextIsAnswered, (const std::string& text)) {
  const auto parsed = parse_duration(text, {1ms, 1h});
  const bool answered = parsed ? *parsed >= 1ms && *parsed <= 1h : !parsed.error().empty();
  RC_ASSERT(answered);
}

TEST(Size, IsDigitsAndABinaryUnit) {
  EXPECT_EQ(*parse_size("100B", kAnySize), 100u);
  EXPECT_EQ(*parse_size("512KiB", kAnySize), 512u << 10);
  EXPECT_EQ(*parse_size("64MiB", kAnySize), 64u << 20);
  EXPECT_EQ(*parse_size("2GiB", kAnySize), std::size_t{2} << 30);
  for (const char* bad : {"64", "64MB", "64M", "MiB", "-1B", "1.5GiB", "99999999999GiB"})
    EXPECT_FALSE(parse_size(bad, kAnySize)) << bad;
  EXPECT_THAT(parse_size("1B", {1u << 16, 1u << 20}).error(), HasSubstr("64KiB to 1MiB"));
}

RC_GTEST_PROP(SizeProperty, FormattedValuesAreReadBack, ()) {
  const auto size = *rc::gen::inRange<std::size_t>(0, std::size_t{1} << 50);
  RC_ASSERT(parse_size(format_size(size), kAnySize).value() == size);
}

TEST(Count, IsDigits) {
  EXPECT_EQ(*parse_count("8080", {0, 65535}), 8080u);
  for (const char* bad : {"", "-1", "+1", "65536", "8080x", "1e3", " 1", "99999999999999999999"})
    EXPECT_THAT(parse_count(bad, {0, 65535}).error(), HasSubstr("allowed is 0 to 65535")) << bad;
}

TEST(Number, IsPlainDecimal) {
  EXPECT_EQ(*parse_number("1.5", {1, 100}), 1.5);
  EXPECT_EQ(format_number(1.5), "1.5");
  EXPECT_EQ(format_number(1), "1");
  for (const char* bad : {"", "nan", "inf", "1,5", "0.5", "101", "1.5x"})
    EXPECT_FALSE(parse_number(bad, {1, 100})) << bad;
}

TEST(Switch, HasPlainNames) {
  for (const char* yes : {"true", "on", "yes", "1"}) EXPECT_TRUE(*parse_switch(yes)) << yes;
  for (const char* no : {"false", "off", "no", "0"}) EXPECT_FALSE(*parse_switch(no)) << no;
  for (const char* bad : {"", "ON", "maybe", "2"}) EXPECT_FALSE(parse_switch(bad)) << bad;
}

TEST(Authorities, PutAnIpv6AddressInBrackets) {
  EXPECT_EQ(format_authority("127.0.0.1", 8080), "127.0.0.1:8080");
  EXPECT_EQ(format_authority("localhost", 80), "localhost:80");
  EXPECT_EQ(format_authority("::1", 41981), "[::1]:41981");
}

}  // namespace
}  // namespace service
