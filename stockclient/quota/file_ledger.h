#pragma once
/// The spending ledger in a file of its own: two slots written in turn, so that a crash in the
/// middle of one leaves the other.

#include <cstdint>
#include <string>

#include "stockclient/quota/spending_ledger.h"

namespace stockclient {

/// Not thread-safe.
class FileLedger final : public SpendingLedger {
 public:
  /// Opens or creates `path`, readable by its owner only. Throws `std::system_error` naming the
  /// path when it cannot be opened or is in use by another process.
  explicit FileLedger(const std::string& path);
  ~FileLedger() override;
  FileLedger(const FileLedger&) = delete;
  FileLedger& operator=(const FileLedger&) = delete;

  [[nodiscard]] std::optional<LedgerEntry> load() noexcept override;
  /// Cost: one write; for what must survive a power cut also an fdatasync, a few milliseconds on a
  /// disk.
  bool record(const LedgerEntry& entry, Survives what) noexcept override;

 private:
  const int file_;
  /// Of the newest slot; the next entry goes to the other one.
  std::uint64_t sequence_ = 0;
  std::optional<LedgerEntry> newest_;
};

}  // namespace stockclient
