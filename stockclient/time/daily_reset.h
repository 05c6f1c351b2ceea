#pragma once
/// The time of day at which a daily quota starts anew.

#include <chrono>
#include <string>
#include <string_view>

#include "circuitbreaker/expected.h"

#include "stockclient/time/time_zone.h"
#include "stockclient/time/wall_clock.h"

namespace stockclient {

/// A time of day in a time zone. The day that it begins has 23 to 25 hours, as the zone's clocks
/// decide. Immutable, so safe to use from any thread.
struct DailyReset {
  /// By the zone's clocks, counted from midnight.
  std::chrono::minutes time_of_day;
  /// Whose clocks decide.
  TimeZone zone;

  /// The latest reset that is not after `time`.
  [[nodiscard]] WallTime last(WallTime time) const;
  /// The first reset after `time`.
  [[nodiscard]] WallTime next(WallTime time) const;
};

/// Reads `HH:MM ZONE`, as in `00:00 America/New_York`. The error is one sentence that says what is
/// wrong and what is allowed.
[[nodiscard]] circuitbreaker::expected<DailyReset, std::string> parse_daily_reset(
    std::string_view text);

}  // namespace stockclient
