#pragma once
/// Which calls are under way and since when, so that one that hangs is known before it returns.

#include <cstdint>
#include <utility>
#include <vector>

#include "circuitbreaker/clock.h"

#include "call_window.h"

namespace circuitbreaker::detail {

/// A bounded table with two lists threaded through it: free places, and calls not yet overdue in
/// the order they started. Not thread-safe; everything but `reserve` is O(1) and allocates nothing.
class CallTracker {
 public:
  using Place = std::uint16_t;
  static constexpr Place kNowhere = 0xffff;

  struct Call {
    TimePoint started{};
    std::uint64_t generation = 0;
    /// Where the window counts it as slow already, if it still remembers.
    CallWindow::EntryId entry = CallWindow::kNoEntry;
    /// Whether the window ever did.
    bool counted = false;
    /// Whether being slow may move the machine.
    bool counts = false;
    bool overdue = false;
  };

  /// Watches at most `capacity` calls from now on; those under way stay watched.
  void reserve(std::uint32_t capacity);

  /// `kNowhere` when the table is full. Precondition: `started` does not go back.
  [[nodiscard]] Place add(TimePoint started, std::uint64_t generation, bool counts) noexcept;
  /// Ends the watch and returns what was known; valid until the next operation.
  const Call& remove(Place place) noexcept;

  /// Takes the oldest call that was under way for `limit` at `now` off the list of those still
  /// expected in time; null when there is none. Valid until the next operation.
  [[nodiscard]] Call* next_overdue(TimePoint now, Duration limit) noexcept;

  [[nodiscard]] std::uint32_t overdue() const noexcept { return overdue_; }
  /// The window changed its shape: entries noted before mean nothing any more.
  void forget_entries() noexcept;

 private:
  struct Node {
    Call call;
    Place before = kNowhere;
    Place after = kNowhere;
  };
  void unlink(Place place) noexcept;

  std::vector<Node> nodes_;
  std::uint32_t capacity_ = 0;
  std::uint32_t used_ = 0;
  std::uint32_t overdue_ = 0;
  Place free_ = kNowhere;
  Place oldest_ = kNowhere;
  Place newest_ = kNowhere;
};

inline CallTracker::Place CallTracker::add(TimePoint started, std::uint64_t generation,
                                           bool counts) noexcept {
  if (used_ >= capacity_) return kNowhere;
  ++used_;
  const Place place = free_;
  Node& node = nodes_[place];
  free_ = node.after;
  // Field by field: a whole node copied at once would wait for the stores it was just built from.
  node.call.started = started;
  node.call.generation = generation;
  node.call.entry = CallWindow::kNoEntry;
  node.call.counted = false;
  node.call.counts = counts;
  node.call.overdue = false;
  node.before = newest_;
  node.after = kNowhere;
  (newest_ == kNowhere ? oldest_ : nodes_[newest_].after) = place;
  newest_ = place;
  return place;
}

inline const CallTracker::Call& CallTracker::remove(Place place) noexcept {
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

inline CallTracker::Call* CallTracker::next_overdue(TimePoint now, Duration limit) noexcept {
  if (oldest_ == kNowhere) return nullptr;
  Call& call = nodes_[oldest_].call;
  if (now - call.started < limit) return nullptr;
  unlink(oldest_);
  call.overdue = true;
  ++overdue_;
  return &call;
}

inline void CallTracker::unlink(Place place) noexcept {
  const Node& node = nodes_[place];
  (node.before == kNowhere ? oldest_ : nodes_[node.before].after) = node.after;
  (node.after == kNowhere ? newest_ : nodes_[node.after].before) = node.before;
}

}  // namespace circuitbreaker::detail
