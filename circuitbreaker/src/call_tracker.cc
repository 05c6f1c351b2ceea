#include "call_tracker.h"

#include <utility>

namespace circuitbreaker::detail {

void CallTracker::reserve(std::uint32_t capacity) {
  const std::size_t old_size = nodes_.size();
  if (capacity > old_size) nodes_.resize(capacity);
  for (std::size_t i = nodes_.size(); i > old_size; --i) {
    nodes_[i - 1].after = std::exchange(free_, static_cast<Place>(i - 1));
  }
  capacity_ = capacity;
}

void CallTracker::forget_entries() noexcept {
  for (Node& node : nodes_) node.call.entry = CallWindow::kNoEntry;
}

}  // namespace circuitbreaker::detail
