#pragma once
/// When a value is due for a refresh.

#include "stockclient/time/freshness.h"

namespace stockclient {

/// When a value becomes due under `rules`, which must have a calendar: usually at `fresh_until`.
///
/// If the exchange has published trading days that are newer than the value's, the symbol has
/// probably been halted, and the value is refreshed less and less often: two hours after the first
/// refresh that returns no newer day, a day after the second, and later at intervals that grow to a
/// week. If quotes change during trading, the value is due no later than the next open.
[[nodiscard]] WallTime due_time(ValueTimes value, const FreshnessRules& rules, WallTime now);

}  // namespace stockclient
