#pragma once
/// @file
/// A limit on calls in a sliding window.

#include <chrono>
#include <cstddef>
#include <deque>

#include "circuitbreaker/clock.h"

namespace stockclient::simulator {

/// Allows at most `calls` calls within any period of length `window`. Stores the time of each of
/// these calls. Not thread-safe.
class CallLimit {
 public:
  /// `calls` must be at least 1.
  CallLimit(std::size_t calls, circuitbreaker::Duration window) : calls_(calls), window_(window) {}

  /// Whether another call at `now` would exceed the limit. `now` must not decrease from call to
  /// call.
  [[nodiscard]] bool reached(circuitbreaker::TimePoint now) {
    while (!admitted_.empty() && now - admitted_.front() >= window_) admitted_.pop_front();
    return admitted_.size() >= calls_;
  }
  /// Counts a call; allowed only if the limit is not reached.
  void count(circuitbreaker::TimePoint now) { admitted_.push_back(now); }

  /// The limit.
  [[nodiscard]] std::size_t calls() const noexcept { return calls_; }

 private:
  std::size_t calls_;
  circuitbreaker::Duration window_;
  std::deque<circuitbreaker::TimePoint> admitted_;
};

}  // namespace stockclient::simulator
