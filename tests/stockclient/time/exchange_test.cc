// Which exchange a symbol trades on.

#include "stockclient/time/exchange.h"

#include <set>
#include <string>

#include <gtest/gtest.h>

#include "stockclient/time/time_zone.h"

namespace stockclient {
namespace {

std::string code_of(std::string_view symbol) {
  const Exchange* const exchange = exchange_of(symbol);
  return exchange == nullptr ? "none" : std::string(exchange->code);
}

TEST(Exchange, OneToFiveLettersAreAUsSymbol) {
  for (const char* symbol : {"F", "IBM", "GOOGL", "VTSAX"}) EXPECT_EQ(code_of(symbol), "US");
}

TEST(Exchange, UsSymbolsMayHaveAShareClass) {
  for (const char* symbol : {"BRK.B", "BRK-B", "XYZ.WS", "XYZ-WS", "BAC-P-K"}) {
    EXPECT_EQ(code_of(symbol), "US") << symbol;
  }
}

TEST(Exchange, OthersAreNamedByTheUpstreamsSuffix) {
  EXPECT_EQ(code_of("TSCO.LON"), "LON");
  EXPECT_EQ(code_of("RCI-B.TRT"), "TRT");
  EXPECT_EQ(code_of("RCI.B.TRT"), "TRT");
  EXPECT_EQ(code_of("600104.SHH"), "SHH");
  EXPECT_EQ(code_of("M&M.BSE"), "BSE");
}

TEST(Exchange, IsUnknownForIndicesCurrenciesAndUnknownSuffixes) {
  for (const char* symbol : {"^FCHI", "FRA:IQQE", "EURUSD", "ABC.XYZ", "ABC.", ".LON", "A1",
                             "BTC-USD", "600104", "ABCDEF.B", ""}) {
    EXPECT_EQ(code_of(symbol), "none") << symbol;
  }
}

TEST(Exchange, FiveLettersThatEndInXAreAFund) {
  EXPECT_TRUE(is_us_fund("VTSAX"));
  for (const char* symbol : {"NFLX", "GOOGL", "VT.AX", "ABCDEX", "12345"}) {
    EXPECT_FALSE(is_us_fund(symbol)) << symbol;
  }
}

TEST(Exchange, EveryRowHasItsOwnCodeHoursAndAZoneThatTheSystemKnows) {
  std::set<std::string_view> codes;
  for (const Exchange& exchange : exchanges()) {
    EXPECT_TRUE(codes.insert(exchange.code).second) << exchange.code;
    EXPECT_LT(exchange.opens, exchange.closes) << exchange.code;
    EXPECT_LE(exchange.closes, std::chrono::hours(24)) << exchange.code;
    EXPECT_TRUE(TimeZone::find(exchange.zone)) << exchange.zone;
  }
}

}  // namespace
}  // namespace stockclient
