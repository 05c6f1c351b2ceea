#pragma once
/// The places of probes in a half-open breaker, each with a lease: an abandoned probe's place goes
/// to the next caller once its lease is over, and its late result is recognised by its lease
/// number.

#include <cstdint>
#include <optional>
#include <vector>

#include "circuitbreaker/clock.h"

namespace circuitbreaker::detail {

struct ProbeLease {
  std::uint16_t slot = 0;
  std::uint32_t number = 0;
};

/// Not thread-safe. Memory: 16 bytes a slot; only `resize` allocates.
class ProbeSlots {
 public:
  void resize(std::uint32_t size) { slots_.resize(size); }

  /// A free slot, or else one whose lease is over.
  [[nodiscard]] std::optional<ProbeLease> take(TimePoint now, Duration lease) noexcept {
    for (std::size_t i = 0; i < slots_.size(); ++i) {
      Slot& slot = slots_[i];
      if (slot.until > now) continue;
      slot.until = now + lease;
      slot.lease = ++last_lease_;
      return ProbeLease{static_cast<std::uint16_t>(i), slot.lease};
    }
    return std::nullopt;
  }

  /// Gives the slot back. False when the lease is no longer the holder's.
  bool release(ProbeLease lease) noexcept {
    if (lease.slot >= slots_.size() || slots_[lease.slot].lease != lease.number) return false;
    slots_[lease.slot] = Slot();
    return true;
  }

  void release_all() noexcept {
    for (Slot& slot : slots_) slot = Slot();
  }

 private:
  struct Slot {
    TimePoint until = TimePoint::min();
    std::uint32_t lease = 0;  // 0: nobody's
  };
  std::vector<Slot> slots_;
  // Never reused, not even after a resize: a number tells one holder from all others.
  std::uint32_t last_lease_ = 0;
};

}  // namespace circuitbreaker::detail
