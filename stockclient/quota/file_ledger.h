#pragma once
/// A spending ledger kept in a file.

#include <cstdint>
#include <string>

#include "stockclient/quota/spending_ledger.h"

namespace stockclient {

/// Keeps the entry in a file with two slots that are written in turn, so that a crash in the middle
/// of a write leaves the previous entry intact. The file is locked while the ledger exists.
///
/// Thread-safety: none; see `SpendingLedger`.
class FileLedger final : public SpendingLedger {
 public:
  /// Opens or creates `path`, readable only by its owner. Throws `std::system_error` naming the
  /// path if it cannot be opened or another process uses it.
  explicit FileLedger(const std::string& path);
  ~FileLedger() override;
  FileLedger(const FileLedger&) = delete;
  FileLedger& operator=(const FileLedger&) = delete;

  [[nodiscard]] std::optional<LedgerEntry> load() noexcept override;
  /// Cost: one write; an entry that must survive a power loss also takes an fdatasync, which is
  /// some milliseconds on a disk.
  bool record(const LedgerEntry& entry, Durability durability) noexcept override;

 private:
  const int file_;
  /// Sequence number of the newest slot; the next entry goes to the other one.
  std::uint64_t sequence_ = 0;
  std::optional<LedgerEntry> newest_;
};

}  // namespace stockclient
