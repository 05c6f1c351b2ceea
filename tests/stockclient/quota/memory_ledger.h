#pragma once
/// A spending ledger kept in memory.

#include <optional>

#include "stockclient/quota/spending_ledger.h"

namespace stockclient::testing {

class MemoryLedger final : public SpendingLedger {
 public:
  std::optional<LedgerEntry> load() noexcept override { return entry; }
  bool record(const LedgerEntry& recorded, Durability how) noexcept override {
    entry = recorded;
    durability = how;
    ++records;
    return true;
  }
  std::optional<LedgerEntry> entry;
  std::optional<Durability> durability;
  int records = 0;
};

}  // namespace stockclient::testing
