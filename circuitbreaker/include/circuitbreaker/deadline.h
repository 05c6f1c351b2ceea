#pragma once
/// Time limits for calls. The library tells a function its deadline and never interrupts it.
///
///     Deadline deadline = Deadline::after(steady_clock(), std::chrono::seconds(2));
///     while (!deadline.expired() && !done()) step(deadline.remaining());

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <limits>
#include <version>

#ifndef __cpp_lib_jthread
#error \
    "circuitbreaker needs std::stop_token: use libstdc++ 10, or libc++ 18 with -fexperimental-library, or newer"
#endif
#include <stop_token>

#include "circuitbreaker/clock.h"

namespace circuitbreaker {

struct RetryReport;

namespace detail {

/// `time + length`, clamped to the range of `TimePoint`.
[[nodiscard]] constexpr TimePoint saturating_add(TimePoint time, Duration length) noexcept {
  if (length > Duration::zero() && time > TimePoint::max() - length) return TimePoint::max();
  if (length < Duration::zero() && time < TimePoint::min() - length) return TimePoint::min();
  return time + length;
}

/// `later - earlier`, clamped to the range of `Duration`; zero if `later` is not later.
[[nodiscard]] constexpr Duration saturating_difference(TimePoint later,
                                                       TimePoint earlier) noexcept {
  if (later <= earlier) return Duration::zero();
  const bool overflows = earlier < TimePoint() && later > earlier + Duration::max();
  return overflows ? Duration::max() : later - earlier;
}

/// Information that a breaker passes to an enclosing `Retry` about a failed attempt.
struct RetryFeedback {
  /// How long the breaker will reject further attempts.
  Duration blocked_for{0};
};

}  // namespace detail

/// A point in time on one clock, or never. A plain value; the clock must outlive it.
class Deadline {
 public:
  /// Creates a deadline that never expires.
  Deadline() noexcept = default;
  /// Expires at `time`; never if `time` is `TimePoint::max()`.
  [[nodiscard]] static Deadline at(const Clock& clock, TimePoint time) noexcept {
    Deadline deadline;
    if (time == TimePoint::max()) return deadline;
    deadline.clock_ = &clock;
    deadline.time_ = time;
    return deadline;
  }
  /// Expires `length` from now; immediately if `length` is not positive, never if the sum is out of
  /// range.
  [[nodiscard]] static Deadline after(const Clock& clock, Duration length) noexcept {
    return at(clock, detail::saturating_add(clock.now(), length));
  }

  /// Whether the deadline never expires.
  [[nodiscard]] bool is_never() const noexcept { return clock_ == nullptr; }
  /// Whether the deadline has passed. Costs one clock reading unless it never expires.
  [[nodiscard]] bool expired() const noexcept { return !is_never() && clock_->now() >= time_; }
  /// The time left: zero once expired, `Duration::max()` if it never expires.
  [[nodiscard]] Duration remaining() const noexcept {
    return is_never() ? Duration::max() : detail::saturating_difference(time_, clock_->now());
  }
  /// The time left in a coarser unit, rounded up and clamped to what the unit can represent. If a
  /// client's timeout were rounded down, it would end shortly before the deadline, and the
  /// resulting failure would be blamed on the dependency.
  ///
  ///     using Milliseconds = std::chrono::duration<long, std::milli>;
  ///     curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS,
  ///                      deadline.remaining_as<Milliseconds>().count());
  template <class Unit>
  [[nodiscard]] Unit remaining_as() const noexcept {
    const Duration left = remaining();
    if constexpr (sizeof(typename Unit::rep) < sizeof(Duration::rep)) {
      if (left > std::chrono::duration_cast<Duration>(Unit::max())) return Unit::max();
    }
    const Unit whole = std::chrono::duration_cast<Unit>(left);
    return std::chrono::duration_cast<Duration>(whole) < left ? whole + Unit(1) : whole;
  }
  /// The time at which it expires; `TimePoint::max()` if never.
  [[nodiscard]] TimePoint time() const noexcept { return time_; }
  /// The earlier of two deadlines on the same clock.
  [[nodiscard]] Deadline sooner(const Deadline& other) const noexcept {
    return other.time_ < time_ ? other : *this;
  }

 private:
  const Clock* clock_ = nullptr;
  TimePoint time_ = TimePoint::max();
};

/// The circumstances of a call, passed by the caller to a policy, and by each policy to the next
/// one inwards. A function given to a policy may take a `const CallContext&`, a `Deadline` and a
/// `std::stop_token`, or nothing.
///
///     breaker.call(fetch, {.deadline = Deadline::after(steady_clock(), 2s), .stop = token});
struct CallContext {
  /// When the caller stops waiting. A call that fails after it is not the dependency's fault.
  Deadline deadline{};
  /// Lets the caller cancel the call.
  std::stop_token stop{};
  /// The number of the attempt, from 1; `Retry` counts up.
  std::uint32_t attempt = 1;
  /// Filled in by the outermost `Retry` that the call passes through; null if not wanted. It must
  /// outlive the call.
  RetryReport* retry_report = nullptr;
  /// Set by `Retry` for the breakers inside it; callers leave it null.
  detail::RetryFeedback* feedback = nullptr;

  /// This context with a deadline that is no later than `limit`.
  [[nodiscard]] CallContext within(const Deadline& limit) const {
    CallContext context = *this;
    context.deadline = deadline.sooner(limit);
    return context;
  }
};

}  // namespace circuitbreaker
