#include "stockclient/time/freshness.h"

#include <algorithm>

namespace stockclient {

using circuitbreaker::Duration;

namespace {

bool is_silent(const FreshnessRules& rules, TradingDay day) {
  return std::find(rules.silent_days.begin(), rules.silent_days.end(), day) !=
         rules.silent_days.end();
}

Duration delay_of(QuoteUpdates updates) {
  return updates == QuoteUpdates::delayed ? Duration(kQuoteDelay) : Duration::zero();
}

/// The earliest time after `fetched` at which an end-of-day value of `day` may change.
WallTime next_end_of_day(const FreshnessRules& rules, TradingDay day, WallTime fetched) {
  if (rules.calendar->is_session(day) && !is_silent(rules, day)) {
    const WallTime final = final_time(rules, rules.calendar->session(day));
    if (fetched < final) return final;
  }
  return final_time(rules, next_session(rules, day));
}

/// The earliest time after `fetched` at which an intraday value may change; during trading, this is
/// `fetched` itself.
WallTime next_intraday(const FreshnessRules& rules, WallTime fetched) {
  const Duration delay = delay_of(rules.updates);
  const Session session = rules.calendar->last_opened(fetched - delay);
  if (!is_silent(rules, session.day)) {
    if (fetched < session.closes + delay) return fetched;
    if (const WallTime final = final_time(rules, session); fetched < final) return final;
  }
  return next_session(rules, session.day).opens + delay;
}

}  // namespace

Session next_session(const FreshnessRules& rules, TradingDay day) {
  Session next = rules.calendar->next_after(day);
  while (is_silent(rules, next.day)) next = rules.calendar->next_after(next.day);
  return next;
}

WallTime final_time(const FreshnessRules& rules, const Session& session) {
  if (rules.updates == QuoteUpdates::end_of_day) return session.closes + rules.publication_lag;
  return session.closes + delay_of(rules.updates) + kSettling;
}

Session last_final_session(const FreshnessRules& rules, WallTime now) {
  Session last = rules.calendar->last_closed(now);
  while (is_silent(rules, last.day) || final_time(rules, last) > now) {
    last = rules.calendar->last_before(last.day);
  }
  return last;
}

WallTime fresh_until(const ValueTimes& value, const FreshnessRules& rules, WallTime now) {
  const WallTime fetched = std::min(value.fetched, now);
  const WallTime shortest = fetched + rules.fresh_ttl;
  if (rules.calendar == nullptr || !value.trading_day || rules.reported_open) return shortest;
  if (rules.updates == QuoteUpdates::end_of_day) {
    return std::max(shortest, next_end_of_day(rules, *value.trading_day, fetched));
  }
  if (*value.trading_day < last_final_session(rules, fetched).day) return shortest;
  return std::max(shortest, next_intraday(rules, fetched));
}

}  // namespace stockclient
