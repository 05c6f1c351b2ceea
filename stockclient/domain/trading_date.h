#pragma once
/// The days that an upstream answer can plausibly be about.

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "stockclient/time/exchange_calendar.h"
#include "stockclient/time/wall_clock.h"

namespace stockclient {

/// Reads `YYYY-MM-DD`; empty for anything else, days that do not exist included. Pure; safe from
/// any thread.
[[nodiscard]] std::optional<TradingDay> parse_trading_day(std::string_view text) noexcept;

/// The date in New York, where US listings trade. Pure; safe from any thread.
[[nodiscard]] std::chrono::sys_days new_york_date(WallTime now);

/// The newest trading day (`YYYY-MM-DD`) that an answer about `symbol` can plausibly name at `now`:
/// New York's date for a US listing; for every other symbol, whose exchange's time zone is not
/// known here, the date in the earliest time zone on Earth (UTC+14). Pure; safe from any thread.
[[nodiscard]] std::string newest_possible_day(std::string_view symbol, WallTime now);

}  // namespace stockclient
