#include "stockclient/quota/file_ledger.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <sys/file.h>
#include <system_error>
#include <unistd.h>

#include "stockclient/domain/hash.h"

namespace stockclient {
namespace {

/// A slot of the file, in the machine's own byte order, because the file never leaves the machine.
struct Slot {
  std::uint64_t magic = 0;
  std::uint64_t sequence = 0;
  std::int64_t day_start = 0;
  std::uint32_t calls = 0;
  /// See `kHoldReasons`.
  std::uint32_t hold = 0;
  std::int64_t hold_until = 0;
  std::int64_t last_call = 0;
  std::uint32_t in_second = 0;
  std::uint32_t in_minute = 0;
  std::array<std::uint64_t, DaySpending::kClientsKept> clients{};
  std::array<std::uint32_t, DaySpending::kClientsKept> client_calls{};
  std::int64_t last_hour = 0;
  std::array<std::uint32_t, DaySpending::kHours> hourly{};
  std::uint32_t unused = 0;
  std::uint64_t checksum = 0;
};
// The checksum would not cover padding, and a slot must fit into one disk sector.
static_assert(sizeof(Slot) == 272);

/// A slot in the older format, which counted calls by purpose and did not record their hours.
struct FormerSlot {
  std::uint64_t magic = 0;
  std::uint64_t sequence = 0;
  std::int64_t day_start = 0;
  std::array<std::uint32_t, 3> calls{};
  std::uint32_t hold = 0;
  std::int64_t hold_until = 0;
  std::int64_t last_call = 0;
  std::uint32_t in_second = 0;
  std::uint32_t in_minute = 0;
  std::array<std::uint64_t, DaySpending::kClientsKept> clients{};
  std::array<std::uint32_t, DaySpending::kClientsKept> client_calls{};
  std::uint64_t checksum = 0;
};
static_assert(sizeof(FormerSlot) == 168);

/// The reasons for holds, numbered from 1 in files; 0 means no hold. All versions must agree on
/// this order, whereas `FailureKind` may change.
constexpr std::array<FailureKind, 5> kHoldReasons{
    FailureKind::throttled_second, FailureKind::throttled_minute, FailureKind::throttled_day,
    FailureKind::misconfigured, FailureKind::blocked};

std::uint32_t number_of(FailureKind reason) {
  const auto* const found = std::find(kHoldReasons.begin(), kHoldReasons.end(), reason);
  return found == kHoldReasons.end() ? 0
                                     : static_cast<std::uint32_t>(found - kHoldReasons.begin()) + 1;
}

constexpr std::uint64_t kMagic = 0x3330'7265'6764'656cu;
constexpr std::uint64_t kFormerMagic = 0x3230'7265'6764'656cu;
/// Each slot has its own disk block, so that a torn write cannot damage both.
constexpr off_t kSlotSpacing = 4096;

/// The checksum of everything before the checksum field.
template <class AnySlot>
std::uint64_t checksum_of(const AnySlot& slot) {
  return fnv1a({reinterpret_cast<const char*>(&slot), offsetof(AnySlot, checksum)});
}

off_t offset_of_slot(std::uint64_t sequence) {
  return static_cast<off_t>(sequence % 2) * kSlotSpacing;
}

template <class AnySlot>
std::optional<AnySlot> read_slot(int file, off_t offset, std::uint64_t magic) {
  AnySlot slot;
  if (::pread(file, &slot, sizeof(slot), offset) != static_cast<ssize_t>(sizeof(slot))) {
    return std::nullopt;
  }
  if (slot.magic != magic || slot.checksum != checksum_of(slot)) return std::nullopt;
  return slot;
}

std::optional<Slot> read_slot(int file, off_t offset) {
  if (auto slot = read_slot<Slot>(file, offset, kMagic)) return slot;
  const auto former = read_slot<FormerSlot>(file, offset, kFormerMagic);
  if (!former) return std::nullopt;
  Slot slot;
  slot.sequence = former->sequence;
  slot.day_start = former->day_start;
  for (const std::uint32_t calls : former->calls) slot.calls += calls;
  slot.hold = former->hold;
  slot.hold_until = former->hold_until;
  slot.last_call = former->last_call;
  slot.in_second = former->in_second;
  slot.in_minute = former->in_minute;
  slot.clients = former->clients;
  slot.client_calls = former->client_calls;
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
  if (entry.hold) {
    slot.hold = number_of(entry.hold->reason);
    slot.hold_until = count(entry.hold->until);
  }
  slot.last_call = count(entry.recent.last);
  slot.in_second = entry.recent.in_second;
  slot.in_minute = entry.recent.in_minute;
  for (std::size_t i = 0; i < DaySpending::kClientsKept; ++i) {
    slot.clients[i] = entry.spent.clients[i].client;
    slot.client_calls[i] = entry.spent.clients[i].calls;
  }
  slot.last_hour = count(entry.spent.last_hour);
  slot.hourly = entry.spent.hourly;
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
  entry.spent.last_hour = time_of(slot.last_hour);
  entry.spent.hourly = slot.hourly;
  entry.recent = {time_of(slot.last_call), slot.in_second, slot.in_minute};
  if (slot.hold != 0 && slot.hold <= kHoldReasons.size()) {
    entry.hold = Hold{kHoldReasons[slot.hold - 1], time_of(slot.hold_until)};
  }
  return entry;
}

int open_exclusively(const std::string& path) {
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

FileLedger::FileLedger(const std::string& path) : file_(open_exclusively(path)) {
  for (const std::uint64_t parity : {0u, 1u}) {
    const auto slot = read_slot(file_, offset_of_slot(parity));
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

bool FileLedger::record(const LedgerEntry& entry, Durability durability) noexcept {
  const Slot slot = slot_of(entry, sequence_ + 1);
  if (::pwrite(file_, &slot, sizeof(slot), offset_of_slot(slot.sequence)) !=
      static_cast<ssize_t>(sizeof(slot))) {
    return false;
  }
  if (durability == Durability::power_loss && ::fdatasync(file_) != 0) return false;
  sequence_ = slot.sequence;
  newest_ = entry;
  return true;
}

}  // namespace stockclient
