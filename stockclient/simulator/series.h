#pragma once
/// Made-up prices that are the same on every machine: they depend on symbol and day alone, and are
/// computed in whole cents.

#include <chrono>
#include <cstdint>
#include <string_view>

namespace stockclient::simulator {

/// One trading day. Prices in cents: above 0, `low` <= `open`, `close` <= `high`.
struct DailyBar {
  std::chrono::sys_days day;
  std::int64_t open = 0;
  std::int64_t high = 0;
  std::int64_t low = 0;
  std::int64_t close = 0;
  std::int64_t volume = 0;
};

/// `day` must be a trading day.
[[nodiscard]] DailyBar daily_bar(std::string_view symbol, std::chrono::sys_days day) noexcept;

/// Trading days are Monday to Friday. The newest one that is not after `day`.
[[nodiscard]] std::chrono::sys_days trading_day_at(std::chrono::sys_days day) noexcept;
[[nodiscard]] std::chrono::sys_days trading_day_before(std::chrono::sys_days day) noexcept;

}  // namespace stockclient::simulator
