#pragma once
/// The spending ledger in a file.

#include <cstdint>
#include <string>

#include "stockclient/quota/spending_ledger.h"

namespace stockclient {

/// Keeps the entry in a file of two slots that are written in turn, so that a crash in the middle
/// of a write leaves the entry before. The file is locked while the ledger exists.
///
/// Thread-safety: none; see `SpendingLedger`.
class FileLedger final : public SpendingLedger {
 public:
  /// Opens or creates `path`, readable by its owner only. Throws `std::system_error` naming the
  /// path when it cannot be opened or another process uses it.
  explicit FileLedger(const std::string& path);
  ~FileLedger() override;
  FileLedger(const FileLedger&) = delete;
  FileLedger& operator=(const FileLedger&) = delete;

  [[nodiscard]] std::optional<LedgerEntry> load() noexcept override;
  /// Cost: one write; to survive a power loss also an fdatasync, some milliseconds on a disk.
  bool record(const LedgerEntry& entry, Durability durability) noexcept override;

 private:
  const int file_;
  /// Sequence number of the newest slot; the next entry goes to the other one.
  std::uint64_t sequence_ = 0;
  std::optional<LedgerEntry> newest_;
};

}  // namespace stockclient
