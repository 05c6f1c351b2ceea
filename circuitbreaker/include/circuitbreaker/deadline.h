#pragma once
/// How long a call may take, told to the function instead of done to it: nobody's thread is killed.
///
///     Deadline deadline = Deadline::after(steady_clock(), std::chrono::seconds(2));
///     while (!deadline.expired() && !done()) step(deadline.remaining());
///
/// Thread-safety: plain values.

#include <algorithm>
#include <cstdint>
#include <stop_token>

#include "circuitbreaker/clock.h"

namespace circuitbreaker {

/// A point in time on one clock, or never. The clock must outlive it.
class Deadline {
 public:
  /// Never.
  Deadline() noexcept = default;
  [[nodiscard]] static Deadline at(const Clock& clock, TimePoint time) noexcept {
    Deadline deadline;
    deadline.clock_ = &clock;
    deadline.time_ = time;
    return deadline;
  }
  [[nodiscard]] static Deadline after(const Clock& clock, Duration length) noexcept {
    const TimePoint now = clock.now();
    return length > TimePoint::max() - now ? Deadline() : at(clock, now + length);
  }

  [[nodiscard]] bool is_never() const noexcept { return clock_ == nullptr; }
  [[nodiscard]] bool expired() const noexcept { return !is_never() && clock_->now() >= time_; }
  /// Zero once expired, `Duration::max()` when never.
  [[nodiscard]] Duration remaining() const noexcept {
    return is_never() ? Duration::max() : std::max(time_ - clock_->now(), Duration::zero());
  }
  /// `TimePoint::max()` when never.
  [[nodiscard]] TimePoint time() const noexcept { return time_; }
  /// The one that comes first. Both must be on the same clock.
  [[nodiscard]] Deadline sooner(const Deadline& other) const noexcept {
    return other.time_ < time_ ? other : *this;
  }

 private:
  const Clock* clock_ = nullptr;
  TimePoint time_ = TimePoint::max();
};

/// What the policies pass inwards. A function given to one of them may take a `const CallContext&`,
/// a `Deadline` and a `std::stop_token`, or nothing.
struct CallContext {
  Deadline deadline;
  std::stop_token stop;
  /// 1 for the first attempt; `Retry` counts up.
  std::uint32_t attempt = 1;

  [[nodiscard]] CallContext within(const Deadline& limit) const {
    CallContext context = *this;
    context.deadline = deadline.sooner(limit);
    return context;
  }
};

}  // namespace circuitbreaker
