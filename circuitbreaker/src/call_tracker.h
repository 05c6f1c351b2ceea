#pragma once
/// Which calls are under way and since when, so that one that hangs is known before it returns.

#include <cstdint>
#include <optional>
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
    /// Where the window counts it as slow already.
    CallWindow::EntryId entry = CallWindow::kNoEntry;
    /// Whether being slow may move the machine.
    bool counts = false;
    bool overdue = false;
  };

  /// Watches at most `capacity` calls from now on; those under way stay watched.
  void reserve(std::uint32_t capacity);

  /// `kNowhere` when the table is full. Precondition: `call.started` does not go back.
  [[nodiscard]] Place add(const Call& call) noexcept;
  /// Ends the watch and returns what was known.
  Call remove(Place place) noexcept;

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

}  // namespace circuitbreaker::detail
