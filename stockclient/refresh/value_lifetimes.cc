#include "stockclient/refresh/value_lifetimes.h"

#include <algorithm>
#include <shared_mutex>

#include "stockclient/domain/trading_date.h"
#include "stockclient/refresh/due_time.h"

namespace stockclient {

using circuitbreaker::Duration;

ValueTimes ValueLifetimes::times_of(const Value& value) const {
  return {parse_trading_day(trading_day_of(value.record->data)),
          clocks_.wall.now() - (clocks_.boot.now() - value.fetched)};
}

Duration ValueLifetimes::of(const Query& query, const Value& value) const {
  const Duration shortest = live_.read().ttl(query.function);
  const ExchangeWatch* const exchange = watches_.of(query);
  if (exchange == nullptr) {
    return watches_.is_daily_without_calendar(query, rationed_by_day_)
               ? std::max<Duration>(shortest, std::chrono::hours(24))
               : shortest;
  }
  const ValueTimes times = times_of(value);
  const std::shared_lock lock(watches_.mutex());
  FreshnessRules rules = exchange->rules();
  rules.fresh_ttl = shortest;
  return due_time(times, rules, clocks_.wall.now()) - times.fetched;
}

bool ValueLifetimes::is_fresh(const Query& query, const Value& value) const {
  const Duration age = clocks_.boot.now() - value.fetched;
  return age < live_.read().ttl(query.function) || age < of(query, value);
}

bool ValueLifetimes::is_end_of_day_quote(const Query& query) const {
  if (query.function != Function::global_quote) return false;
  const ExchangeWatch* const exchange = watches_.of(query);
  if (exchange == nullptr) return watches_.updates() == QuoteUpdates::end_of_day;
  const std::shared_lock lock(watches_.mutex());
  return exchange->updates() == QuoteUpdates::end_of_day;
}

}  // namespace stockclient
