#pragma once
/// At most so many calls in any window of time.

#include <cstddef>
#include <cstdint>
#include <vector>

#include "circuitbreaker/clock.h"

namespace stockclient {

/// A sliding window over the departures themselves, not a bucket: a bucket lets twice its size
/// through within one window, which the upstream would refuse. Memory: 8 bytes for each call that a
/// window may hold. Not thread-safe.
class CallWindow {
 public:
  CallWindow(std::uint32_t limit, circuitbreaker::Duration length)
      : departures_(limit, circuitbreaker::TimePoint::min()), length_(length) {}

  /// When a call may leave for which `ahead` others go first; the past means now. Cost: constant.
  [[nodiscard]] circuitbreaker::TimePoint free_at(std::size_t ahead = 0) const noexcept;
  void depart(circuitbreaker::TimePoint now) noexcept;
  /// How many may leave now, one right after the other. Cost: logarithmic.
  [[nodiscard]] std::uint32_t remaining(circuitbreaker::TimePoint now) const noexcept;
  /// How many have left so lately that they still count.
  [[nodiscard]] std::uint32_t counting(circuitbreaker::TimePoint now) const noexcept {
    return static_cast<std::uint32_t>(departures_.size()) - remaining(now);
  }
  /// For calls of an earlier process: `count` have left at `when`, which lies in the past.
  void restore(circuitbreaker::TimePoint when, std::uint32_t count) noexcept;

 private:
  /// A ring; `next_` is the oldest.
  std::vector<circuitbreaker::TimePoint> departures_;
  circuitbreaker::Duration length_;
  std::size_t next_ = 0;
};

}  // namespace stockclient
