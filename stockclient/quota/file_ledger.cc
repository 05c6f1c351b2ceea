#include "stockclient/quota/file_ledger.h"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <sys/file.h>
#include <system_error>
#include <unistd.h>

#include "stockclient/domain/hash.h"

namespace stockclient {
namespace {

/// What a slot holds, as the machine stores it: the file never leaves the machine.
struct Slot {
  std::uint64_t magic = 0;
  std::uint64_t sequence = 0;
  std::int64_t day_start = 0;
  std::array<std::uint32_t, kPurposeCount> calls{};
  /// A `Hold`; none: no pause.
  std::uint32_t pause = 0;
  std::int64_t pause_until = 0;
  std::int64_t last_call = 0;
  std::uint32_t in_second = 0;
  std::uint32_t in_minute = 0;
  std::array<std::uint64_t, DaySpending::kClientsKept> clients{};
  std::array<std::uint32_t, DaySpending::kClientsKept> client_calls{};
  std::uint64_t checksum = 0;
};
// No padding, which the checksum would not cover; and within a disk's sector.
static_assert(sizeof(Slot) == 168);

constexpr std::uint64_t kMagic = 0x3230'7265'6764'656cu;
/// Slots lie in disk blocks of their own, so that one torn write cannot spoil both.
constexpr off_t kSlotSpacing = 4096;

/// Over everything before the checksum.
std::uint64_t checksum_of(const Slot& slot) {
  return fnv1a({reinterpret_cast<const char*>(&slot), offsetof(Slot, checksum)});
}

off_t place_of(std::uint64_t sequence) {
  return static_cast<off_t>(sequence % 2) * kSlotSpacing;
}

std::optional<Slot> read_slot(int file, off_t place) {
  Slot slot;
  if (::pread(file, &slot, sizeof(slot), place) != static_cast<ssize_t>(sizeof(slot))) {
    return std::nullopt;
  }
  if (slot.magic != kMagic || slot.checksum != checksum_of(slot)) return std::nullopt;
  return slot;
}

std::int64_t count(WallTime time) {
  return time.time_since_epoch().count();
}

WallTime time_of(std::int64_t nanoseconds) {
  return WallTime(std::chrono::nanoseconds(nanoseconds));
}

Slot slot_of(const LedgerEntry& entry, std::uint64_t sequence) {
  Slot slot;
  slot.magic = kMagic;
  slot.sequence = sequence;
  slot.day_start = count(entry.spent.day_start);
  slot.calls = entry.spent.calls;
  if (entry.pause) {
    slot.pause = static_cast<std::uint32_t>(entry.pause->why);
    slot.pause_until = count(entry.pause->until);
  }
  slot.last_call = count(entry.recent.last);
  slot.in_second = entry.recent.in_second;
  slot.in_minute = entry.recent.in_minute;
  for (std::size_t i = 0; i < DaySpending::kClientsKept; ++i) {
    slot.clients[i] = entry.spent.clients[i].client;
    slot.client_calls[i] = entry.spent.clients[i].calls;
  }
  slot.checksum = checksum_of(slot);
  return slot;
}

LedgerEntry entry_of(const Slot& slot) {
  LedgerEntry entry;
  entry.spent.day_start = time_of(slot.day_start);
  entry.spent.calls = slot.calls;
  for (std::size_t i = 0; i < DaySpending::kClientsKept; ++i) {
    entry.spent.clients[i] = {slot.clients[i], slot.client_calls[i]};
  }
  entry.recent = {time_of(slot.last_call), slot.in_second, slot.in_minute};
  const auto why = static_cast<Hold>(slot.pause);
  if (why != Hold::none) entry.pause = Pause{why, time_of(slot.pause_until)};
  return entry;
}

int open_alone(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0) throw std::system_error(errno, std::generic_category(), path);
  if (::flock(file, LOCK_EX | LOCK_NB) != 0) {
    const int reason = errno;
    ::close(file);
    throw std::system_error(reason, std::generic_category(), path + " is in use");
  }
  return file;
}

}  // namespace

FileLedger::FileLedger(const std::string& path) : file_(open_alone(path)) {
  for (const std::uint64_t parity : {0u, 1u}) {
    const auto slot = read_slot(file_, place_of(parity));
    if (!slot || (newest_ && slot->sequence < sequence_)) continue;
    sequence_ = slot->sequence;
    newest_ = entry_of(*slot);
  }
}

FileLedger::~FileLedger() {
  ::close(file_);
}

std::optional<LedgerEntry> FileLedger::load() noexcept {
  return newest_;
}

bool FileLedger::record(const LedgerEntry& entry, Survives what) noexcept {
  const Slot slot = slot_of(entry, sequence_ + 1);
  if (::pwrite(file_, &slot, sizeof(slot), place_of(slot.sequence)) !=
      static_cast<ssize_t>(sizeof(slot))) {
    return false;
  }
  if (what == Survives::power_cut && ::fdatasync(file_) != 0) return false;
  sequence_ = slot.sequence;
  newest_ = entry;
  return true;
}

}  // namespace stockclient
