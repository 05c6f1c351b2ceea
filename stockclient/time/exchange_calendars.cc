#include "stockclient/time/exchange_calendars.h"

#include <algorithm>
#include <utility>

namespace stockclient {

ExchangeCalendars::ExchangeCalendars() {
  for (const Exchange& exchange : exchanges()) {
    if (auto zone = TimeZone::find(exchange.zone)) {
      calendars_.emplace_back(exchange, *std::move(zone));
    }
  }
}

const ExchangeCalendar* ExchangeCalendars::of(std::string_view symbol) const {
  const Exchange* const exchange = exchange_of(symbol);
  if (exchange == nullptr) return nullptr;
  const auto found = std::find_if(
      calendars_.begin(), calendars_.end(),
      [&](const ExchangeCalendar& calendar) { return &calendar.exchange() == exchange; });
  return found == calendars_.end() ? nullptr : &*found;
}

}  // namespace stockclient
