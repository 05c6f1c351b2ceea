#pragma once
/// When a value is due for a refresh.

#include "stockclient/time/freshness.h"

namespace stockclient {

/// When a value becomes due under `rules`, which have a calendar: see `fresh_until`. A value of an
/// older trading day than its exchange's published ones most likely belongs to a halted symbol. It
/// is due two hours after the first vain look, then after a day, and later the longer it is
/// behind, up to a week; but if quotes change during trading, at the next open at the latest.
[[nodiscard]] WallTime due_time(ValueTimes value, const FreshnessRules& rules, WallTime now);

}  // namespace stockclient
