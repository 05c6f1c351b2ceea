#include "stockclient/domain/symbol.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace stockclient {
namespace {

TEST(ParseSymbol, AcceptsTheSymbolsOfAllMarkets) {
  for (const char* symbol :
       {"IBM", "BRK.B", "BRK-B", "M&M", "FRA:IQQE", "^FCHI", "6190.HKG", "RELIANCE.BSE", "TSCO.LON",
        "A", "9", "EUR=X", "BTC_USD", "ES=F", "XYZ.WS"}) {
    EXPECT_EQ(parse_symbol(symbol), symbol);
  }
}

TEST(ParseSymbol, ReturnsUpperCase) {
  EXPECT_EQ(parse_symbol("tSla"), "TSLA");
}

TEST(ParseSymbol, RefusesEverythingElse) {
  for (const char* text : {"",       " ",        "IBM ",           ".A",   "-A",   "&A",  ":A",
                           "=A",     "_A",       "IBM&function=X", "A&=",  "../x", "a/b", "\r\nX:y",
                           "IBM%20", "IBM,MSFT", "\xC3\x84",       "A^ B", "A?",   "A#"}) {
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

TEST(SameSymbol, TreatsDotAndDashBeforeAShareClassAsEqual) {
  EXPECT_TRUE(same_symbol("BRK.B", "BRK-B"));
  EXPECT_TRUE(same_symbol("BRK-B", "BRK.B"));
  EXPECT_TRUE(same_symbol("RCI.B.TRT", "RCI-B.TRT"));
}

TEST(SameSymbol, KnowsShareClassesOfSeveralLetters) {
  EXPECT_TRUE(same_symbol("XYZ.WS", "XYZ-WS"));
  EXPECT_TRUE(same_symbol("XYZ-ws", "XYZ.WS"));
  EXPECT_TRUE(same_symbol("XYZ.WS.A", "XYZ-WS-A"));
  EXPECT_TRUE(same_symbol("BAC.PR.L", "BAC-PR-L"));
  EXPECT_TRUE(same_symbol("XYZ.RT", "XYZ-RT"));
  EXPECT_TRUE(same_symbol("XYZ.UN.TRT", "XYZ-UN.TRT"));
  EXPECT_FALSE(same_symbol("XYZ.WX", "XYZ-WX"));
  EXPECT_FALSE(same_symbol("XYZ.WSA", "XYZ-WSA"));
}

TEST(CanonicalSymbol, IsOneSpellingForAllThatNameTheSameShare) {
  EXPECT_EQ(canonical_symbol("brk.b"), "BRK-B");
  EXPECT_EQ(canonical_symbol("BRK-B"), "BRK-B");
  EXPECT_EQ(canonical_symbol("RCI.B.TRT"), "RCI-B.TRT");
  EXPECT_EQ(canonical_symbol("XYZ.WS"), "XYZ-WS");
  EXPECT_EQ(canonical_symbol("TSCO.LON"), "TSCO.LON");
}

TEST(ExchangeSuffix, FollowsTheLastDotUnlessThatIsAShareClass) {
  EXPECT_EQ(exchange_suffix("TSCO.LON"), "LON");
  EXPECT_EQ(exchange_suffix("RCI.B.TRT"), "TRT");
  EXPECT_EQ(exchange_suffix("IBM"), "");
  EXPECT_EQ(exchange_suffix("BRK.B"), "");
  EXPECT_EQ(exchange_suffix("XYZ.WS"), "");
}

TEST(UsListing, HasOneToFiveLettersAndNoSuffixOtherThanShareClasses) {
  for (const char* symbol : {"F", "IBM", "GOOGL", "BRK.B", "BRK-B", "XYZ.WS", "XYZ-WS-A"}) {
    EXPECT_TRUE(is_us_listing(symbol)) << symbol;
  }
  for (const char* symbol : {"GOOGLE", "TSCO.LON", "RCI.B.TRT", "6190.HKG", "^FCHI", "EUR=X", "M&M",
                             "FRA:IQQE", "A1", ".B", "XYZ."}) {
    EXPECT_FALSE(is_us_listing(symbol)) << symbol;
  }
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
  RC_ASSERT(symbol->find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.&:^=_-") ==
            std::string::npos);
  RC_ASSERT(parse_symbol(*symbol) == symbol);
  RC_ASSERT(same_symbol(*symbol, text));
}

RC_GTEST_PROP(SymbolProperty, SamenessIsSymmetricAndMatchesTheCanonicalForms, ()) {
  const auto text = rc::gen::container<std::string>(rc::gen::elementOf(std::string("AB.-WS")));
  const std::string left = *text;
  const std::string right = *text;
  RC_ASSERT(same_symbol(left, left));
  RC_ASSERT(same_symbol(left, right) == same_symbol(right, left));
  RC_ASSERT(same_symbol(left, right) == (canonical_symbol(left) == canonical_symbol(right)));
}

}  // namespace
}  // namespace stockclient
