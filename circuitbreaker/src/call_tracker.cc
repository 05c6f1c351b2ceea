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

CallTracker::Place CallTracker::add(const Call& call) noexcept {
  if (used_ >= capacity_) return kNowhere;
  ++used_;
  const Place place = free_;
  Node& node = nodes_[place];
  free_ = node.after;
  node = {call, newest_, kNowhere};
  (newest_ == kNowhere ? oldest_ : nodes_[newest_].after) = place;
  newest_ = place;
  return place;
}

CallTracker::Call CallTracker::remove(Place place) noexcept {
  Node& node = nodes_[place];
  if (node.call.overdue) {
    --overdue_;
  } else {
    unlink(place);
  }
  node.after = std::exchange(free_, place);
  --used_;
  return node.call;
}

CallTracker::Call* CallTracker::next_overdue(TimePoint now, Duration limit) noexcept {
  if (oldest_ == kNowhere) return nullptr;
  Call& call = nodes_[oldest_].call;
  if (now - call.started < limit) return nullptr;
  unlink(oldest_);
  call.overdue = true;
  ++overdue_;
  return &call;
}

void CallTracker::forget_entries() noexcept {
  for (Node& node : nodes_) node.call.entry = CallWindow::kNoEntry;
}

void CallTracker::unlink(Place place) noexcept {
  const Node& node = nodes_[place];
  (node.before == kNowhere ? oldest_ : nodes_[node.before].after) = node.after;
  (node.after == kNowhere ? newest_ : nodes_[node.after].before) = node.before;
}

}  // namespace circuitbreaker::detail
