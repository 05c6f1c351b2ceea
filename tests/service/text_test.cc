#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <rapidcheck/gtest.h>

#include "service/http/request_target.h"
#include "service/json/json_writer.h"
#include "service/json/time_text.h"
#include "service/json/utf8.h"
#include "service/text/nearest.h"

namespace service {
namespace {

using namespace std::chrono_literals;  // NOLINT: a test's vocabulary
using nlohmann::json;

std::string written(double number) {
  JsonWriter writer;
  writer.number(number);
  return std::move(writer).text();
}

std::string written(std::string_view text) {
  JsonWriter writer;
  writer.string(text);
  return std::move(writer).text();
}

TEST(JsonWriterTest, NestsAndSeparates) {
  JsonWriter writer;
  writer.begin_object().key("a").begin_array().number(1).null().boolean(true).end_array();
  writer.key("b").begin_object().end_object().key("c").raw("[]").end_object();
  EXPECT_EQ(std::move(writer).text(), R"({"a":[1,null,true],"b":{},"c":[]})");
}

TEST(JsonWriterTest, NumbersAreShort) {
  EXPECT_EQ(written(1.0), "1");
  EXPECT_EQ(written(0.5), "0.5");
  EXPECT_EQ(written(-0.0), "0");
  EXPECT_EQ(written(100.0), "100");
  EXPECT_EQ(written(1.0 / 3), "0.333333");
  EXPECT_EQ(written(std::numeric_limits<double>::quiet_NaN()), "null");
  EXPECT_EQ(written(std::numeric_limits<double>::infinity()), "null");
}

TEST(JsonWriterTest, InvalidUtf8BecomesTheReplacementCharacter) {
  EXPECT_EQ(written("a\xFFz"), "\"a\xEF\xBF\xBDz\"");
  EXPECT_EQ(written("\xC3"), "\"\xEF\xBF\xBD\"");
  EXPECT_EQ(written("\xED\xA0\x80").size(), 11u) << "a surrogate is not a character";
  EXPECT_EQ(written("\xC3\xA4"), "\"\xC3\xA4\"");
}

RC_GTEST_PROP(JsonWriterProperty, AnyBytesGiveAValidString, (const std::string& bytes)) {
  const json parsed = json::parse(written(bytes));
  RC_ASSERT(parsed.is_string());
  if (is_utf8(bytes)) {
    RC_ASSERT(parsed.get<std::string>() == bytes);
  }
}

TEST(Utf8, KnowsItsLimits) {
  for (const char* good : {"", "a", "\xC2\x80", "\xE0\xA0\x80", "\xEF\xBF\xBF", "\xF0\x90\x80\x80",
                           "\xF4\x8F\xBF\xBF"})
    EXPECT_TRUE(is_utf8(good)) << good;
  for (const char* bad : {"\x80", "\xC0\x80", "\xC1\xBF", "\xE0\x9F\x80", "\xED\xA0\x80",
                          "\xF0\x8F\x80\x80", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xE2\x82"})
    EXPECT_FALSE(is_utf8(bad)) << bad;
}

TEST(PercentDecoding, IsStrictAndDoneOnce) {
  EXPECT_EQ(percent_decode("a%20b"), "a b");
  EXPECT_EQ(percent_decode("%41%5a%5A"), "AZZ");
  EXPECT_EQ(percent_decode("%2541"), "%41");
  EXPECT_EQ(percent_decode("a+b"), "a+b");
  EXPECT_EQ(percent_decode("%00"), std::string(1, '\0'));
  for (const char* bad : {"%", "%4", "%zz", "%4g", "a%", "%%41", "%-1", "% 1"})
    EXPECT_EQ(percent_decode(bad), std::nullopt) << bad;
}

RC_GTEST_PROP(PercentDecodingProperty, UndoesEncoding, (const std::string& text)) {
  std::string encoded;
  for (const char c : text) {
    char buffer[4];
    std::snprintf(buffer, sizeof buffer, "%%%02X",
                  static_cast<unsigned>(static_cast<unsigned char>(c)));
    encoded += buffer;
  }
  RC_ASSERT(percent_decode(encoded) == text);
}

TEST(ParametersTest, AreDecodedAndChecked) {
  const auto parsed = Parameters::parse("q=a+b%26&x=&y", {"q", "x", "y", "z"});
  ASSERT_TRUE(parsed);
  EXPECT_EQ(*parsed->find("q"), "a b&");
  EXPECT_EQ(*parsed->find("x"), "");
  EXPECT_EQ(*parsed->find("y"), "");
  EXPECT_EQ(parsed->find("z"), nullptr);
  EXPECT_TRUE(Parameters::parse("&&", {}));
  EXPECT_EQ(Parameters::parse("r=1", {"q"}).error().parameter, "r");
  EXPECT_EQ(Parameters::parse("q=1&%71=2", {"q"}).error().parameter, "q");
  EXPECT_EQ(Parameters::parse("q=%4", {"q"}).error().parameter, "q");
  EXPECT_EQ(Parameters::parse("%4=1", {"q"}).error().parameter, "");
}

TEST(NearestName, IsSuggestedOnlyWhenItIsNear) {
  const std::string_view names[] = {"fresh-ttl", "port", "host"};
  EXPECT_EQ(nearest("fresh-tll", names), "fresh-ttl");
  EXPECT_EQ(nearest("prot", names), "");
  EXPECT_EQ(nearest("prt", names), "port");
  EXPECT_EQ(nearest("xyzzy", names), "");
  EXPECT_EQ(nearest(std::string(100000, 'a'), names), "");
}

TEST(Rfc3339, IsUtcInWholeSeconds) {
  const stockclient::WallTime start(1'795'248'003s);
  EXPECT_EQ(rfc3339(start), "2026-11-21T08:00:03Z");
  EXPECT_EQ(rfc3339(start + 999ms), "2026-11-21T08:00:03Z");
  EXPECT_EQ(rfc3339_milliseconds(start + 7ms), "2026-11-21T08:00:03.007Z");
  EXPECT_EQ(rfc3339(stockclient::WallTime{}), "1970-01-01T00:00:00Z");
}

TEST(RetryAfter, IsRoundedUpAndNeverZero) {
  EXPECT_EQ(retry_after_seconds(0s), 1);
  EXPECT_EQ(retry_after_seconds(-5s), 1);
  EXPECT_EQ(retry_after_seconds(1ms), 1);
  EXPECT_EQ(retry_after_seconds(1001ms), 2);
}

}  // namespace
}  // namespace service
