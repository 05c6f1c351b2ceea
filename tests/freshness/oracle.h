#pragma once
/// The best that any schedule of calls could achieve, computed offline. docs/performance.md proves
/// the bounds.

#include <cstdint>

#include "stockclient/time/exchange_calendars.h"
#include "tests/freshness/simulation.h"

namespace freshness {

/// Lower bounds of the ages that any schedule of the given calls can reach, in seconds of trading.
struct AgeBounds {
  /// Bound on the mean age that requests see.
  double mean = 0;
  /// Bound on the greatest age.
  double worst = 0;
};

/// Bounds for an intraday cell with the given seconds of trading per session. They hold for every
/// schedule that obeys the plan's limit per minute and asks for no symbol again within a minute,
/// also for one that knows the rates of all requests. The two are achieved by different schedules.
[[nodiscard]] AgeBounds age_bounds(const Cell& cell, double session_seconds);

/// The greatest possible number of pairs of a symbol and a measured session whose close is known by
/// the next open, for a schedule that knows when each close will be published.
[[nodiscard]] double possible_closes(const Cell& cell,
                                     const stockclient::ExchangeCalendars& calendars,
                                     const Period& period, std::uint32_t seed);

}  // namespace freshness
