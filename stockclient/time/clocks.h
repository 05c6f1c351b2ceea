#pragma once
/// The clocks that the stock client is given.

#include "circuitbreaker/clock.h"

#include "stockclient/time/boot_clock.h"
#include "stockclient/time/wall_clock.h"

namespace stockclient {

/// One clock for each kind of question. All three must outlive their users.
///
///     StockClient client(settings, upstream, breaker, system_clocks(), {&observer});
struct Clocks {
  /// Deadlines, timers, rate limits and the circuit breaker.
  const circuitbreaker::Clock& monotonic;
  /// Time stamps for people, and the hour at which a daily quota starts anew.
  const WallClock& wall;
  /// Ages of values.
  const BootClock& boot;
};

/// The system's clocks, for programs; tests inject their own.
[[nodiscard]] inline Clocks system_clocks() noexcept {
  return {circuitbreaker::steady_clock(), system_wall_clock(), system_boot_clock()};
}

}  // namespace stockclient
