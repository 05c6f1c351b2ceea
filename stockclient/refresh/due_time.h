#pragma once
/// When a value is due for a refresh.

#include "stockclient/time/freshness.h"

namespace stockclient {

/// The time at which a value becomes due for a refresh under `rules`, which must have a calendar.
/// Usually this is `fresh_until`.
///
/// If the exchange has published trading days newer than the value's, the symbol has probably been
/// halted, and the value is refreshed less and less often: two hours after the first refresh that
/// returns no newer day, a day after the second, and then at intervals that grow to a week. If
/// quotes change during trading, the value is due no later than the next open.
[[nodiscard]] WallTime due_time(ValueTimes value, const FreshnessRules& rules, WallTime now);

}  // namespace stockclient
