#include "tests/freshness/quota_windows.h"

#include <algorithm>
#include <stdexcept>

namespace freshness {

using circuitbreaker::Duration;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

WallTime QuotaWindows::free_at(WallTime now) const {
  WallTime free = now;
  const auto window = [&](std::optional<std::uint32_t> limit, Duration length) {
    if (!limit || calls_.size() < *limit) return;
    free = std::max<WallTime>(free, calls_[calls_.size() - *limit] + length);
  };
  window(plan_.per_second, seconds(1));
  window(plan_.per_minute, minutes(1));
  window(plan_.per_day, hours(24));
  return free;
}

void QuotaWindows::charge(WallTime now) {
  if (free_at(now) > now) throw std::logic_error("the plan does not allow a call now");
  calls_.push_back(now);
  const std::size_t longest =
      plan_.per_day.value_or(plan_.per_minute.value_or(plan_.per_second.value_or(0)));
  if (calls_.size() > longest) calls_.pop_front();
}

std::uint32_t QuotaWindows::in_last_day(WallTime now) const {
  return static_cast<std::uint32_t>(std::count_if(
      calls_.begin(), calls_.end(), [&](WallTime call) { return call > now - hours(24); }));
}

stockclient::CallBudget QuotaWindows::budget(WallTime now) {
  stockclient::CallBudget budget;
  if (plan_.per_minute) budget.spacing = Duration(minutes(1)) / *plan_.per_minute;
  if (plan_.per_day) {
    if (!day_begins_ || now - *day_begins_ >= hours(24)) day_begins_ = now;
    const std::uint32_t spent = std::min(*plan_.per_day, in_last_day(now));
    budget.day = {*plan_.per_day, *plan_.per_day - spent, *day_begins_, *day_begins_ + hours(24),
                  now + hours(24)};
  }
  return budget;
}

}  // namespace freshness
