#pragma once
/// The worth of a refresh: pure functions that decide between symbols that compete for a call.

#include <span>

#include "circuitbreaker/clock.h"

#include "stockclient/time/wall_clock.h"

namespace stockclient {

/// How often something is asked for: a count of requests of which each loses half of its weight per
/// day, so that the count of a steady demand becomes proportional to its rate. Not thread-safe.
class AskRate {
 public:
  /// Adds `requests` at `now`.
  void add(double requests, WallTime now);
  /// The decayed count at `now`, which is not before the last `add`.
  [[nodiscard]] double at(WallTime now) const;

 private:
  double count_ = 0;
  WallTime counted_{};
};

/// The value of refreshing a symbol: its weight times its staleness (in seconds of trading)
/// squared. Always refreshing the most valuable symbol minimises the mean staleness that requests
/// see: a symbol is then refreshed at a rate proportional to the square root of its weight, which
/// is optimal for sum(weight * interval / 2) when the sum of the rates is fixed (the Lagrange
/// condition). No symbol starves, since the value grows without limit as long as it waits.
[[nodiscard]] double refresh_value(double weight, circuitbreaker::Duration staleness) noexcept;

/// The weight of a symbol that is asked for `rate` times as often as the mean: the nearest power of
/// two. Symbols that are asked for equally often, give or take, have exactly equal weights and so
/// take turns.
[[nodiscard]] double weight_of(double rate) noexcept;

/// The least weight that competing symbols with these `weights` should be given, so that none of
/// them waits longer than `patience` times as long as it would if all weights were equal. At least
/// the smallest weight; 1 when there are none. `patience` must be above 1. Costs some forty passes
/// over `weights`.
[[nodiscard]] double least_weight(std::span<const double> weights, double patience) noexcept;

}  // namespace stockclient
