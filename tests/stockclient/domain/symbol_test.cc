#include "stockclient/domain/symbol.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace stockclient {
namespace {

TEST(ParseSymbol, TakesWhatMarketsCallTheirShares) {
  for (const char* symbol : {"IBM", "BRK.B", "BRK-B", "M&M", "FRA:IQQE", "^FCHI", "6190.HKG",
                             "RELIANCE.BSE", "TSCO.LON", "A", "9"}) {
    EXPECT_EQ(parse_symbol(symbol), symbol);
  }
}

TEST(ParseSymbol, MakesItUpperCase) {
  EXPECT_EQ(parse_symbol("tSla"), "TSLA");
}

TEST(ParseSymbol, RefusesEverythingElse) {
  for (const char* text :
       {"", " ", "IBM ", ".A", "-A", "&A", ":A", "IBM&function=X", "../x", "a/b", "\r\nX:y",
        "IBM%20", "IBM,MSFT", "\xC3\x84", "A^ B", "A=B", "A?", "A#"}) {
    EXPECT_FALSE(parse_symbol(text)) << '"' << text << '"';
  }
  EXPECT_FALSE(parse_symbol(std::string_view("IBM\0", 4)));
}

TEST(ParseSymbol, HasAtMostThirtyTwoCharacters) {
  EXPECT_TRUE(parse_symbol(std::string(32, 'A')));
  EXPECT_FALSE(parse_symbol(std::string(33, 'A')));
}

TEST(SameSymbol, ComparesWithoutCase) {
  EXPECT_TRUE(same_symbol("TSLA", "tsla"));
}

TEST(SameSymbol, TakesDotAndDashBeforeAShareClassForEqual) {
  EXPECT_TRUE(same_symbol("BRK.B", "BRK-B"));
  EXPECT_TRUE(same_symbol("BRK-B", "BRK.B"));
  EXPECT_TRUE(same_symbol("RCI.B.TRT", "RCI-B.TRT"));
}

TEST(SameSymbol, TellsOtherSymbolsApart) {
  EXPECT_FALSE(same_symbol("IBM", "MSFT"));
  EXPECT_FALSE(same_symbol("IBM", "IBMX"));
  EXPECT_FALSE(same_symbol("IBM", ""));
  EXPECT_FALSE(same_symbol("BRK.B", "BRK.A"));
  EXPECT_FALSE(same_symbol("BRK.B", "BRKB"));
  EXPECT_FALSE(same_symbol("BRK.B", "BRK:B"));
  EXPECT_FALSE(same_symbol("TSCO.LON", "TSCO-LON"));
  EXPECT_FALSE(same_symbol("AZN.4", "AZN-4"));
  EXPECT_FALSE(same_symbol("AZN.", "AZN-"));
}

RC_GTEST_PROP(SymbolProperty, AnyBytesAreRefusedOrBecomeASafeSymbol, (const std::string& text)) {
  const auto symbol = parse_symbol(text);
  if (!symbol) return;
  RC_ASSERT(symbol->size() == text.size());
  RC_ASSERT(symbol->find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.&:^-") ==
            std::string::npos);
  RC_ASSERT(parse_symbol(*symbol) == symbol);
  RC_ASSERT(same_symbol(*symbol, text));
}

RC_GTEST_PROP(SymbolProperty, SamenessHasNoDirection, ()) {
  const auto text = rc::gen::container<std::string>(rc::gen::elementOf(std::string("AB.-L")));
  const std::string left = *text;
  const std::string right = *text;
  RC_ASSERT(same_symbol(left, left));
  RC_ASSERT(same_symbol(left, right) == same_symbol(right, left));
}

}  // namespace
}  // namespace stockclient
