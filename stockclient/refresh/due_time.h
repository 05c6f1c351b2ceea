#pragma once
/// When a value is due for a refresh.

#include "stockclient/time/freshness.h"

namespace stockclient {

/// When a value becomes due under `rules`, which must have a calendar: usually at `fresh_until`.
///
/// If the exchange has published newer trading days than the value's, the symbol has probably been
/// halted. The value is then due two hours after the first refresh that brought no newer day, a day
/// after the next one, and at intervals that grow to a week as it falls further behind. If quotes
/// change during trading, it is due at the next open at the latest.
[[nodiscard]] WallTime due_time(ValueTimes value, const FreshnessRules& rules, WallTime now);

}  // namespace stockclient
