#pragma once
/// The questions that the upstream can answer.

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace stockclient {

/// The upstream functions that the client uses.
enum class Function : std::uint8_t {
  global_quote,   ///< Gets the latest price of a symbol.
  daily_series,   ///< Gets the last hundred daily bars of a symbol.
  symbol_search,  ///< Searches for symbols that match some keywords.
  market_status,  ///< Lists the markets and whether they are open.
};
/// Number of functions.
inline constexpr std::size_t kFunctionCount = 4;
/// All functions, in the order of their values.
inline constexpr std::array<Function, kFunctionCount> kFunctions{
    Function::global_quote, Function::daily_series, Function::symbol_search,
    Function::market_status};

/// The function's place in arrays of `kFunctionCount` elements.
[[nodiscard]] constexpr std::size_t index_of(Function function) noexcept {
  return static_cast<std::size_t>(function);
}

/// The upstream's name of the function: `GLOBAL_QUOTE`, `TIME_SERIES_DAILY`, `SYMBOL_SEARCH`,
/// `MARKET_STATUS`.
[[nodiscard]] std::string_view to_string(Function function) noexcept;

/// One question. Equal questions share one cache entry and one upstream call.
struct Query {
  /// The upstream function to call.
  Function function = Function::global_quote;
  /// The symbol (validated, upper-case) or the search keywords; empty for the market status.
  std::string argument;

  /// Whether function and argument are both equal.
  friend bool operator==(const Query&, const Query&) = default;
};

/// Hashes a `Query` for unordered containers.
struct QueryHash {
  /// Combines the hashes of function and argument.
  [[nodiscard]] std::size_t operator()(const Query& query) const noexcept {
    return std::hash<std::string>{}(query.argument) * 31 + index_of(query.function);
  }
};

}  // namespace stockclient
