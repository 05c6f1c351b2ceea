#pragma once
/// For how long values are fresh.

#include "circuitbreaker/clock.h"

#include "stockclient/domain/answer.h"
#include "stockclient/domain/query.h"
#include "stockclient/domain/settings_cell.h"
#include "stockclient/refresh/exchange_watches.h"
#include "stockclient/time/clocks.h"

namespace stockclient {

/// Determines how long values stay fresh: quotes and daily series until they can have changed,
/// according to the exchange's calendar and the facts that the upstream's answers have revealed
/// about the exchange; everything else for its `ttl`. No lifetime is shorter than
/// `LiveSettings::ttl`.
///
///     ValueLifetimes lifetimes(watches, false, live, system_clocks());
///     const bool hit = lifetimes.is_fresh(query, value);  // each request
///
/// The planner, which decides when values are refreshed, goes by the same rules.
///
/// Thread-safety: every member function may be called from any thread. Cost: a lifetime takes about
/// a microsecond; values younger than `LiveSettings::ttl` are recognised as fresh without that.
class ValueLifetimes {
 public:
  /// `rationed_by_day`: the plan counts calls per day, so a symbol without a calendar is fresh for
  /// a day. Everything referenced must outlive this object.
  ValueLifetimes(ExchangeWatches& watches, bool rationed_by_day, const SettingsCell& live,
                 Clocks clocks)
      : watches_(watches), rationed_by_day_(rationed_by_day), live_(live), clocks_(clocks) {}

  /// For how long after its fetch `value`, the answer to `query`, is fresh.
  [[nodiscard]] circuitbreaker::Duration of(const Query& query, const Value& value) const;
  /// Whether `value` is fresh now.
  [[nodiscard]] bool is_fresh(const Query& query, const Value& value) const;
  /// Whether `query` asks for a quote that changes only after the close.
  [[nodiscard]] bool is_end_of_day_quote(const Query& query) const;
  /// The trading day of `value`, and the calendar time of its fetch. That time is reckoned back
  /// from now, so that a clock that was wrong at that time does no harm.
  [[nodiscard]] ValueTimes times_of(const Value& value) const;

 private:
  ExchangeWatches& watches_;
  const bool rationed_by_day_;
  const SettingsCell& live_;
  const Clocks clocks_;
};

}  // namespace stockclient
