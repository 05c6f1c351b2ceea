#include "tests/freshness/market_model.h"

namespace freshness {

using stockclient::QuoteUpdates;
using stockclient::Session;
using stockclient::TradingDay;

MarketModel::MarketModel(const stockclient::ExchangeCalendar& calendar, QuoteUpdates updates,
                         std::uint32_t seed)
    : calendar_(&calendar), updates_(updates), seed_(seed) {}

WallTime MarketModel::published_at(const Session& session) const {
  std::mt19937 random(seed_ + static_cast<std::uint32_t>(session.day.time_since_epoch().count()));
  return session.closes + std::chrono::minutes(35) +
         std::chrono::seconds(std::uniform_int_distribution(0, 30 * 60)(random));
}

TradingDay MarketModel::trading_day_at(WallTime time) const {
  if (updates_ != QuoteUpdates::end_of_day) return calendar_->last_opened(time).day;
  const Session closed = calendar_->last_closed(time);
  return published_at(closed) <= time ? closed.day : calendar_->last_before(closed.day).day;
}

}  // namespace freshness
