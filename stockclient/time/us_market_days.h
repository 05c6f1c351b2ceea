#pragma once
/// The days on which the US stock exchanges are closed, or close early, computed by rule.
///
/// The rules are those of NYSE Rule 7.2 and NYSE's published calendars; Nasdaq closes on the same
/// days. A closure that no rule predicts (a day of mourning, a storm) is not known here; the
/// refresh planner detects it when the upstream publishes no data (see `PublicationWatch`).

#include <chrono>

namespace stockclient {

/// Whether a holiday closes the US stock exchanges on `date`. Weekends are not holidays. Correct
/// for 1998, the first year of Martin Luther King Jr. Day, and later. Thread-safe.
[[nodiscard]] bool is_us_market_holiday(std::chrono::year_month_day date);

/// Whether the US stock exchanges close at 13:00 New York time on `date`: on the day before
/// Independence Day, on the day after Thanksgiving and on Christmas Eve, unless that
/// day is a weekend day or a holiday. Correct for 2013 and later. Thread-safe.
[[nodiscard]] bool is_us_early_close(std::chrono::year_month_day date);

}  // namespace stockclient
