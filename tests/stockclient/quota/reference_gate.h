#pragma once
/// A reference quota gate, as simple as possible: it remembers and counts every call.

#include <algorithm>
#include <optional>
#include <vector>

#include "stockclient/quota/quota_gate.h"

namespace stockclient::testing {

using circuitbreaker::Duration;
using circuitbreaker::TimePoint;

/// The gate's windows may be this much longer than the plan's, because calls may arrive closer
/// together than they were sent.
inline constexpr Duration kCaution = std::chrono::milliseconds(100);

/// Whether a call may be sent; `either` means so close to a limit that both answers are right.
enum class Says { leaves, stays, either };

[[nodiscard]] inline Says both(Says a, Says b) {
  if (a == Says::stays || b == Says::stays) return Says::stays;
  return a == Says::leaves ? b : a;
}

class ReferenceGate {
 public:
  explicit ReferenceGate(const QuotaSettings& settings) : settings_(settings) {}

  void now_is(TimePoint now, WallTime wall) {
    now_ = now;
    wall_ = wall;
    // Days never go back: a clock that is set back slightly does not renew the day's quota.
    day_start_ = std::max(day_start_, settings_.reset->last(wall));
    day_end_ = settings_.reset->next(day_start_);
  }
  [[nodiscard]] Says says() const {
    if (now_ < held_until_) return Says::stays;
    return both(day_says(), windows_say());
  }
  void leaves() {
    calls_.push_back({now_, now_, now_, day_start_});
    const auto& [name, per_second, per_minute, per_day] = settings_.plan;
    if (per_second || per_minute || per_day) record();
  }
  void hold(FailureKind why, Duration length) {
    if (why == FailureKind::throttled_day) length = day_end_ - wall_;
    if (now_ + length > held_until_) {
      held_until_ = now_ + length;
      held_ = why;
    }
    record();
  }
  /// After a restart only the last entry is known: the day's calls, the number of calls in the last
  /// minute, and the time of the last call.
  void restart() {
    calls_ = recorded_.calls;
    if (!calls_.empty()) {
      const TimePoint last = calls_.back().in_minute_at;
      // A last call in the future is treated as one that has just been sent.
      const TimePoint seen = now_ - std::max<Duration>(wall_ - recorded_.last_call, Duration(0));
      for (Call& call : calls_) {
        if (last - call.in_second_at < std::chrono::seconds(1) + kCaution)
          call.in_second_at = std::max(last, seen);
        if (last - call.in_minute_at < std::chrono::minutes(1) + kCaution)
          call.in_minute_at = std::max(last, seen);
      }
    }
    day_start_ = std::max(settings_.reset->last(wall_), recorded_.day_start);
    day_end_ = settings_.reset->next(day_start_);
    held_until_ = now_ + (recorded_.held_until - wall_);
  }

  [[nodiscard]] std::uint32_t spent() const {
    return static_cast<std::uint32_t>(std::count_if(
        calls_.begin(), calls_.end(), [&](const Call& call) { return call.day == day_start_; }));
  }
  [[nodiscard]] bool held() const { return now_ < held_until_; }
  [[nodiscard]] Duration held_for() const { return held_until_ - now_; }
  [[nodiscard]] WallTime day_end() const { return day_end_; }
  /// Number of calls sent within the last `window`.
  [[nodiscard]] std::uint32_t within(Duration window) const {
    return static_cast<std::uint32_t>(std::count_if(
        calls_.begin(), calls_.end(), [&](const Call& call) { return now_ - call.at < window; }));
  }

 private:
  struct Call {
    TimePoint at;
    /// The latest possible times; after a restart the exact times are unknown.
    TimePoint in_second_at;
    TimePoint in_minute_at;
    WallTime day;
  };
  struct Recorded {
    std::vector<Call> calls;
    WallTime day_start{};
    WallTime last_call{};
    WallTime held_until{};
  };

  void record() {
    recorded_ = {calls_, day_start_, {}, {}};
    if (!calls_.empty()) recorded_.last_call = wall_ - (now_ - calls_.back().in_minute_at);
    if (held())
      recorded_.held_until = held_ == FailureKind::throttled_day ? day_end_ : wall_ + held_for();
  }
  [[nodiscard]] Says windows_say() const {
    std::uint32_t second = 0;
    std::uint32_t minute = 0;
    for (const Call& call : calls_) {
      if (now_ - call.in_second_at < std::chrono::seconds(1) + kCaution) ++second;
      if (now_ - call.in_minute_at < std::chrono::minutes(1) + kCaution) ++minute;
    }
    const auto& [name, per_second, per_minute, per_day] = settings_.plan;
    if (per_second && within(std::chrono::seconds(1)) >= *per_second) return Says::stays;
    if (per_minute && within(std::chrono::minutes(1)) >= *per_minute) return Says::stays;
    const bool careful = (per_second && second >= *per_second) ||  //
                         (per_minute && minute >= *per_minute);
    return careful ? Says::either : Says::leaves;
  }

  [[nodiscard]] Says day_says() const {
    const auto per_day = settings_.plan.per_day;
    return per_day && spent() + 1 > *per_day ? Says::stays : Says::leaves;
  }

  const QuotaSettings settings_;
  TimePoint now_{};
  WallTime wall_{};
  WallTime day_start_{};
  WallTime day_end_{};
  std::vector<Call> calls_;
  FailureKind held_ = FailureKind::throttled_second;
  TimePoint held_until_{};
  Recorded recorded_;
};

}  // namespace stockclient::testing
