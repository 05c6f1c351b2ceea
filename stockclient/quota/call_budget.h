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

/// The calls of the current day under a plan that counts them.
struct DayCalls {
  /// Calls that the plan allows.
  std::uint32_t limit = 0;
  /// Calls that may still be made now.
  std::uint32_t left = 0;
  /// When the day began. With a plan for any 24 hours, a day begins with the first call after the
  /// end of the one before.
  WallTime begins{};
  /// When the day ends.
  WallTime ends{};
  /// When a call that is sent now no longer counts: at the day's end, or 24 hours from now.
  WallTime returns{};
};

/// The limits on a call that may be made now.
struct CallBudget {
  /// Present when the plan counts calls per day.
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
