#include "stockclient/domain/decimal.h"

#include <charconv>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace stockclient {
namespace {

TEST(Decimal, IsZeroByDefault) {
  EXPECT_EQ(Decimal().text(), "0");
  EXPECT_FALSE(Decimal().is_positive());
}

TEST(Decimal, KeepsTheValueInItsShortestForm) {
  const std::vector<std::pair<std::string, std::string>> cases{{"121.7400", "121.74"},
                                                               {"249.0000", "249"},
                                                               {"-0.1148", "-0.1148"},
                                                               {"0.5100", "0.51"},
                                                               {"007.50", "7.5"},
                                                               {"+1.0", "1"},
                                                               {"-0", "0"},
                                                               {"-0.000", "0"},
                                                               {"0.0", "0"},
                                                               {"1000", "1000"},
                                                               {"-12.0000", "-12"},
                                                               {"0.0001", "0.0001"},
                                                               {"00", "0"},
                                                               {"100.010", "100.01"},
                                                               {"+0", "0"}};
  for (const auto& [written, shortest] : cases) {
    const auto decimal = Decimal::parse(written);
    ASSERT_TRUE(decimal) << written;
    EXPECT_EQ(decimal->text(), shortest) << written;
  }
}

TEST(Decimal, ReadsAnExponentAndKeepsThePlainForm) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"1.2174e2", "121.74"},
      {"12174E-2", "121.74"},
      {"1e5", "100000"},
      {"1E+05", "100000"},
      {"-2.5e0", "-2.5"},
      {"5e-3", "0.005"},
      {"0e99", "0"},
      {"-0.0e-9", "0"},
      {"1.50e1", "15"},
      {"0.00012e4", "1.2"},
      {"100e-2", "1"},
      {"1e39", "1" + std::string(39, '0')},
      {"1e-40", "0." + std::string(39, '0') + "1"}};
  for (const auto& [written, plain] : cases) {
    const auto decimal = Decimal::parse(written);
    ASSERT_TRUE(decimal) << written;
    EXPECT_EQ(decimal->text(), plain) << written;
  }
}

TEST(Decimal, RefusesAnExponentWhosePlainFormIsTooLong) {
  for (const char* text : {"1e40", "1e-41", "1.5e-40", "1e999999999999", "1e-999999999999"}) {
    EXPECT_FALSE(Decimal::parse(text)) << text;
  }
}

TEST(Decimal, RefusesAnythingButANumber) {
  for (const char* text :
       {"",      "-",     "+",     ".",    "1.",  ".5",  "-.5",      "1e",       "e5",   "1e+-5",
        "1e5.0", "1e5e5", ".e5",   "1.e5", "NaN", "nan", "Infinity", "inf",      "0x1F", " 1",
        "1 ",    "1,000", "1.2.3", "--1",  "+-1", "1-",  "12a",      "\xD9\xA1", "None", "1_000"}) {
    EXPECT_FALSE(Decimal::parse(text)) << '"' << text << '"';
  }
  EXPECT_FALSE(Decimal::parse(std::string_view("1\0", 2)));
}

TEST(Decimal, ReadsAtMostFortyCharacters) {
  EXPECT_TRUE(Decimal::parse(std::string(40, '9')));
  EXPECT_FALSE(Decimal::parse(std::string(41, '9')));
}

TEST(Decimal, KnowsItsSign) {
  EXPECT_TRUE(Decimal::parse("0.0001")->is_positive());
  EXPECT_FALSE(Decimal::parse("0.0000")->is_positive());
  EXPECT_FALSE(Decimal::parse("-0.0001")->is_positive());
}

TEST(Decimal, GivesTheNearestDouble) {
  EXPECT_DOUBLE_EQ(Decimal::parse("-121.7400")->to_double(), -121.74);
  EXPECT_DOUBLE_EQ(Decimal().to_double(), 0);
}

/// A decimal number with a fraction.
std::string written(bool negative, std::uint32_t whole, const std::string& fraction) {
  return (negative ? "-" : "") + std::to_string(whole) + "." + fraction;
}

rc::Gen<std::string> digits() {
  return rc::gen::resize(
      12, rc::gen::nonEmpty(rc::gen::container<std::string>(rc::gen::inRange<char>('0', '9' + 1))));
}

RC_GTEST_PROP(DecimalProperty, ReadsItsOwnTextBackUnchanged, (bool negative, std::uint32_t whole)) {
  const auto decimal = Decimal::parse(written(negative, whole, *digits()));
  RC_ASSERT(decimal.has_value());
  RC_ASSERT(Decimal::parse(decimal->text()) == decimal);
}

RC_GTEST_PROP(DecimalProperty, NeverChangesTheValue, (bool negative, std::uint32_t whole)) {
  const std::string text = written(negative, whole, *digits());
  double expected = 0;
  std::from_chars(text.data(), text.data() + text.size(), expected);
  RC_ASSERT(Decimal::parse(text)->to_double() == expected);
}

RC_GTEST_PROP(DecimalProperty, SuperfluousZerosMakeNoDifference, (std::uint32_t whole)) {
  const std::string fraction = *digits();
  const auto leading = static_cast<std::size_t>(*rc::gen::inRange(0, 4));
  const auto trailing = static_cast<std::size_t>(*rc::gen::inRange(0, 4));
  RC_ASSERT(Decimal::parse(std::string(leading, '0') + written(false, whole, fraction) +
                           std::string(trailing, '0')) ==
            Decimal::parse(written(false, whole, fraction)));
}

RC_GTEST_PROP(DecimalProperty, AnyTextIsRefusedOrBecomesAJsonNumber, ()) {
  const auto text =
      *rc::gen::container<std::string>(rc::gen::elementOf(std::string("0123456789+-.eE nNaA%,")));
  const auto decimal = Decimal::parse(text);
  if (!decimal) return;
  const std::string& shortest = decimal->text();
  RC_ASSERT(shortest != "-0");
  RC_ASSERT(shortest.find_first_not_of("0123456789.-") == std::string::npos);
  RC_ASSERT(shortest.rfind('-') == std::string::npos || shortest.rfind('-') == 0U);
  const std::size_t first = shortest.front() == '-' ? 1 : 0;
  RC_ASSERT(shortest[first] != '0' || shortest.size() == first + 1 || shortest[first + 1] == '.');
}

}  // namespace
}  // namespace stockclient
