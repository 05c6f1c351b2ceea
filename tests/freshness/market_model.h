#pragma once
/// A simulated upstream: which trading day's value it would answer at a given time.

#include <cstdint>
#include <map>
#include <optional>
#include <random>

#include "stockclient/time/exchange_calendar.h"
#include "stockclient/time/freshness.h"

namespace freshness {

using stockclient::WallTime;

/// The US market as the upstream shows it. With end-of-day data, a session's data appear 35 to 65
/// minutes after its close, at a time that differs from day to day; with intraday data, quotes
/// belong to the current session as soon as it opens.
class MarketModel {
 public:
  /// `calendar` must outlive the model. Equal seeds give equal publication times.
  MarketModel(const stockclient::ExchangeCalendar& calendar, stockclient::QuoteUpdates updates,
              std::uint32_t seed);

  /// When the upstream publishes `session`'s end-of-day data.
  [[nodiscard]] WallTime published_at(const stockclient::Session& session) const;
  /// The trading day of a quote that is fetched at `time`.
  [[nodiscard]] stockclient::TradingDay trading_day_at(WallTime time) const;

 private:
  const stockclient::ExchangeCalendar* calendar_;
  stockclient::QuoteUpdates updates_;
  std::uint32_t seed_;
};

}  // namespace freshness
