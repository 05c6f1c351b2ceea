#pragma once
/// The upstream's quota as sliding windows over a simulated clock.

#include <cstdint>
#include <deque>
#include <optional>

#include "stockclient/quota/call_budget.h"
#include "stockclient/quota/quota_plan.h"
#include "stockclient/time/wall_clock.h"

namespace freshness {

using stockclient::WallTime;

/// Counts the calls of the last second, minute and 24 hours against a plan's limits. Stands in for
/// the product's quota gate where only the planner is under test. Not thread-safe.
class QuotaWindows {
 public:
  /// Begins with nothing spent.
  explicit QuotaWindows(stockclient::QuotaPlan plan) : plan_(std::move(plan)) {}

  /// The earliest time, not before `now`, at which the plan allows a call.
  [[nodiscard]] WallTime free_at(WallTime now) const;
  /// Counts a call that leaves at `now`. Throws std::logic_error when the plan does not allow it.
  void charge(WallTime now);
  /// The planner's current budget. Time must not go back between calls.
  [[nodiscard]] stockclient::CallBudget budget(WallTime now);

  /// The plan.
  [[nodiscard]] const stockclient::QuotaPlan& plan() const noexcept { return plan_; }

 private:
  [[nodiscard]] std::uint32_t in_last_day(WallTime now) const;

  stockclient::QuotaPlan plan_;
  /// The calls that a window may still count, oldest first.
  std::deque<WallTime> calls_;
  std::optional<WallTime> day_begins_;
};

}  // namespace freshness
