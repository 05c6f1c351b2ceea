#pragma once
/// The current budget for upstream calls.

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "circuitbreaker/clock.h"

#include "stockclient/domain/query.h"
#include "stockclient/time/wall_clock.h"

namespace stockclient {

/// The calls of the current day, under a plan with a daily limit.
struct DayCalls {
  /// Number of calls that the plan allows per day.
  std::uint32_t limit = 0;
  /// Number of calls that may still be made now.
  std::uint32_t left = 0;
  /// Start of the day. If the plan limits the calls of any 24 hours, a day starts with the first
  /// call after the previous day has ended.
  WallTime begins{};
  /// End of the day.
  WallTime ends{};
  /// When a call that is sent now no longer counts: at the day's end, or 24 hours from now.
  WallTime returns{};
};

/// The limits on a call that may be made now.
struct CallBudget {
  /// Present if the plan limits the calls of a day.
  std::optional<DayCalls> day;
  /// The mean interval between calls under the plan's limit per minute; zero without a limit.
  /// Refreshes keep this interval, so that they are spread evenly and leave bursts to unknown
  /// symbols.
  circuitbreaker::Duration spacing{0};
  /// The functions whose calls the breakers reject.
  std::bitset<kFunctionCount> rejected;
  /// The functions with a breaker that is not closed and needs a probe. If no value is due, a fresh
  /// one is refreshed for that purpose.
  std::bitset<kFunctionCount> probing;

  /// Whether a call of `function` would be rejected.
  [[nodiscard]] bool rejects(Function function) const { return rejected[index_of(function)]; }
  /// Whether a call of `function` would be a probe.
  [[nodiscard]] bool probes(Function function) const { return probing[index_of(function)]; }
};

}  // namespace stockclient
