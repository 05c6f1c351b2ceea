#pragma once
/// Decides how long an open breaker stays open.

#include "circuitbreaker/clock.h"
#include "circuitbreaker/settings.h"

namespace circuitbreaker::detail {

/// The open time after `failed_recoveries` failed attempts to recover. `unit`, from 0 to 1, selects
/// a point in the jitter's range.
[[nodiscard]] Duration open_time(const Settings& settings, unsigned failed_recoveries,
                                 double unit) noexcept;

/// Whether the two settings differ in a field that affects `open_time`.
[[nodiscard]] bool differ_in_open_time(const Settings& a, const Settings& b) noexcept;

}  // namespace circuitbreaker::detail
