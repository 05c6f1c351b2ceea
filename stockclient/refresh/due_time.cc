#include "stockclient/refresh/due_time.h"

#include <algorithm>

namespace stockclient {

using circuitbreaker::Duration;
using std::chrono::hours;

namespace {

/// The number of final sessions that are newer than the value, at most 14.
int sessions_behind(const ValueTimes& value, const FreshnessRules& rules) {
  constexpr int kMost = 14;
  int behind = 0;
  for (Session each = last_final_session(rules, value.fetched);
       each.day > *value.trading_day && behind < kMost;
       each = rules.calendar->last_before(each.day)) {
    ++behind;
  }
  return behind;
}

/// The pause before the next refresh of a value that is older than its exchange's published
/// sessions. At first its symbol's data may merely be late; after several refreshes, the symbol has
/// probably been halted.
Duration pause_of_laggard(const ValueTimes& value, const FreshnessRules& rules, int behind) {
  const WallTime published = final_time(rules, last_final_session(rules, value.fetched));
  if (behind == 1 && value.fetched < published + hours(2)) return hours(2);
  return hours(24) * std::max(behind / 2, 1);
}

}  // namespace

WallTime due_time(ValueTimes value, const FreshnessRules& rules, WallTime now) {
  const WallTime due = fresh_until(value, rules, now);
  if (!value.trading_day) return due;
  const int behind = sessions_behind(value, rules);
  if (behind == 0) return due;
  WallTime next_look = value.fetched + pause_of_laggard(value, rules, behind);
  if (rules.updates != QuoteUpdates::end_of_day) {
    // The symbol may trade again as soon as its exchange does.
    value.trading_day = last_final_session(rules, value.fetched).day;
    next_look = std::min(next_look, fresh_until(value, rules, now));
  }
  return std::max(due, next_look);
}

}  // namespace stockclient
