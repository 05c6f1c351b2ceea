#pragma once
/// Knows which calls are under way and since when, so that a call that hangs counts as slow before
/// it returns.

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

/// What is known of a call that was found overdue.
struct OverdueCall {
  /// Whether the window ever counted it as slow.
  bool counted = false;
  /// Where the window counts it, while the window remembers it.
  CallWindow::EntryId entry = CallWindow::kNoEntry;
};

/// A bounded table of calls under way. Memory: 32 bytes a call, allocated by `reserve` and kept.
///
/// Thread-safety: `claim` and `release` may be called from any thread; everything else, only with
/// the breaker's lock held.
class CallTracker {
 public:
  /// The index of a watched call.
  using Slot = std::uint16_t;
  static constexpr Slot kNoSlot = 0xffff;

  /// From now on watches calls while fewer than `capacity` are watched. Calls that already hold a
  /// slot beyond it keep it and do not count. Throws `std::bad_alloc`.
  void reserve(std::uint32_t capacity);

  /// Starts to watch a call, in the first free slot from `preferred` on; `kNoSlot` when all are
  /// taken. `generation` is that of the state machine, or 0 when slowness must not move it.
  [[nodiscard]] Slot claim(TimePoint started, std::uint64_t generation, Slot preferred) noexcept;
  /// Stops watching a call that is not overdue. Does nothing and returns false when it is; end it
  /// with `finish`.
  [[nodiscard]] bool release(Slot slot, TimePoint started) noexcept;

  /// A call that `find_overdue` found.
  struct Found {
    TimePoint started;
    Slot slot;
  };
  /// The calls not yet marked that are under way for `limit` or longer at `now`, in the order they
  /// started; simultaneous ones in any order. Valid until the next call of this function or
  /// `reserve`.
  [[nodiscard]] std::span<const Found> find_overdue(TimePoint now, Duration limit) noexcept;
  /// When the oldest call started that the last `find_overdue` did not return; `TimePoint::max()`
  /// when there was none.
  [[nodiscard]] TimePoint oldest_in_time() const noexcept { return oldest_in_time_; }
  /// Marks a call as overdue and returns its generation; empty when it has ended meanwhile.
  [[nodiscard]] std::optional<std::uint64_t> mark_overdue(const Found& found) noexcept;
  /// Notes that the window counts a marked call.
  void set_entry(Slot slot, CallWindow::EntryId entry) noexcept;

  /// Stops watching a call; returns what is known of it if it was marked as overdue.
  std::optional<OverdueCall> finish(Slot slot, TimePoint started) noexcept;

  /// Number of marked calls still under way.
  [[nodiscard]] std::uint32_t overdue() const noexcept { return overdue_; }
  /// The window changed its shape: entries noted before are void.
  void forget_entries() noexcept;

 private:
  /// Values of `WatchedCall::started` that are not times.
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
  /// One more than the highest slot ever claimed: bounds the search for overdue calls.
  std::atomic<std::uint32_t> used_{0};
  /// All slots are taken: spares admissions the search.
  std::atomic<bool> full_{false};
  std::vector<Found> found_;
  TimePoint oldest_in_time_ = TimePoint::max();
  std::uint32_t overdue_ = 0;
};

}  // namespace circuitbreaker::detail
