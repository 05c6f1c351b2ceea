#pragma once
/// Determines how long values stay fresh.

#include "circuitbreaker/clock.h"

#include "stockclient/domain/answer.h"
#include "stockclient/domain/query.h"
#include "stockclient/domain/settings_cell.h"
#include "stockclient/refresh/exchange_watches.h"
#include "stockclient/time/clocks.h"

namespace stockclient {

/// Determines how long values stay fresh. Quotes and daily series stay fresh until they may have
/// changed, according to the exchange's calendar and the facts learned about the exchange from the
/// upstream's answers. All other values stay fresh for `LiveSettings::ttl`, which is also the
/// shortest lifetime of quotes and daily series.
///
///     ValueLifetimes lifetimes(watches, false, live, system_clocks());
///     const bool hit = lifetimes.is_fresh(query, value);  // each request
///
/// The planner uses the same rules to decide when to refresh values.
///
/// Thread-safety: every member function may be called from any thread. Computing a lifetime takes
/// about a microsecond; values younger than `LiveSettings::ttl` are fresh without this computation.
class ValueLifetimes {
 public:
  /// `rationed_by_day`: whether the plan counts calls per day, so that a symbol without a calendar
  /// is fresh for a day. Everything referenced must outlive this object.
  ValueLifetimes(ExchangeWatches& watches, bool rationed_by_day, const SettingsCell& live,
                 Clocks clocks)
      : watches_(watches), rationed_by_day_(rationed_by_day), live_(live), clocks_(clocks) {}

  /// How long after its fetch `value`, the answer to `query`, is fresh.
  [[nodiscard]] circuitbreaker::Duration of(const Query& query, const Value& value) const;
  /// Whether `value` is fresh now.
  [[nodiscard]] bool is_fresh(const Query& query, const Value& value) const;
  /// Whether `query` asks for a quote that changes only after the close.
  [[nodiscard]] bool is_end_of_day_quote(const Query& query) const;
  /// The trading day of `value`, and the calendar time of its fetch. That time is computed from the
  /// value's age and the current time, so that a clock error at the time of the fetch does no harm.
  [[nodiscard]] ValueTimes times_of(const Value& value) const;

 private:
  ExchangeWatches& watches_;
  const bool rationed_by_day_;
  const SettingsCell& live_;
  const Clocks clocks_;
};

}  // namespace stockclient
