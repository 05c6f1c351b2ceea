#pragma once
/// Keeps track of the calls in progress and their start times, so that a call that hangs counts as
/// slow before it returns.

#include <atomic>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <vector>

#include "circuitbreaker/clock.h"
#include "circuitbreaker/detail/block_array.h"

#include "call_window.h"

namespace circuitbreaker::detail {

/// Data about a call that was found overdue.
struct OverdueCall {
  /// Whether the window ever counted it as slow.
  bool counted = false;
  /// Its position in the window, as long as the window remembers it.
  CallWindow::EntryId entry = CallWindow::kNoEntry;
};

/// A bounded table of calls in progress. Memory: 32 bytes per call, allocated by `reserve` and
/// kept.
///
/// Thread-safety: `claim` and `release` may be called from any thread; everything else only with
/// the breaker's lock held.
class CallTracker {
 public:
  /// The table index of a watched call.
  using Slot = std::uint16_t;
  static constexpr Slot kNoSlot = 0xffff;

  /// Sets the number of calls that may be watched simultaneously. Calls that hold a slot beyond
  /// `capacity` keep it and do not count towards the capacity. Throws `std::bad_alloc`.
  void reserve(std::uint32_t capacity);

  /// Starts to watch a call, in the first free slot from `preferred` on; `kNoSlot` if all are
  /// taken. `generation` is that of the state machine, or 0 if the call's slowness must not cause a
  /// transition.
  [[nodiscard]] Slot claim(TimePoint started, std::uint64_t generation, Slot preferred) noexcept;
  /// Stops watching a call that is not overdue. If it is overdue, has no effect and returns false;
  /// end it with `finish`.
  [[nodiscard]] bool release(Slot slot, TimePoint started) noexcept;

  /// A call that `find_overdue` found.
  struct Found {
    TimePoint started;
    Slot slot;
  };
  /// The calls not yet marked that have been in progress for `limit` or longer at `now`, in the
  /// order in which they started; simultaneous ones in any order. Valid until the next call of this
  /// function or `reserve`.
  [[nodiscard]] std::span<const Found> find_overdue(TimePoint now, Duration limit) noexcept;
  /// Start time of the oldest call in progress that the last `find_overdue` did not return;
  /// `TimePoint::max()` if it returned all of them.
  [[nodiscard]] TimePoint oldest_in_time() const noexcept { return oldest_in_time_; }
  /// Marks a call as overdue and returns its generation; empty if it has ended in the meantime.
  [[nodiscard]] std::optional<std::uint64_t> mark_overdue(const Found& found) noexcept;
  /// Records that the window counts a marked call.
  void set_entry(Slot slot, CallWindow::EntryId entry) noexcept;

  /// Stops watching a call; returns its data if it was marked as overdue.
  std::optional<OverdueCall> finish(Slot slot, TimePoint started) noexcept;

  /// Number of marked calls still in progress.
  [[nodiscard]] std::uint32_t overdue() const noexcept { return overdue_; }
  /// Invalidates all recorded positions. Call when the window has changed its shape.
  void forget_entries() noexcept;

 private:
  /// Special values of `WatchedCall::started` that are not times.
  static constexpr Duration::rep kFree = std::numeric_limits<Duration::rep>::min();
  static constexpr Duration::rep kClaimed = kFree + 1;
  static constexpr Duration::rep kOverdue = kFree + 2;

  struct WatchedCall {
    std::atomic<Duration::rep> started{kFree};
    std::atomic<std::uint64_t> generation{0};
    /// Guarded by the breaker's lock; meaningful while `started` is `kOverdue`.
    OverdueCall overdue;
  };

  using WatchedCalls = BlockArray<WatchedCall, 64, 1, 11>;

  [[nodiscard]] WatchedCall& at(Slot slot) const noexcept {
    return *calls_.find(WatchedCalls::position(slot));
  }
  [[nodiscard]] Slot claim_free(TimePoint started, std::uint64_t generation,
                                Slot preferred) noexcept;
  void note_freed() noexcept;

  WatchedCalls calls_;
  std::atomic<std::uint32_t> capacity_{0};
  /// One more than the highest slot ever claimed; bounds the search for overdue calls.
  std::atomic<std::uint32_t> used_{0};
  /// Whether all slots are taken, in which case admissions need not search.
  std::atomic<bool> full_{false};
  std::vector<Found> found_;
  TimePoint oldest_in_time_ = TimePoint::max();
  std::uint32_t overdue_ = 0;
};

}  // namespace circuitbreaker::detail
