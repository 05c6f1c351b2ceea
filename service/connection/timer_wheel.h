#pragma once
/// Deadlines of many connections, most of which are pushed back long before they are met.
///
/// Pushing a deadline back is one store: the wheel looks at a timer again at the time it was first
/// set for, and only then moves it. Finding what is due costs nothing while nothing is.
/// Thread-safety: none; each event loop has its own.

#include <cstddef>
#include <optional>
#include <vector>

#include "circuitbreaker/clock.h"

namespace service {

class TimerWheel {
 public:
  using Time = circuitbreaker::TimePoint;

  /// Embedded in what it times. Neither copied nor moved while it is set.
  struct Timer {
    Time deadline{};
    Timer* next = nullptr;
    Timer* previous = nullptr;
    /// The tick at which the wheel looks at it.
    std::int64_t tick = 0;
    [[nodiscard]] bool is_linked() const noexcept { return next != nullptr; }
  };

  /// A timer fires at most one `tick` late.
  explicit TimerWheel(Time start, circuitbreaker::Duration tick = std::chrono::milliseconds(50),
                      std::size_t slots = 1024);

  /// Sets or changes a deadline.
  void set(Timer& timer, Time deadline);
  void cancel(Timer& timer) noexcept;

  /// Takes out every timer whose deadline has come and hands it to `on_due`, which may set or
  /// cancel any timer.
  template <typename OnDue>
  void expire(Time now, OnDue on_due) {
    while (Timer* timer = next_due(now)) on_due(*timer);
  }

  /// When the wheel wants to be asked next; nothing while no timer is set.
  [[nodiscard]] std::optional<Time> next_look() const noexcept;

 private:
  [[nodiscard]] std::int64_t tick_of(Time time) const noexcept;
  void link(Timer& timer);
  Timer* next_due(Time now);

  Time start_;
  circuitbreaker::Duration tick_;
  /// Heads of circular lists.
  std::vector<Timer> slots_;
  /// Every earlier tick has been looked at.
  std::int64_t current_ = 0;
  /// No timer is linked at an earlier tick.
  std::int64_t earliest_ = 0;
  std::size_t linked_ = 0;
};

}  // namespace service
