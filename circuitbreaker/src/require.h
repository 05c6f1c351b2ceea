#pragma once
/// Misuse at construction is an exception, named.

#include <stdexcept>

#include "circuitbreaker/clock.h"

namespace circuitbreaker::detail {

/// Far from where adding to a time point could overflow.
inline constexpr Duration kLongest = std::chrono::hours(24 * 366 * 10);

inline void require(bool holds, const char* what) {
  if (!holds) throw std::invalid_argument(what);
}

[[nodiscard]] constexpr bool positive(Duration d) noexcept {
  return d > Duration::zero() && d <= kLongest;
}
[[nodiscard]] constexpr bool zero_or_positive(Duration d) noexcept {
  return d == Duration::zero() || positive(d);
}

}  // namespace circuitbreaker::detail
