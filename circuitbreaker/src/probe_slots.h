#pragma once
/// The slots of a half-open breaker's probes. Each slot is leased: when the lease expires, the next
/// caller may take over the slot, and the lease number identifies a late result of the old probe.

#include <algorithm>
#include <cstdint>
#include <memory>
#include <new>
#include <optional>
#include <span>
#include <utility>

#include "circuitbreaker/clock.h"

namespace circuitbreaker::detail {

/// A probe's right to its slot.
struct ProbeLease {
  std::uint16_t slot = 0;
  std::uint32_t number = 0;
};

/// Not thread-safe. Memory: 16 bytes per slot, allocated by `prepare`.
class ProbeSlots {
 public:
  /// Sets the number of slots, at most 1024. Probes in progress keep their leases even if there are
  /// now fewer slots.
  void set_capacity(std::uint32_t capacity) noexcept {
    capacity_ = static_cast<std::uint16_t>(capacity);
  }

  /// Allocates the slots. If that fails for lack of memory, there are no slots until a later call
  /// succeeds.
  void prepare() noexcept {
    if (size_ >= capacity_) return;
    std::unique_ptr<Slot[]> larger(new (std::nothrow) Slot[capacity_]);
    if (!larger) return;
    std::ranges::copy(all(), larger.get());
    slots_ = std::move(larger);
    size_ = capacity_;
  }

  /// Leases a free slot or, if there is none, the slot whose lease expired first. Empty while
  /// `capacity` leases have not expired.
  [[nodiscard]] std::optional<ProbeLease> take(TimePoint now, Duration lease) noexcept {
    prepare();
    if (size_ < capacity_) return std::nullopt;
    std::uint32_t held = 0;
    std::uint32_t unexpired = 0;
    Slot* free = nullptr;
    Slot* expired = nullptr;
    for (Slot& slot : all()) {
      if (slot.lease == 0) {
        if (free == nullptr) free = &slot;
        continue;
      }
      ++held;
      if (slot.until > now) {
        ++unexpired;
      } else if (expired == nullptr || ended_before(slot, *expired)) {
        expired = &slot;
      }
    }
    if (unexpired >= capacity_) return std::nullopt;
    Slot* const slot = held < capacity_ ? free : expired;
    *slot = {now + lease, ++last_lease_};
    return ProbeLease{static_cast<std::uint16_t>(slot - slots_.get()), last_lease_};
  }

  /// Frees the slot. Returns false if it has passed to another holder.
  bool release(ProbeLease lease) noexcept {
    if (slots_[lease.slot].lease != lease.number) return false;
    slots_[lease.slot] = Slot();
    return true;
  }

 private:
  struct Slot {
    TimePoint until{};
    std::uint32_t lease = 0;  // The lease number; 0: the slot is free.
  };
  static bool ended_before(const Slot& a, const Slot& b) noexcept {
    return a.until != b.until ? a.until < b.until : a.lease < b.lease;
  }

  [[nodiscard]] std::span<Slot> all() const noexcept { return {slots_.get(), size_}; }

  std::unique_ptr<Slot[]> slots_;
  std::uint16_t size_ = 0;
  std::uint16_t capacity_ = 0;
  std::uint32_t last_lease_ = 0;  // Numbers are never reused, so that each identifies one holder.
};

}  // namespace circuitbreaker::detail
