#pragma once
/// A limit on calls within any period of a given length.

#include <cstddef>
#include <cstdint>
#include <vector>

#include "circuitbreaker/clock.h"

namespace stockclient {

/// A sliding-window rate limit that remembers when each call was sent. A token bucket would admit
/// up to twice its size within one window, and the upstream would refuse the excess.
///
///     RateWindow window(75, std::chrono::minutes(1));
///     if (window.free_at() <= now) window.depart(now);
///
/// Memory: 8 bytes for each call that the window may hold. Thread-safety: none; its owner guards
/// it.
class RateWindow {
 public:
  /// Allows at most `limit` (at least 1) calls in any time span of `length`.
  RateWindow(std::uint32_t limit, circuitbreaker::Duration length)
      : departures_(limit, circuitbreaker::TimePoint::min()), length_(length) {}

  /// When a call may be sent if `ahead` others are sent first; a time in the past means now. Takes
  /// constant time.
  [[nodiscard]] circuitbreaker::TimePoint free_at(std::size_t ahead = 0) const noexcept;
  /// When a call may be sent if `ahead` others, none of which has been sent before `now`, go first.
  [[nodiscard]] circuitbreaker::TimePoint turn(circuitbreaker::TimePoint now,
                                               std::size_t ahead) const noexcept;
  /// Records a call that is sent now. Calls must be recorded in chronological order.
  void depart(circuitbreaker::TimePoint now) noexcept;
  /// Number of calls that may be sent now. Takes logarithmic time.
  [[nodiscard]] std::uint32_t remaining(circuitbreaker::TimePoint now) const noexcept;
  /// Number of past calls that still occupy the window.
  [[nodiscard]] std::uint32_t counting(circuitbreaker::TimePoint now) const noexcept {
    return static_cast<std::uint32_t>(departures_.size()) - remaining(now);
  }
  /// Records `count` calls that an earlier process made at `when`, which is in the past.
  void restore(circuitbreaker::TimePoint when, std::uint32_t count) noexcept;

 private:
  /// A ring buffer; `next_` is the index of the oldest call.
  std::vector<circuitbreaker::TimePoint> departures_;
  circuitbreaker::Duration length_;
  std::size_t next_ = 0;
};

}  // namespace stockclient
