#pragma once
/// Deadlines of many connections, most of which are extended long before they expire.

#include <cstddef>
#include <optional>
#include <vector>

#include "circuitbreaker/clock.h"

namespace service {

/// A hashed timer wheel (Varghese and Lauck, 1987). Extending a deadline is one store: the wheel
/// looks at the timer at the time it was first set for, and only then moves it. Finding expired
/// timers costs nothing while there is none.
/// Thread-safety: none; each event loop has its own.
class TimerWheel {
 public:
  /// Times of the monotonic clock.
  using Time = circuitbreaker::TimePoint;

  /// Base class of objects with a deadline. Must be neither copied nor moved while it is set.
  struct Timer {
    /// When it expires.
    Time deadline{};
    /// Neighbours in the list of its slot; null while it is not set.
    Timer* next = nullptr;
    /// See `next`.
    Timer* previous = nullptr;
    /// The tick at which the wheel looks at it.
    std::int64_t tick = 0;
    /// Whether it is set.
    [[nodiscard]] bool is_linked() const noexcept { return next != nullptr; }
  };

  /// A timer expires at most one `tick` late. Deadlines further away than `slots` ticks cost one
  /// look for each turn of the wheel.
  explicit TimerWheel(Time start, circuitbreaker::Duration tick = std::chrono::milliseconds(50),
                      std::size_t slots = 1024);

  /// Sets or changes a deadline.
  void set(Timer& timer, Time deadline);
  /// Unsets a timer; does nothing when it is not set.
  void cancel(Timer& timer) noexcept;

  /// Unsets every timer whose deadline has passed and calls `on_due` with it, which may set or
  /// cancel any timer.
  template <typename OnDue>
  void expire(Time now, OnDue on_due) {
    while (Timer* timer = next_due(now)) on_due(*timer);
  }

  /// When to call `expire` next; nothing while no timer is set.
  [[nodiscard]] std::optional<Time> next_look() const noexcept;

 private:
  [[nodiscard]] std::int64_t tick_of(Time time) const noexcept;
  void link(Timer& timer);
  Timer* next_due(Time now);

  Time start_;
  circuitbreaker::Duration tick_;
  /// One circular list of timers for each slot; the elements are the lists' heads.
  std::vector<Timer> slots_;
  /// Every earlier tick has been processed.
  std::int64_t current_ = 0;
  /// No timer is linked at an earlier tick.
  std::int64_t earliest_ = 0;
  std::size_t linked_ = 0;
};

}  // namespace service
