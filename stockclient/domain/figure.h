#pragma once
/// The parts of an upstream answer that can be unreadable individually.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace stockclient {

/// A part of an answer, named as in the label `figure` of `stock_data_faults_total`.
enum class Figure : std::uint8_t {
  symbol,          ///< The symbol that an answer or a search match is about.
  price,           ///< A quote's price.
  open,            ///< The first price of a trading day.
  high,            ///< The highest price of a trading day.
  low,             ///< The lowest price of a trading day.
  close,           ///< The last price of a bar.
  volume,          ///< The number of shares traded.
  trading_day,     ///< The trading day of a quote.
  previous_close,  ///< The last price of the previous trading day.
  change,          ///< The difference between the price and the previous close.
  change_percent,  ///< The difference between the price and the previous close, in percent.
  date,            ///< The trading day of a bar.
  score,           ///< How well a search match fits.
  description,     ///< A descriptive text of a search match or a market, such as its region.
  market,  ///< A market's type, region or status; a market without one of these is left out.
  form,    ///< The answer as a whole: it has the wrong JSON type, or data for another question.
};

/// Number of enumerators of `Figure`.
inline constexpr std::size_t kFigureCount = 16;

/// The enumerator's name, as used in metrics and logs.
[[nodiscard]] std::string_view to_string(Figure figure) noexcept;

/// Counts the unreadable figures of one upstream answer. A plain value.
class UnreadableFigures {
 public:
  /// Adds one unreadable figure.
  void add(Figure figure) noexcept { ++counts_[static_cast<std::size_t>(figure)]; }
  /// The number of unreadable figures of this kind.
  [[nodiscard]] std::uint32_t count(Figure figure) const noexcept {
    return counts_[static_cast<std::size_t>(figure)];
  }
  /// Whether every figure could be read.
  [[nodiscard]] bool empty() const noexcept { return *this == UnreadableFigures(); }

  /// Whether all counts are equal.
  friend bool operator==(const UnreadableFigures&, const UnreadableFigures&) = default;

 private:
  std::array<std::uint32_t, kFigureCount> counts_{};
};

}  // namespace stockclient
