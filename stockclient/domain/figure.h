#pragma once
/// The parts of an upstream answer that can be unreadable on their own.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace stockclient {

/// A part of an answer, as the `figure` label of `stock_data_faults_total` names it.
enum class Figure : std::uint8_t {
  symbol,          ///< The symbol that an answer or a search match is about.
  price,           ///< A quote's price.
  open,            ///< The first price of a trading day.
  high,            ///< The highest price of a trading day.
  low,             ///< The lowest price of a trading day.
  close,           ///< A bar's last price.
  volume,          ///< The number of shares traded.
  trading_day,     ///< The day that a quote is for.
  previous_close,  ///< The last price of the trading day before.
  change,          ///< The difference between the price and the previous close.
  change_percent,  ///< The same difference in percent.
  date,            ///< The day that a bar is for.
  score,           ///< How well a search match fits.
  description,     ///< A descriptive text of a search match or a market, such as its region.
  market,          ///< A market's type, region or status, without which it is not listed.
  form,            ///< The answer as a whole: the wrong JSON type, or data for another question.
};

/// Number of enumerators of `Figure`.
inline constexpr std::size_t kFigureCount = 16;

/// The enumerator's name, for metrics and logs.
[[nodiscard]] std::string_view to_string(Figure figure) noexcept;

/// Counts the unreadable figures of one upstream answer. A plain value.
class UnreadableFigures {
 public:
  /// Adds one unreadable figure.
  void add(Figure figure) noexcept { ++counts_[static_cast<std::size_t>(figure)]; }
  /// How many figures of this kind were unreadable.
  [[nodiscard]] std::uint32_t count(Figure figure) const noexcept {
    return counts_[static_cast<std::size_t>(figure)];
  }
  /// Whether every figure could be read.
  [[nodiscard]] bool empty() const noexcept { return *this == UnreadableFigures(); }

  /// Equal when all counts are.
  friend bool operator==(const UnreadableFigures&, const UnreadableFigures&) = default;

 private:
  std::array<std::uint32_t, kFigureCount> counts_{};
};

}  // namespace stockclient
