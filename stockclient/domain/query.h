#pragma once
/// What can be asked of the upstream, and what it can be found to have answered.

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <variant>

#include "stockclient/domain/quote.h"

namespace stockclient {

/// The upstream functions in use.
enum class Function : std::uint8_t { global_quote, daily_series, symbol_search, market_status };
inline constexpr std::size_t kFunctionCount = 4;

/// As the upstream spells it: `GLOBAL_QUOTE`, `TIME_SERIES_DAILY`, `SYMBOL_SEARCH`,
/// `MARKET_STATUS`.
[[nodiscard]] std::string_view to_string(Function function) noexcept;

/// One upstream question; equal questions share one cache entry and one flight.
struct Query {
  Function function = Function::global_quote;
  /// The symbol (validated, upper-case), or the search's keywords; empty for markets.
  std::string argument;

  friend bool operator==(const Query&, const Query&) = default;
};

struct QueryHash {
  [[nodiscard]] std::size_t operator()(const Query& query) const noexcept {
    return std::hash<std::string>{}(query.argument) * 31 + static_cast<std::size_t>(query.function);
  }
};

/// The alternatives stand in the order of `Function`.
using Data = std::variant<Quote, DailySeries, SymbolMatches, Markets>;

/// The trading day (`YYYY-MM-DD`) that data are for: a quote's, or that of a series' newest bar.
/// Empty when it is unknown, and for data of other kinds.
[[nodiscard]] std::string_view trading_day_of(const Data& data) noexcept;

}  // namespace stockclient
