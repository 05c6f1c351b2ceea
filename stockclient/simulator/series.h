#pragma once
/// @file
/// Invented prices that are the same on every machine: they depend only on symbol and day and are
/// computed in whole cents.

#include <chrono>
#include <cstdint>
#include <string_view>

namespace stockclient::simulator {

/// One trading day. Prices are positive and in cents; `low` <= `open`, `close` <= `high`.
struct DailyBar {
  /// The trading day.
  std::chrono::sys_days day;
  /// First price.
  std::int64_t open = 0;
  /// Highest price.
  std::int64_t high = 0;
  /// Lowest price.
  std::int64_t low = 0;
  /// Last price.
  std::int64_t close = 0;
  /// Number of shares traded.
  std::int64_t volume = 0;
};

/// The bar of a symbol, which must be in upper case. `day` must be a trading day.
[[nodiscard]] DailyBar daily_bar(std::string_view symbol, std::chrono::sys_days day) noexcept;

/// The newest trading day that is not after `day`. Trading days are Monday to Friday, including
/// holidays.
[[nodiscard]] std::chrono::sys_days trading_day_at(std::chrono::sys_days day) noexcept;
/// The newest trading day before `day`.
[[nodiscard]] std::chrono::sys_days trading_day_before(std::chrono::sys_days day) noexcept;

}  // namespace stockclient::simulator
