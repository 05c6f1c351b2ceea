#pragma once
/// The time of day at which a daily quota starts anew.

#include <chrono>
#include <string>
#include <string_view>

#include "circuitbreaker/expected.h"

#include "stockclient/domain/answer.h"
#include "stockclient/time/time_zone.h"

namespace stockclient {

/// Immutable. A day has 23 to 25 hours, as the zone's clocks decide.
struct DailyReset {
  std::chrono::minutes time_of_day{0};
  TimeZone zone;

  /// The latest reset that is not after `time`.
  [[nodiscard]] WallTime last(WallTime time) const;
  /// The first reset after `time`.
  [[nodiscard]] WallTime next(WallTime time) const;
};

/// `HH:MM ZONE`, as in `00:00 America/New_York`. The error says what is wrong.
[[nodiscard]] circuitbreaker::expected<DailyReset, std::string> parse_daily_reset(
    std::string_view text);

}  // namespace stockclient
