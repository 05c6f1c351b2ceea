#include "service/quotes/currencies.h"

#include <gtest/gtest.h>

namespace service {
namespace {

stockclient::SymbolMatches match_of(const std::string& symbol, const std::string& currency) {
  stockclient::SymbolMatch match;
  match.symbol = symbol;
  match.currency = currency;
  return {{match}};
}

TEST(ExchangeCurrency, FollowsFromTheSuffixWhereAnExchangeQuotesInOneCurrency) {
  EXPECT_EQ(exchange_currency("SHOP.TRT"), "CAD");
  EXPECT_EQ(exchange_currency("RCI.B.TRT"), "CAD");
  EXPECT_EQ(exchange_currency("GPV.TRV"), "CAD");
  EXPECT_EQ(exchange_currency("MBG.DEX"), "EUR");
  EXPECT_EQ(exchange_currency("TCO2.FRK"), "EUR");
  EXPECT_EQ(exchange_currency("AIR.PAR"), "EUR");
  EXPECT_EQ(exchange_currency("ASML.AMS"), "EUR");
  EXPECT_EQ(exchange_currency("RELIANCE.BSE"), "INR");
  EXPECT_EQ(exchange_currency("600104.SHH"), "CNY");
  EXPECT_EQ(exchange_currency("000002.SHZ"), "CNY");
  EXPECT_EQ(exchange_currency("6190.HKG"), "HKD");
  EXPECT_EQ(exchange_currency("PETR4.SAO"), "BRL");
}

TEST(ExchangeCurrency, IsUnknownForListingsInAnotherCurrency) {
  EXPECT_EQ(exchange_currency("DLR.U.TRT"), std::nullopt);
  EXPECT_EQ(exchange_currency("900901.SHH"), std::nullopt);
  EXPECT_EQ(exchange_currency("200002.SHZ"), std::nullopt);
  EXPECT_EQ(exchange_currency("80700.HKG"), std::nullopt);
  EXPECT_EQ(exchange_currency("8001.HKG"), "HKD") << "four digits are not a renminbi counter";
}

TEST(ExchangeCurrency, IsUnknownElsewhere) {
  for (const char* symbol : {"TSCO.LON", "IBM", "BRK.B", "^FCHI", "EUR=X", "ABC.XYZ"}) {
    EXPECT_EQ(exchange_currency(symbol), std::nullopt) << symbol;
  }
}

TEST(Currencies, PreferTheSearchToTheExchange) {
  Currencies currencies(10);
  EXPECT_EQ(currencies.find("80700.HKG"), std::nullopt);
  currencies.learn(match_of("80700.HKG", "CNY"));
  EXPECT_EQ(currencies.find("80700.HKG"), "CNY");
  EXPECT_EQ(currencies.find("0700.HKG"), "HKD");
}

TEST(Currencies, KeepPenceAndLeaveUnknownCurrenciesUnknown) {
  Currencies currencies(10);
  EXPECT_EQ(currencies.find("TSCO.LON"), std::nullopt);
  currencies.learn(match_of("TSCO.LON", "GBX"));
  EXPECT_EQ(currencies.find("TSCO.LON"), "GBX");
}

TEST(Currencies, LearnOneShareUnderAllItsSpellings) {
  Currencies currencies(10);
  currencies.learn(match_of("BRK-B", "USD"));
  EXPECT_EQ(currencies.find("BRK.B"), "USD");
  EXPECT_EQ(currencies.find("BRK-B"), "USD");
  EXPECT_EQ(currencies.find("BRK.A"), std::nullopt);
}

TEST(Currencies, RememberABoundedNumber) {
  Currencies currencies(1);
  currencies.learn(match_of("A", "USD"));
  currencies.learn(match_of("B", "USD"));
  EXPECT_EQ(currencies.find("A"), "USD");
  EXPECT_EQ(currencies.find("B"), std::nullopt);
}

TEST(Currencies, ChangeTheirGenerationOnlyWhenTheyLearn) {
  Currencies currencies(10);
  const auto before = currencies.generation();
  currencies.learn(match_of("BRK-B", "USD"));
  const auto learned = currencies.generation();
  EXPECT_NE(learned, before);
  currencies.learn(match_of("BRK.B", "USD"));
  EXPECT_EQ(currencies.generation(), learned);
}

}  // namespace
}  // namespace service
