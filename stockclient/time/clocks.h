#pragma once
/// The clocks that the stock client uses.

#include "circuitbreaker/clock.h"

#include "stockclient/time/boot_clock.h"
#include "stockclient/time/wall_clock.h"

namespace stockclient {

/// One clock for each purpose. All three must outlive their users.
///
///     StockClient client(settings, upstream, breakers, system_clocks(), {&observer});
struct Clocks {
  /// For deadlines, timers, rate limits and the circuit breaker.
  const circuitbreaker::Clock& monotonic;
  /// For time stamps that people read, and for daily quotas that are reset at a time of day.
  const WallClock& wall;
  /// For the ages of values.
  const BootClock& boot;
};

/// The system's clocks, for programs; tests inject their own.
[[nodiscard]] inline Clocks system_clocks() noexcept {
  return {circuitbreaker::steady_clock(), system_wall_clock(), system_boot_clock()};
}

}  // namespace stockclient
