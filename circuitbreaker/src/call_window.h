#pragma once
/// The sliding window for failure count, failure rate and slow-call rate.

#include <cstdint>
#include <limits>
#include <vector>

#include "circuitbreaker/clock.h"
#include "circuitbreaker/settings.h"

namespace circuitbreaker::detail {

/// The numbers of calls in a window. `failures` and `slow` may overlap.
struct WindowTotals {
  std::uint64_t calls = 0;
  std::uint64_t failures = 0;
  std::uint64_t slow = 0;
  friend bool operator==(const WindowTotals&, const WindowTotals&) = default;
};

/// Remembers the last calls, or the calls in the last time buckets. Only `configure` allocates: two
/// bits per call, or 32 bytes per bucket. Recording is O(1), amortised over the calls forgotten and
/// the buckets passed. Not thread-safe; times must not decrease.
class CallWindow {
 public:
  /// Identifies a recorded call while it is in the window.
  using EntryId = std::uint64_t;
  static constexpr EntryId kNoEntry = std::numeric_limits<EntryId>::max();

  /// Changes the shape and keeps the calls that fit. If the kind changes, they count as made at
  /// `now`.
  void configure(const Window& shape, TimePoint now);

  /// Records one call, in the bucket of `at` or the newest one, whichever is later.
  EntryId record(TimePoint at, bool failed, bool slow) noexcept;
  /// Records calls that succeeded and were not slow, in the newest bucket.
  void record_successes(std::uint64_t count) noexcept;
  /// Turns a call recorded as slow into a slow failure, if it is still in the window.
  void mark_failed(EntryId entry) noexcept;
  /// Begins the bucket that contains `now` and forgets calls that are too old. Returns whether a
  /// new bucket was begun.
  bool advance(TimePoint now) noexcept;
  /// Forgets all calls.
  void clear() noexcept;

  [[nodiscard]] const WindowTotals& totals() const noexcept { return totals_; }
  /// When the newest bucket ends; `TimePoint::max()` for a window of calls.
  [[nodiscard]] TimePoint bucket_end() const noexcept;

 private:
  struct TimeBucket {
    std::uint64_t epoch = 0;
    WindowTotals totals;
  };
  /// One bit per call.
  using Bits = std::vector<std::uint64_t>;

  [[nodiscard]] bool counts_calls() const noexcept { return shape_.kind == Window::Kind::count; }
  [[nodiscard]] std::uint64_t epoch_of(TimePoint at) const noexcept;
  /// Makes room for the next `count` calls, at most `shape_.calls`.
  void forget_places(std::uint64_t count) noexcept;
  void forget_range(std::uint64_t begin, std::uint64_t end) noexcept;
  void absorb_calls(const CallWindow& old, TimePoint now);
  void absorb_bucket(const WindowTotals& totals, TimePoint at);

  Window shape_{};
  WindowTotals totals_;
  /// Sequence number of the next call, or epoch of the newest bucket.
  std::uint64_t newest_ = 0;
  Bits failed_;
  Bits slow_;
  Duration bucket_length_{1};
  /// The newest bucket and the `shape_.buckets` before it, so that the window never covers less
  /// than `shape_.length`.
  std::vector<TimeBucket> buckets_;
};

}  // namespace circuitbreaker::detail
