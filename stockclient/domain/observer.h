#pragma once
/// Events reported by the stock client.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "stockclient/domain/answer.h"
#include "stockclient/domain/failure.h"
#include "stockclient/domain/figure.h"
#include "stockclient/domain/query.h"

namespace stockclient {

/// Receives the stock client's events, for metrics and logs. Every callback does nothing unless it
/// is overridden.
///
/// Thread-safety: callbacks come from any thread, several simultaneously, never with a lock held.
/// They must return quickly and must not throw.
class Observer {
 public:
  virtual ~Observer() = default;
  /// An upstream call has ended after `duration`. `failure` is null if it returned data.
  virtual void attempt_ended(Function function, const Failure* failure,
                             std::chrono::nanoseconds duration) noexcept {
    static_cast<void>(function);
    static_cast<void>(failure);
    static_cast<void>(duration);
  }
  /// A person should look at an answer; `detail` as in `Failure`. Called after `attempt_ended`,
  /// except for an oddity in an answer that contained data.
  virtual void oddity_seen(Function function, Oddity oddity, std::string_view detail) noexcept {
    static_cast<void>(function);
    static_cast<void>(oddity);
    static_cast<void>(detail);
  }
  /// Figures of one kind in an upstream answer to `query` could not be read: they are empty, their
  /// bar is left out, or the whole answer is unusable. `count` is at least 1. Called before
  /// `attempt_ended`, once for each kind of figure.
  virtual void figures_unreadable(const Query& query, Figure figure, std::uint32_t count) noexcept {
    static_cast<void>(query);
    static_cast<void>(figure);
    static_cast<void>(count);
  }
  /// No calls are sent until `until`, because the upstream refused a call, or the last call of the
  /// day has been sent. `reason` is one of `kHeldReasons`.
  virtual void hold_began(FailureKind reason, WallTime until) noexcept {
    static_cast<void>(reason);
    static_cast<void>(until);
  }
  /// A call that counts against a daily limit is about to be sent; `left` calls remain.
  virtual void day_quota_left(std::uint32_t left) noexcept { static_cast<void>(left); }
  /// A call that the planner made for a value that nobody waited for, or that was known, has ended.
  virtual void refresh_ended(bool with_value) noexcept { static_cast<void>(with_value); }
  /// A caller was answered, either with a value of this age or, if `with_value` is false, with a
  /// failure.
  virtual void answered(CacheResult result, bool with_value,
                        std::chrono::nanoseconds age) noexcept {
    static_cast<void>(result);
    static_cast<void>(with_value);
    static_cast<void>(age);
  }
};

/// Forwards every event to several observers, in order.
class ObserverList final : public Observer {
 public:
  /// The observers must outlive the list.
  explicit ObserverList(std::vector<Observer*> observers) : observers_(std::move(observers)) {}

  void attempt_ended(Function function, const Failure* failure,
                     std::chrono::nanoseconds duration) noexcept override {
    for (Observer* const each : observers_) each->attempt_ended(function, failure, duration);
  }
  void oddity_seen(Function function, Oddity oddity, std::string_view detail) noexcept override {
    for (Observer* const each : observers_) each->oddity_seen(function, oddity, detail);
  }
  void figures_unreadable(const Query& query, Figure figure,
                          std::uint32_t count) noexcept override {
    for (Observer* const each : observers_) each->figures_unreadable(query, figure, count);
  }
  void hold_began(FailureKind reason, WallTime until) noexcept override {
    for (Observer* const each : observers_) each->hold_began(reason, until);
  }
  void day_quota_left(std::uint32_t left) noexcept override {
    for (Observer* const each : observers_) each->day_quota_left(left);
  }
  void refresh_ended(bool with_value) noexcept override {
    for (Observer* const each : observers_) each->refresh_ended(with_value);
  }
  void answered(CacheResult result, bool with_value,
                std::chrono::nanoseconds age) noexcept override {
    for (Observer* const each : observers_) each->answered(result, with_value, age);
  }

 private:
  const std::vector<Observer*> observers_;
};

}  // namespace stockclient
