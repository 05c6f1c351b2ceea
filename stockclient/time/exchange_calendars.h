#pragma once
/// The calendars of all exchanges whose hours are known.

#include <deque>
#include <string_view>

#include "stockclient/time/exchange_calendar.h"

namespace stockclient {

/// Owns one calendar for each exchange. Immutable, so safe to use from any thread.
class ExchangeCalendars {
 public:
  /// Loads every exchange's time zone from the system. An exchange whose zone the system lacks has
  /// no calendar.
  ExchangeCalendars();

  /// The calendar of the exchange that `symbol` (validated, upper-case) trades on; null when its
  /// hours or its zone are not known. Lives as long as this object.
  [[nodiscard]] const ExchangeCalendar* of(std::string_view symbol) const;
  /// All calendars. They live as long as this object.
  [[nodiscard]] const std::deque<ExchangeCalendar>& all() const noexcept { return calendars_; }

 private:
  /// A deque, since calendars are referred to.
  std::deque<ExchangeCalendar> calendars_;
};

}  // namespace stockclient
