#pragma once
/// The value of a refresh: pure functions that rank symbols competing for a call.

#include <span>

#include "circuitbreaker/clock.h"

#include "stockclient/time/wall_clock.h"

namespace stockclient {

/// Measures how often a symbol is requested: a count of requests whose weights halve every day, so
/// that under a steady demand the count is proportional to the request rate. Not thread-safe.
class AskRate {
 public:
  /// Adds `requests` requests made at `now`.
  void add(double requests, WallTime now);
  /// The decayed count at `now`, which must not be earlier than the last `add`.
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

/// The weight of a symbol that is requested `rate` times as often as the mean: the nearest power of
/// two. Symbols requested about equally often have exactly equal weights and therefore take turns.
[[nodiscard]] double weight_of(double rate) noexcept;

/// A lower bound to apply to these `weights` of competing symbols, so that no symbol waits longer
/// than `patience` times as long as it would if all weights were equal. Never below the smallest
/// weight; 1 if there are none. `patience` must be above 1. Costs about forty passes over
/// `weights`.
[[nodiscard]] double least_weight(std::span<const double> weights, double patience) noexcept;

}  // namespace stockclient
