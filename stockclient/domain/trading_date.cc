#include "stockclient/domain/trading_date.h"

#include <array>
#include <charconv>
#include <cstdio>

#include "stockclient/domain/symbol.h"
#include "stockclient/time/time_zone.h"

namespace stockclient {
namespace {

using std::chrono::floor;

constexpr std::chrono::hours kEarliestZone{14};

bool read_digits(std::string_view text, unsigned& value) noexcept {
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  return error == std::errc() && stop == end;
}

}  // namespace

std::optional<TradingDay> parse_trading_day(std::string_view text) noexcept {
  constexpr std::string_view kForm = "YYYY-MM-DD";
  unsigned year = 0;
  unsigned month = 0;
  unsigned day = 0;
  if (text.size() != kForm.size() || text[4] != '-' || text[7] != '-' ||
      !read_digits(text.substr(0, 4), year) || !read_digits(text.substr(5, 2), month) ||
      !read_digits(text.substr(8, 2), day)) {
    return std::nullopt;
  }
  const std::chrono::year_month_day date(std::chrono::year(static_cast<int>(year)),
                                         std::chrono::month(month), std::chrono::day(day));
  return date.ok() ? std::optional(TradingDay(date)) : std::nullopt;
}

std::chrono::sys_days new_york_date(WallTime now) {
  static const auto new_york = TimeZone::find("America/New_York");
  // Without a time zone database, fall back to the date in UTC.
  if (!new_york) return floor<std::chrono::days>(now);
  const auto there = floor<std::chrono::days>(new_york->to_local(floor<std::chrono::seconds>(now)));
  return std::chrono::sys_days(there.time_since_epoch());
}

std::string newest_possible_day(std::string_view symbol, WallTime now) {
  const std::chrono::year_month_day day =
      is_us_listing(symbol) ? new_york_date(now) : floor<std::chrono::days>(now + kEarliestZone);
  std::array<char, 16> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02u-%02u", static_cast<int>(day.year()),
                static_cast<unsigned>(day.month()), static_cast<unsigned>(day.day()));
  return text.data();
}

}  // namespace stockclient
