#pragma once
/// The calendars of all exchanges whose hours are known.

#include <deque>
#include <string_view>

#include "stockclient/time/exchange_calendar.h"

namespace stockclient {

/// Owns one calendar for each exchange. Immutable, so safe to use from any thread.
class ExchangeCalendars {
 public:
  /// Loads every exchange's time zone from the system. If the system lacks the zone of an exchange,
  /// that exchange has no calendar.
  ExchangeCalendars();

  /// The calendar of the exchange on which `symbol` (validated, upper-case) trades. Null if the
  /// exchange's hours or zone are unknown. Valid as long as this object.
  [[nodiscard]] const ExchangeCalendar* of(std::string_view symbol) const;
  /// All calendars. Valid as long as this object.
  [[nodiscard]] const std::deque<ExchangeCalendar>& all() const noexcept { return calendars_; }

 private:
  /// A deque, because its growth leaves pointers to the calendars valid.
  std::deque<ExchangeCalendar> calendars_;
};

}  // namespace stockclient
