#include "stockclient/time/daily_reset.h"

#include <optional>

namespace stockclient {

using std::chrono::days;
using std::chrono::local_days;
using std::chrono::sys_seconds;

namespace {

local_days local_day(const TimeZone& zone, WallTime time) {
  return std::chrono::floor<days>(zone.to_local(std::chrono::floor<std::chrono::seconds>(time)));
}

/// Reads exactly two digits; empty unless their value is below `limit`.
std::optional<int> two_digits(std::string_view text, int limit) {
  if (text.size() != 2 || text[0] < '0' || text[0] > '9' || text[1] < '0' || text[1] > '9') {
    return std::nullopt;
  }
  const int value = (text[0] - '0') * 10 + (text[1] - '0');
  if (value >= limit) return std::nullopt;
  return value;
}

}  // namespace

WallTime DailyReset::last(WallTime time) const {
  // Starts one day ahead, because the date alone does not decide: if local clocks skip the time of
  // the reset, it happens later than that local time suggests.
  local_days day = local_day(zone, time) + days(1);
  sys_seconds reset = zone.to_sys(day + time_of_day);
  while (reset > time) {
    day -= days(1);
    reset = zone.to_sys(day + time_of_day);
  }
  return reset;
}

WallTime DailyReset::next(WallTime time) const {
  local_days day = local_day(zone, time) - days(1);
  sys_seconds reset = zone.to_sys(day + time_of_day);
  while (reset <= time) {
    day += days(1);
    reset = zone.to_sys(day + time_of_day);
  }
  return reset;
}

circuitbreaker::expected<DailyReset, std::string> parse_daily_reset(std::string_view text) {
  const auto refuse = [&](const std::string& reason) {
    return circuitbreaker::unexpected<std::string>(
        "\"" + std::string(text.substr(0, 80)) + "\": " + reason +
        "; allowed is HH:MM ZONE, as in 00:00 America/New_York");
  };
  if (text.size() < 7 || text[2] != ':' || text[5] != ' ')
    return refuse("this is not a time of day followed by a time zone");
  const auto hour = two_digits(text.substr(0, 2), 24);
  const auto minute = two_digits(text.substr(3, 2), 60);
  if (!hour || !minute) return refuse("the time of day must be between 00:00 and 23:59");
  const auto zone = TimeZone::find(text.substr(6));
  if (!zone) return refuse(zone.error());
  return DailyReset{std::chrono::hours(*hour) + std::chrono::minutes(*minute), *zone};
}

}  // namespace stockclient
