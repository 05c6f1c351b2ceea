#pragma once

#include <mutex>
#include <vector>

#include "tests/stress/rehearsal.h"

namespace stress {

/// Collects samples from the load's thread. Thread-safe.
class Recorder {
 public:
  void add(const Sample& sample) {
    const std::lock_guard lock(mutex_);
    samples_.push_back(sample);
  }
  /// The samples from number `first` on.
  [[nodiscard]] std::vector<Sample> since(std::size_t first) const {
    const std::lock_guard lock(mutex_);
    return {samples_.begin() + static_cast<std::ptrdiff_t>(first), samples_.end()};
  }

 private:
  mutable std::mutex mutex_;
  std::vector<Sample> samples_;
};

}  // namespace stress
