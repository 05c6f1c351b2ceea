#include "stockclient/refresh/value_lifetimes.h"

#include <algorithm>

#include "stockclient/domain/trading_date.h"

namespace stockclient {

using circuitbreaker::Duration;
using std::chrono::hours;

namespace {

/// The publication lags that are assumed before one has been seen.
constexpr hours kFirstLag{1};
constexpr hours kFirstFundLag{3};

bool has_trading_day(Function function) {
  return function == Function::global_quote || function == Function::daily_series;
}

/// How many final sessions are newer than the value; counts up to 14.
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

/// The pause before the next look at a value that is behind while others advanced: at first the
/// publication may just not have reached it, later its symbol seems halted.
Duration pause_of_laggard(int behind) {
  return behind == 1 ? Duration(hours(2)) : Duration(hours(24)) * (behind / 2);
}

}  // namespace

ValueLifetimes::ValueLifetimes(LifetimeSettings settings, const SettingsCell& live, Clocks clocks)
    : settings_(settings), live_(live), clocks_(clocks) {
  if (!settings_.market_hours) return;
  calendars_.emplace();
  const auto watch = [&](const ExchangeCalendar& calendar, bool is_for_funds, Duration lag) {
    exchanges_.emplace_back(
        calendar, is_for_funds,
        ExchangeWatch(calendar, settings_.quote_updates, live_.read().fresh_ttl, lag));
  };
  for (const ExchangeCalendar& calendar : calendars_->all()) {
    watch(calendar, false, kFirstLag);
    if (calendar.exchange().holidays == HolidayRule::us) watch(calendar, true, kFirstFundLag);
  }
}

ValueLifetimes::WatchedExchange* ValueLifetimes::exchange_for(const Query& query) {
  if (exchanges_.empty() || !has_trading_day(query.function)) return nullptr;
  const Exchange* const exchange = exchange_of(query.argument);
  if (exchange == nullptr) return nullptr;
  const bool is_fund = is_us_fund(query.argument);
  const auto found =
      std::find_if(exchanges_.begin(), exchanges_.end(), [&](const WatchedExchange& each) {
        return &each.exchange == exchange && each.is_for_funds == is_fund;
      });
  return found == exchanges_.end() ? nullptr : &*found;
}

ValueLifetimes::WatchedExchange* ValueLifetimes::exchange_of_quote(const Query& query) {
  return query.function == Function::global_quote ? exchange_for(query) : nullptr;
}

ValueTimes ValueLifetimes::times_of(const Value& value, WallTime now) const {
  return {parse_trading_day(trading_day_of(value.record->data)),
          now - (clocks_.boot.now() - value.fetched)};
}

Duration ValueLifetimes::of(const Query& query, const Value& value) {
  const Duration shortest = live_.read().ttl(query.function);
  WatchedExchange* const exchange = exchange_for(query);
  if (exchange == nullptr) {
    const bool once_a_day =
        settings_.market_hours && settings_.is_rationed_by_day && has_trading_day(query.function);
    return once_a_day ? std::max<Duration>(shortest, hours(24)) : shortest;
  }
  const WallTime now = clocks_.wall.now();
  ValueTimes times = times_of(value, now);
  const std::lock_guard lock(exchange->mutex);
  exchange->watch.advance(now);
  FreshnessRules rules = exchange->watch.rules();
  rules.fresh_ttl = shortest;
  const Duration lifetime = fresh_until(times, rules, now) - times.fetched;
  if (!times.trading_day) return lifetime;
  const int behind = sessions_behind(times, rules);
  if (behind == 0) return lifetime;
  Duration pause = pause_of_laggard(behind);
  if (rules.updates != QuoteUpdates::end_of_day) {
    // The symbol may trade again as soon as its exchange does.
    times.trading_day = last_final_session(rules, times.fetched).day;
    pause = std::min<Duration>(pause, fresh_until(times, rules, now) - times.fetched);
  }
  return std::max(lifetime, pause);
}

bool ValueLifetimes::is_fresh(const Query& query, const Value& value) {
  const Duration age = clocks_.boot.now() - value.fetched;
  return age < live_.read().ttl(query.function) || age < of(query, value);
}

bool ValueLifetimes::is_end_of_day_quote(const Query& query) {
  if (query.function != Function::global_quote) return false;
  WatchedExchange* const exchange = exchange_for(query);
  if (exchange == nullptr) return settings_.quote_updates == QuoteUpdates::end_of_day;
  const std::lock_guard lock(exchange->mutex);
  return exchange->watch.updates() == QuoteUpdates::end_of_day;
}

bool ValueLifetimes::may_look(const Query& query) {
  WatchedExchange* const exchange = exchange_of_quote(query);
  if (exchange == nullptr) return true;
  const std::lock_guard lock(exchange->mutex);
  exchange->watch.advance(clocks_.wall.now());
  return !exchange->watch.awaits_publication() || clocks_.boot.now() >= exchange->looking_until;
}

void ValueLifetimes::look_begins(const Query& query) {
  WatchedExchange* const exchange = exchange_of_quote(query);
  if (exchange == nullptr) return;
  const std::lock_guard lock(exchange->mutex);
  exchange->looking_until = clocks_.boot.now() + live_.read().max_wait;
}

bool ValueLifetimes::saw(const Query& query, const Value& value) {
  WatchedExchange* const exchange = exchange_of_quote(query);
  if (exchange == nullptr) return false;
  const WallTime now = clocks_.wall.now();
  const ValueTimes times = times_of(value, now);
  const std::lock_guard lock(exchange->mutex);
  exchange->looking_until = BootTime();
  exchange->watch.advance(now);
  return exchange->watch.saw(query.argument, times);
}

}  // namespace stockclient
