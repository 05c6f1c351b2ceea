#pragma once
/// Remembers across restarts what has been spent of the day's quota, so that no restart spends it
/// twice.

#include <optional>

#include "stockclient/answer.h"
#include "stockclient/quota/day_budget.h"
#include "stockclient/wire/answer_class.h"

namespace stockclient {

struct LedgerEntry {
  DaySpending spent;
  /// A hold that outlives a process: that of a day's quota the upstream says is spent.
  std::optional<WallTime> held_until;
};

/// Thread-safety: every member function may be called from any thread.
class SpendingLedger {
 public:
  virtual ~SpendingLedger() = default;
  /// What was recorded last; empty: nothing, or nothing legible.
  [[nodiscard]] virtual std::optional<LedgerEntry> load() noexcept = 0;
  /// Returns when the entry would survive a power cut; false: it could not be kept. An entry that
  /// says less than one before of the same day is dropped, since calls leave in no order.
  virtual bool record(const LedgerEntry& entry) noexcept = 0;
};

}  // namespace stockclient
