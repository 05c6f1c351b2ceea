#pragma once
/// The part of the quota's state that survives a restart.

#include <cstdint>
#include <optional>

#include "stockclient/domain/failure.h"
#include "stockclient/quota/day_budget.h"

namespace stockclient {

/// The calls of the last second and the last minute, treated as if all had been sent at the time of
/// the last one.
struct RecentCalls {
  /// When the last call was sent.
  WallTime last{};
  /// Number of calls that still count in the per-second window.
  std::uint32_t in_second = 0;
  /// Number of calls that still count in the per-minute window.
  std::uint32_t in_minute = 0;
};

/// A period without calls, imposed because the upstream refused one. It survives restarts
/// regardless of its reason, so that a program that restarts repeatedly does not call the upstream
/// each time. (Each API key has its own ledger.)
struct Hold {
  /// The kind of the refusal; its traits impose a hold.
  FailureKind reason = FailureKind::throttled_minute;
  /// When calls may be sent again.
  WallTime until{};
};

/// Everything that must survive a restart.
struct LedgerEntry {
  /// The calls of the day.
  DaySpending spent;
  /// The calls that still count towards the limits per second and per minute.
  RecentCalls recent;
  /// The hold in force, if any.
  std::optional<Hold> hold = std::nullopt;
};

/// The event that an entry must survive. A machine takes longer to restart than the second or the
/// minute that some entries cover, so these entries need not wait for the disk.
enum class Durability : std::uint8_t {
  process_exit,  ///< A restart of the process, even after a crash.
  power_loss,    ///< A restart of the machine.
};

/// Remembers how much of the upstream's quota has been spent, so that a restart does not spend it
/// twice.
///
/// Thread-safety: implementations need none; the quota gate records one entry at a time.
class SpendingLedger {
 public:
  virtual ~SpendingLedger() = default;
  /// The entry recorded last; empty if there is none or it is damaged.
  [[nodiscard]] virtual std::optional<LedgerEntry> load() noexcept = 0;
  /// Replaces all earlier entries. Blocks until the entry is as durable as requested; false if it
  /// could not be recorded.
  virtual bool record(const LedgerEntry& entry, Durability durability) noexcept = 0;
};

}  // namespace stockclient
