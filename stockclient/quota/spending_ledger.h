#pragma once
/// Remembers across restarts what has been spent of the upstream's quota, so that no restart spends
/// it twice.

#include <cstdint>
#include <optional>

#include "stockclient/domain/answer.h"
#include "stockclient/domain/answer_class.h"
#include "stockclient/quota/day_budget.h"

namespace stockclient {

/// The calls of the last second and the last minute in brief: as if all had left with the last one.
struct RecentCalls {
  WallTime last{};
  std::uint32_t in_second = 0;
  std::uint32_t in_minute = 0;
};

/// A pause that the upstream has asked for. It outlives the process, whatever it is for: whoever is
/// restarted again and again must not ask again and again. (Another key has a ledger of its own.)
struct Pause {
  Hold why = Hold::none;
  WallTime until{};
};

struct LedgerEntry {
  DaySpending spent;
  RecentCalls recent;
  std::optional<Pause> pause = std::nullopt;
};

/// What an entry must survive. A machine takes longer to come back than the second or the minute
/// that is all some entries are about.
enum class Survives : std::uint8_t { process, power_cut };

/// Whoever records does so one entry at a time, so thread-safety is not asked of implementations.
class SpendingLedger {
 public:
  virtual ~SpendingLedger() = default;
  /// What was recorded last; empty: nothing, or nothing legible.
  [[nodiscard]] virtual std::optional<LedgerEntry> load() noexcept = 0;
  /// Puts `entry` in the place of all before it. Returns when it would survive what it must; false:
  /// it could not be kept.
  virtual bool record(const LedgerEntry& entry, Survives what) noexcept = 0;
};

}  // namespace stockclient
