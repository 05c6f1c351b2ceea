#pragma once
/// The time of day at which a daily quota is reset.

#include <chrono>
#include <string>
#include <string_view>

#include "circuitbreaker/expected.h"

#include "stockclient/time/time_zone.h"
#include "stockclient/time/wall_clock.h"

namespace stockclient {

/// A time of day in a time zone. A day that begins at this time has 23 to 25 hours, depending on
/// the zone's clock changes. Immutable, so safe to use from any thread.
struct DailyReset {
  /// Local time of the reset, counted from midnight.
  std::chrono::minutes time_of_day;
  /// The zone in which `time_of_day_` is interpreted.
  TimeZone zone;

  /// The latest reset that is not after `time`.
  [[nodiscard]] WallTime last(WallTime time) const;
  /// The first reset after `time`.
  [[nodiscard]] WallTime next(WallTime time) const;
};

/// Parses `HH:MM ZONE`, as in `00:00 America/New_York`. The error is one sentence that states the
/// problem and the allowed form.
[[nodiscard]] circuitbreaker::expected<DailyReset, std::string> parse_daily_reset(
    std::string_view text);

}  // namespace stockclient
