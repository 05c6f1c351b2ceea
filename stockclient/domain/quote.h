#pragma once
/// The data that this service deals in, as plain values. Prices keep the upstream's decimal text
/// (see `Decimal`), so that no figure passes through binary floating point.

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
  std::string symbol;                      ///< As the caller spelled it, in upper case.
  Decimal price;                           ///< Always above zero.
  std::optional<Decimal> open;             ///< First price of the trading day, above zero.
  std::optional<Decimal> high;             ///< Highest price of the trading day, above zero.
  std::optional<Decimal> low;              ///< Lowest price of the trading day, above zero.
  std::optional<Decimal> previous_close;   ///< Last price of the trading day before, above zero.
  std::optional<Decimal> change;           ///< Price minus previous close, of either sign.
  std::optional<Decimal> change_percent;   ///< The change in percent, without the `%`.
  std::optional<std::int64_t> volume;      ///< Shares traded on the trading day, never negative.
  std::optional<std::string> trading_day;  ///< The day that the quote is for, `YYYY-MM-DD`.
  bool delayed_15min = false;  ///< Whether the upstream delivers this quote 15 minutes late.
};

/// One trading day of one symbol. Only the date and the close are always known.
struct Bar {
  std::string date;                    ///< `YYYY-MM-DD`.
  std::optional<Decimal> open;         ///< First price of the day, above zero.
  std::optional<Decimal> high;         ///< Highest price of the day, above zero.
  std::optional<Decimal> low;          ///< Lowest price of the day, above zero.
  Decimal close;                       ///< Last price of the day, above zero.
  std::optional<std::int64_t> volume;  ///< Shares traded, never negative.
};

/// The daily bars of one symbol, as traded: not adjusted for splits or dividends.
struct DailySeries {
  std::string symbol;     ///< As the caller spelled it, in upper case.
  std::vector<Bar> bars;  ///< One to 100 bars, newest first, one for each day.
  /// Whether the newest bar's trading day is not over, so that its figures will still change. Empty
  /// when the upstream states a time of day in a time zone that is not certain.
  std::optional<bool> partial = false;
};

/// One result of a symbol search. Texts that the upstream left out are empty.
struct SymbolMatch {
  std::string symbol;            ///< The symbol, with its exchange suffix; never empty.
  std::string name;              ///< The company's or fund's name.
  std::string type;              ///< The kind of security, such as `Equity` or `ETF`.
  std::string region;            ///< The country or exchange.
  std::string market_open;       ///< `HH:MM`, local time.
  std::string market_close;      ///< `HH:MM`, local time.
  std::string timezone;          ///< Offset of the local time, such as `UTC-04`.
  std::string currency;          ///< As the upstream names it: `GBX` (pence) stays `GBX`.
  std::optional<Decimal> score;  ///< How well the match fits, 0 to 1.
};

/// What a symbol search found, best match first.
struct SymbolMatches {
  std::vector<SymbolMatch> matches;  ///< Empty when nothing was found.
};

/// Opening hours and state of the exchanges of one region.
struct Market {
  std::string type;                    ///< What is traded there, such as `Equity` or `Forex`.
  std::string region;                  ///< The country, or `Global`.
  std::vector<std::string> exchanges;  ///< The names of the region's main exchanges.
  std::string open;                    ///< `HH:MM`, local time.
  std::string close;                   ///< `HH:MM`, local time.
  std::string status;                  ///< `open` or `closed` when the upstream answered.
  std::optional<std::string> notes;    ///< The upstream's remarks, such as a holiday.
};

/// All markets that the upstream reports.
struct Markets {
  std::vector<Market> markets;  ///< Never empty.
};

/// The data of one upstream answer. The alternatives are in the order of `Function`, so that
/// `Data::index()` is the function that was asked for.
using Data = std::variant<Quote, DailySeries, SymbolMatches, Markets>;

/// The trading day (`YYYY-MM-DD`) that data are for: a quote's, or that of a series' newest bar.
/// Empty when it is unknown, and for data of other kinds.
[[nodiscard]] std::string_view trading_day_of(const Data& data) noexcept;

}  // namespace stockclient
