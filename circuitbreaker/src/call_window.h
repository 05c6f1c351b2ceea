#pragma once
/// What the last calls were like: the memory of failure count, failure rate and slow-call rate.

#include <cstdint>
#include <limits>
#include <vector>

#include "circuitbreaker/clock.h"
#include "circuitbreaker/settings.h"

namespace circuitbreaker::detail {

struct WindowTotals {
  std::uint64_t calls = 0;
  std::uint64_t failures = 0;
  std::uint64_t slow = 0;
  friend bool operator==(const WindowTotals&, const WindowTotals&) = default;
};

/// Not thread-safe. Times must not go back. Only `configure` allocates: one byte a call, or 32
/// bytes a bucket. Every operation is O(1), amortised over the buckets that time has passed.
class CallWindow {
 public:
  /// Names a recorded call until it leaves the window.
  using EntryId = std::uint64_t;
  static constexpr EntryId kNoEntry = std::numeric_limits<EntryId>::max();

  /// Changes shape and keeps what fits: of a changed kind, the newest calls as if made `now`.
  void configure(const Window& shape, TimePoint now);

  EntryId record(TimePoint at, bool failed, bool slow) noexcept;
  /// `record(at, false, false)`, for a window in which nothing failed and nothing was slow.
  void record_good(TimePoint at) noexcept {
    if (calls_.empty()) {
      record(at, false, false);
      return;
    }
    calls_[next_place_] = 0;
    if (++next_place_ == calls_.size()) next_place_ = 0;
    if (newest_++ < calls_.size()) ++totals_.calls;
  }
  /// A call recorded as slow while under way has failed: counts it if it is still in the window.
  void mark_failed(EntryId entry) noexcept;
  /// Forgets what is too old.
  void advance(TimePoint now) noexcept;
  void clear() noexcept;

  [[nodiscard]] const WindowTotals& totals() const noexcept { return totals_; }

 private:
  struct Bucket {
    std::uint64_t epoch = 0;
    WindowTotals totals;
  };
  [[nodiscard]] std::uint64_t epoch_of(TimePoint at) const noexcept;
  void absorb(const CallWindow& old, TimePoint now);
  void absorb(const WindowTotals& totals, TimePoint at);

  Window shape_{};
  WindowTotals totals_;
  /// Count: the sequence number of the next call, and its place. Time: the newest epoch.
  std::uint64_t newest_ = 0;
  std::size_t next_place_ = 0;
  std::vector<std::uint8_t> calls_;
  std::vector<Bucket> buckets_;
};

}  // namespace circuitbreaker::detail
