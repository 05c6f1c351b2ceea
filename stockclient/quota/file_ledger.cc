#include "stockclient/quota/file_ledger.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/file.h>
#include <system_error>
#include <unistd.h>

namespace stockclient {
namespace {

/// What a slot holds, as the machine stores it: the file never leaves the machine.
struct Slot {
  std::uint64_t magic = 0;
  std::uint64_t sequence = 0;
  std::int64_t day_start = 0;
  std::array<std::uint32_t, kPurposeCount> calls{};
  std::uint32_t held = 0;
  std::int64_t held_until = 0;
  std::uint64_t checksum = 0;
};
static_assert(sizeof(Slot) == 56);

constexpr std::uint64_t kMagic = 0x3130'7265'6764'656cu;
/// Slots lie in disk blocks of their own, so that one torn write cannot spoil both.
constexpr off_t kSlotSpacing = 4096;

/// FNV-1a over everything before the checksum.
std::uint64_t checksum_of(const Slot& slot) {
  std::array<unsigned char, sizeof(Slot)> bytes{};
  std::memcpy(bytes.data(), &slot, sizeof(Slot));
  std::uint64_t hash = 0xcbf29ce484222325u;
  for (std::size_t i = 0; i < offsetof(Slot, checksum); ++i) {
    hash = (hash ^ bytes[i]) * 0x100000001b3u;
  }
  return hash;
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

/// Whether `entry` says nothing that `newest` does not.
bool outdone(const LedgerEntry& entry, const LedgerEntry& newest) {
  return entry.spent.day_start == newest.spent.day_start &&
         entry.spent.total() <= newest.spent.total() &&
         (!entry.held_until || entry.held_until <= newest.held_until);
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
    newest_ = LedgerEntry{{WallTime(std::chrono::nanoseconds(slot->day_start)), slot->calls}, {}};
    if (slot->held != 0) newest_->held_until = WallTime(std::chrono::nanoseconds(slot->held_until));
  }
}

FileLedger::~FileLedger() {
  ::close(file_);
}

std::optional<LedgerEntry> FileLedger::load() noexcept {
  const std::lock_guard lock(mutex_);
  return newest_;
}

bool FileLedger::record(const LedgerEntry& entry) noexcept {
  const std::lock_guard lock(mutex_);
  if (newest_ && outdone(entry, *newest_)) return true;
  Slot slot;
  slot.magic = kMagic;
  slot.sequence = sequence_ + 1;
  slot.day_start = entry.spent.day_start.time_since_epoch().count();
  slot.calls = entry.spent.calls;
  slot.held = entry.held_until ? 1 : 0;
  slot.held_until = entry.held_until.value_or(WallTime{}).time_since_epoch().count();
  slot.checksum = checksum_of(slot);
  if (::pwrite(file_, &slot, sizeof(slot), place_of(slot.sequence)) !=
          static_cast<ssize_t>(sizeof(slot)) ||
      ::fdatasync(file_) != 0) {
    return false;
  }
  sequence_ = slot.sequence;
  newest_ = entry;
  return true;
}

}  // namespace stockclient
