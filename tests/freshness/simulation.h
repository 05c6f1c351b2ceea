#pragma once
/// Runs the refresh planner through simulated trading days and measures what its clients see.

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "stockclient/quota/quota_plan.h"
#include "stockclient/time/exchange_calendars.h"
#include "stockclient/time/freshness.h"
#include "tests/freshness/demand.h"

namespace freshness {

/// One cell of the benchmark's table.
struct Cell {
  /// The quota plan's name.
  std::string plan;
  /// When quotes change: `realtime` with an entitlement, `end_of_day` without.
  stockclient::QuoteUpdates updates = stockclient::QuoteUpdates::end_of_day;
  /// The behaviour of the clients.
  DemandSettings demand;
};

/// The measurements of a cell after its warm-up.
struct Measured {
  /// The mean age of the values that requests got, in seconds of trading.
  double mean_age = 0;
  /// The greatest of these ages.
  double worst_age = 0;
  /// Pairs of a symbol and a session whose close was known by the next open.
  double closes_known = 0;
  /// Calls that left.
  std::uint64_t calls = 0;
  /// Those of them that were for misspelt symbols.
  std::uint64_t misspelt_calls = 0;
};

/// The beginning and the end of a simulation, and the beginning of its measurement.
struct Period {
  /// When the simulation begins.
  WallTime begins;
  /// The planner only learns in sessions before this; they are not measured.
  WallTime measured_from;
  /// The end of the simulated time.
  WallTime ends;
};

/// Runs the planner through `period`. Clients ask during trading. Every symbol of the portfolio is
/// known at the beginning, as after a restart. Calls take no time. Deterministic for a `seed`.
[[nodiscard]] Measured simulate(const Cell& cell, const stockclient::ExchangeCalendars& calendars,
                                const Period& period, std::uint32_t seed);

}  // namespace freshness
