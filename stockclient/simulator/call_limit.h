#pragma once

#include <chrono>
#include <cstddef>
#include <deque>

#include "circuitbreaker/clock.h"

namespace stockclient::simulator {

/// At most `calls` calls in any stretch of `window`; remembers one time for each of them.
class CallLimit {
 public:
  CallLimit(std::size_t calls, circuitbreaker::Duration window) : calls_(calls), window_(window) {}

  [[nodiscard]] bool reached(circuitbreaker::TimePoint now) {
    while (!admitted_.empty() && now - admitted_.front() >= window_) admitted_.pop_front();
    return admitted_.size() >= calls_;
  }
  /// Only when the limit is not reached.
  void count(circuitbreaker::TimePoint now) { admitted_.push_back(now); }

  [[nodiscard]] std::size_t calls() const noexcept { return calls_; }

 private:
  std::size_t calls_;
  circuitbreaker::Duration window_;
  std::deque<circuitbreaker::TimePoint> admitted_;
};

}  // namespace stockclient::simulator
