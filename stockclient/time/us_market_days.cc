#include "stockclient/time/us_market_days.h"

namespace stockclient {

using namespace std::chrono;  // NOLINT: calendar arithmetic only

namespace {

/// Juneteenth became a market holiday in 2022.
constexpr year kFirstJuneteenth{2022};

weekday weekday_of(year_month_day date) {
  return weekday(sys_days(date));
}

bool is_weekend(weekday day) {
  return day == Saturday || day == Sunday;
}

/// The anonymous Gregorian algorithm (Meeus, "Astronomical Algorithms", chapter 8).
sys_days easter_sunday(year in) {
  const int y = static_cast<int>(in);
  const int golden = y % 19;
  const int century = y / 100;
  const int of_century = y % 100;
  const int moon_correction = (century - (century + 8) / 25 + 1) / 3;
  const int epact = (19 * golden + century - century / 4 - moon_correction + 15) % 30;
  const int to_sunday =
      (32 + 2 * (century % 4) + 2 * (of_century / 4) - epact - of_century % 4) % 7;
  const int late = (golden + 11 * epact + 22 * to_sunday) / 451;
  const int days_from_march = epact + to_sunday - 7 * late + 114;
  return sys_days(in / month(static_cast<unsigned>(days_from_march / 31)) /
                  day(static_cast<unsigned>(days_from_march % 31 + 1)));
}

/// The day on which a fixed-date holiday is observed: the Friday before if it falls on a Saturday,
/// the Monday after if it falls on a Sunday.
sys_days observed(sys_days holiday) {
  if (weekday(holiday) == Saturday) return holiday - days(1);
  if (weekday(holiday) == Sunday) return holiday + days(1);
  return holiday;
}

sys_days thanksgiving(year in) {
  return sys_days(in / November / Thursday[4]);
}

/// New Year's Day is not moved from a Saturday to the preceding Friday, because that is the last
/// day of the accounting year.
bool is_new_years_day(sys_days date, year in) {
  const sys_days first(in / January / 1);
  return weekday(first) != Saturday && date == observed(first);
}

}  // namespace

bool is_us_market_holiday(year_month_day date) {
  const year in = date.year();
  const sys_days at(date);
  return is_new_years_day(at, in) || at == sys_days(in / January / Monday[3]) ||
         at == sys_days(in / February / Monday[3]) || at == easter_sunday(in) - days(2) ||
         at == sys_days(in / May / Monday[last]) ||
         (in >= kFirstJuneteenth && at == observed(sys_days(in / June / 19))) ||
         at == observed(sys_days(in / July / 4)) || at == sys_days(in / September / Monday[1]) ||
         at == thanksgiving(in) || at == observed(sys_days(in / December / 25));
}

bool is_us_early_close(year_month_day date) {
  const year in = date.year();
  if (is_weekend(weekday_of(date)) || is_us_market_holiday(date)) return false;
  return date == in / July / 3 || date == in / December / 24 ||
         sys_days(date) == thanksgiving(in) + days(1);
}

}  // namespace stockclient
