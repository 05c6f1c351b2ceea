#pragma once
/// The part of the quota's state that survives a restart.

#include <cstdint>
#include <optional>

#include "stockclient/domain/failure.h"
#include "stockclient/quota/day_budget.h"

namespace stockclient {

/// The calls of the last second and the last minute, as if all of them had left with the last one.
struct RecentCalls {
  /// When the last call left.
  WallTime last{};
  /// Calls that still count in the second's window.
  std::uint32_t in_second = 0;
  /// Calls that still count in the minute's window.
  std::uint32_t in_minute = 0;
};

/// A pause in which nothing is sent, because the upstream refused a call. It outlives the process
/// whatever its reason, so that a program that is restarted again and again does not ask again and
/// again. (Another API key has a ledger of its own.)
struct Hold {
  /// A kind whose traits impose a hold.
  FailureKind reason = FailureKind::throttled_minute;
  /// When calls may be sent again.
  WallTime until{};
};

/// Everything that a restart must not forget.
struct LedgerEntry {
  /// The calls of the day.
  DaySpending spent;
  /// The calls that still count for the second and the minute.
  RecentCalls recent;
  /// The hold in force, if any.
  std::optional<Hold> hold = std::nullopt;
};

/// Which event an entry must survive. A machine takes longer to start than the second or the minute
/// that some entries are about, so those need not wait for the disk.
enum class Durability : std::uint8_t {
  process_exit,  ///< The end of the process, a crash included.
  power_loss,    ///< The end of the machine.
};

/// Remembers what has been spent of the upstream's quota, so that no restart spends it twice.
///
/// Thread-safety: none needed of implementations; the quota gate records one entry at a time.
class SpendingLedger {
 public:
  virtual ~SpendingLedger() = default;
  /// The entry recorded last; empty when there is none or it is damaged.
  [[nodiscard]] virtual std::optional<LedgerEntry> load() noexcept = 0;
  /// Replaces all earlier entries. Blocks until the entry is as durable as demanded; false when it
  /// could not be recorded.
  virtual bool record(const LedgerEntry& entry, Durability durability) noexcept = 0;
};

}  // namespace stockclient
