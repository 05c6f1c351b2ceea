// Prints the weekdays on which a holiday closes the US exchanges, one a line, for the years from
// argv[1] to argv[2].

#include <cstdio>
#include <cstdlib>

#include "stockclient/time/us_market_days.h"

int main(int argc, char** argv) {
  using namespace std::chrono;
  if (argc != 3) return 2;
  const sys_days first(year(std::atoi(argv[1])) / January / 1);
  const sys_days last(year(std::atoi(argv[2])) / December / 31);
  for (sys_days day = first; day <= last; day += days(1)) {
    const year_month_day date(day);
    if (!stockclient::is_us_market_holiday(date)) continue;
    std::printf("%04d-%02u-%02u\n", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
  }
}
