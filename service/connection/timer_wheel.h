#pragma once
/// Deadlines of many connections, most of which are extended long before they expire.

#include <cstddef>
#include <optional>
#include <vector>

#include "circuitbreaker/clock.h"

namespace service {

/// A hashed timer wheel (Varghese and Lauck, 1987). Extending a deadline is a single store: the
/// wheel examines the timer at its original deadline, and moves it only then. Searching for expired
/// timers costs nothing while no timer is set. Thread-safety: none; each event loop has its own.
class TimerWheel {
 public:
  /// Times of the monotonic clock.
  using Time = circuitbreaker::TimePoint;

  /// Base class of objects with a deadline. Must not be copied or moved while it is set.
  struct Timer {
    /// When the timer expires.
    Time deadline{};
    /// Neighbours in the slot's list; null while the timer is not set.
    Timer* next = nullptr;
    /// See `next`.
    Timer* previous = nullptr;
    /// The tick at which the wheel examines the timer.
    std::int64_t tick = 0;
    /// Whether the timer is set.
    [[nodiscard]] bool is_linked() const noexcept { return next != nullptr; }
  };

  /// A timer expires at most one `tick` late. A timer whose deadline is more than `slots` ticks
  /// away is examined once per turn of the wheel.
  explicit TimerWheel(Time start, circuitbreaker::Duration tick = std::chrono::milliseconds(50),
                      std::size_t slots = 1024);

  /// Sets or changes a deadline.
  void set(Timer& timer, Time deadline);
  /// Unsets a timer; has no effect if it is not set.
  void cancel(Timer& timer) noexcept;

  /// Unsets every timer whose deadline has passed and passes it to `on_due`, which may set or unset
  /// any timer.
  template <typename OnDue>
  void expire(Time now, OnDue on_due) {
    while (Timer* timer = next_due(now)) on_due(*timer);
  }

  /// When to call `expire` next; nothing if no timer is set.
  [[nodiscard]] std::optional<Time> next_look() const noexcept;

 private:
  [[nodiscard]] std::int64_t tick_of(Time time) const noexcept;
  void link(Timer& timer);
  Timer* next_due(Time now);

  Time start_;
  circuitbreaker::Duration tick_;
  /// One circular list of timers per slot; the elements are the list heads.
  std::vector<Timer> slots_;
  /// Every earlier tick has been processed.
  std::int64_t current_ = 0;
  /// No timer is linked at a tick before this.
  std::int64_t earliest_ = 0;
  std::size_t linked_ = 0;
};

}  // namespace service
