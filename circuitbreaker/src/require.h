#pragma once
/// Checks of settings: a violation throws an exception that names the setting.

#include <stdexcept>

#include "circuitbreaker/clock.h"

namespace circuitbreaker::detail {

/// The longest duration that a setting accepts: adding it to a time point cannot overflow.
inline constexpr Duration kLongest = std::chrono::hours(24 * 366 * 10);

/// Throws `std::invalid_argument` unless `holds`.
inline void require(bool holds, const char* what) {
  if (!holds) throw std::invalid_argument(what);
}

/// Whether `d` is positive and at most `kLongest`.
[[nodiscard]] constexpr bool positive(Duration d) noexcept {
  return d > Duration::zero() && d <= kLongest;
}
/// Whether `d` is zero, or positive and at most `kLongest`.
[[nodiscard]] constexpr bool zero_or_positive(Duration d) noexcept {
  return d == Duration::zero() || positive(d);
}

}  // namespace circuitbreaker::detail
