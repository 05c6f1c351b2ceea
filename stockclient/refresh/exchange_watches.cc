#include "stockclient/refresh/exchange_watches.h"

#include <algorithm>
#include <mutex>

namespace stockclient {
namespace {

bool has_trading_day(const Query& query) {
  return query.function == Function::global_quote || query.function == Function::daily_series;
}

}  // namespace

ExchangeWatches::ExchangeWatches(const WatchSettings& settings) : settings_(settings) {
  if (!settings_.market_hours) return;
  const auto add = [&](const ExchangeCalendar& calendar, bool funds, circuitbreaker::Duration lag) {
    watches_.push_back(
        {calendar.exchange(), funds, ExchangeWatch(calendar, settings_.updates, lag)});
  };
  for (const ExchangeCalendar& calendar : calendars_.all()) {
    add(calendar, false, settings_.first_lag);
    if (calendar.exchange().holidays == HolidayRule::us) {
      add(calendar, true, settings_.first_fund_lag);
    }
  }
}

ExchangeWatch* ExchangeWatches::of(const Query& query) {
  if (watches_.empty() || !has_trading_day(query)) return nullptr;
  const Exchange* const exchange = exchange_of(query.argument);
  if (exchange == nullptr) return nullptr;
  const bool is_fund = is_us_fund(query.argument);
  const auto found = std::find_if(watches_.begin(), watches_.end(), [&](const Watched& each) {
    return &each.exchange == exchange && each.is_for_funds == is_fund;
  });
  return found == watches_.end() ? nullptr : &found->watch;
}

bool ExchangeWatches::is_daily_without_calendar(const Query& query,
                                                bool rationed_by_day) const noexcept {
  return settings_.market_hours && rationed_by_day && has_trading_day(query);
}

void ExchangeWatches::advance(WallTime now) {
  const std::unique_lock lock(mutex_);
  for (Watched& each : watches_) each.watch.advance(now);
}

bool ExchangeWatches::saw(ExchangeWatch& watch, const std::string& symbol,
                          const ValueTimes& value) {
  const std::unique_lock lock(mutex_);
  return watch.saw(symbol, value);
}

void ExchangeWatches::call_begins(ExchangeWatch& watch) {
  const std::unique_lock lock(mutex_);
  if (watch.awaits_publication()) watch.publication().look_begins();
}

void ExchangeWatches::call_failed(ExchangeWatch& watch) {
  const std::unique_lock lock(mutex_);
  watch.publication().look_failed();
}

}  // namespace stockclient
