#pragma once
/// The data that the stock client delivers, as plain values. Prices keep the upstream's decimal
/// text (see `Decimal`), so that no figure passes through binary floating point.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "stockclient/domain/decimal.h"

namespace stockclient {

/// The latest price of one symbol. Only the symbol and the price are always known; a figure that
/// the upstream left out, or that could not be read, is empty.
struct Quote {
  std::string symbol;                      ///< The symbol as the caller spelled it, in upper case.
  Decimal price;                           ///< The latest price, above zero.
  std::optional<Decimal> open;             ///< First price of the trading day, above zero.
  std::optional<Decimal> high;             ///< Highest price of the trading day, above zero.
  std::optional<Decimal> low;              ///< Lowest price of the trading day, above zero.
  std::optional<Decimal> previous_close;   ///< Last price of the previous trading day, above zero.
  std::optional<Decimal> change;           ///< Price minus previous close, of either sign.
  std::optional<Decimal> change_percent;   ///< The change in percent, without the `%`.
  std::optional<std::int64_t> volume;      ///< Shares traded on the trading day, never negative.
  std::optional<std::string> trading_day;  ///< Trading day of the quote, `YYYY-MM-DD`.
  bool delayed_15min = false;  ///< Whether the upstream delivers this quote 15 minutes late.
};

/// One trading day of one symbol. Only the date and the close are always known.
struct Bar {
  std::string date;                    ///< The trading day, `YYYY-MM-DD`.
  std::optional<Decimal> open;         ///< First price of the day, above zero.
  std::optional<Decimal> high;         ///< Highest price of the day, above zero.
  std::optional<Decimal> low;          ///< Lowest price of the day, above zero.
  Decimal close;                       ///< Last price of the day, above zero.
  std::optional<std::int64_t> volume;  ///< Shares traded, never negative.
};

/// The daily bars of one symbol, as traded: not adjusted for splits or dividends.
struct DailySeries {
  std::string symbol;     ///< The symbol as the caller spelled it, in upper case.
  std::vector<Bar> bars;  ///< One to 100 bars, newest first, one for each day.
  /// Whether the newest bar's trading day is still in progress, so that its figures will change.
  /// Empty if the upstream states a time of day in an uncertain time zone.
  std::optional<bool> partial = false;
};

/// One result of a symbol search. Texts that the upstream left out are empty.
struct SymbolMatch {
  std::string symbol;        ///< The symbol, with its exchange suffix; never empty.
  std::string name;          ///< The company's or fund's name.
  std::string type;          ///< The kind of security, such as `Equity` or `ETF`.
  std::string region;        ///< The country or exchange where it is listed.
  std::string market_open;   ///< Start of trading, `HH:MM` local time.
  std::string market_close;  ///< End of trading, `HH:MM` local time.
  std::string timezone;      ///< Offset of the local time, such as `UTC-04`.
  std::string currency;      ///< The currency as the upstream names it: `GBX` (pence) stays `GBX`.
  std::optional<Decimal> score;  ///< How well the match fits, 0 to 1.
};

/// The matches of a symbol search, best first.
struct SymbolMatches {
  std::vector<SymbolMatch> matches;  ///< Empty if nothing was found.
};

/// Opening hours and state of the exchanges of one region.
struct Market {
  std::string type;                    ///< The kind of assets traded, such as `Equity` or `Forex`.
  std::string region;                  ///< The country, or `Global`.
  std::vector<std::string> exchanges;  ///< The names of the region's main exchanges.
  std::string open;                    ///< Start of trading, `HH:MM` local time.
  std::string close;                   ///< End of trading, `HH:MM` local time.
  std::string status;                ///< `open` or `closed`, at the time of the upstream's answer.
  std::optional<std::string> notes;  ///< The upstream's remarks, such as a holiday.
};

/// All markets reported by the upstream.
struct Markets {
  std::vector<Market> markets;  ///< Never empty.
};

/// The data of one upstream answer. The alternatives are in the order of `Function`, so that
/// `Data::index()` is the requested function.
using Data = std::variant<Quote, DailySeries, SymbolMatches, Markets>;

/// The trading day (`YYYY-MM-DD`) of a quote, or of a series' newest bar. Empty if it is unknown,
/// and for other kinds of data.
[[nodiscard]] std::string_view trading_day_of(const Data& data) noexcept;

}  // namespace stockclient
