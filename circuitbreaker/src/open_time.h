#pragma once
/// Decides how long an open breaker stays open.

#include "circuitbreaker/clock.h"
#include "circuitbreaker/settings.h"

namespace circuitbreaker::detail {

/// The open time after `failed_recoveries` failed attempts to recover. `unit`, from 0 to 1, places
/// it within the jitter.
[[nodiscard]] Duration open_time(const Settings& settings, unsigned failed_recoveries,
                                 double unit) noexcept;

/// Whether two settings differ in what `open_time` depends on.
[[nodiscard]] bool differ_in_open_time(const Settings& a, const Settings& b) noexcept;

}  // namespace circuitbreaker::detail
