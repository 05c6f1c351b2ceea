#pragma once
/// Events of the policies, for metrics, logs and traces.
///
///     class Metrics : public PolicyObserver {
///       void retry_scheduled(std::uint32_t attempt, Duration delay) noexcept override {
///       ++retries_; }
///     };
///     Metrics metrics;
///     retry.set_observer(&metrics);

#include <cstdint>
#include <optional>
#include <string_view>

#include "circuitbreaker/clock.h"
#include "circuitbreaker/rejected.h"
#include "circuitbreaker/state.h"

namespace circuitbreaker {

/// An observer of policies. One object may observe any number of policies; it must outlive them or
/// be unset first. Its functions run on the thread that caused the event, with no lock held, and
/// may be called from several threads simultaneously. They should return quickly, because the call
/// waits for them. Without an observer, the only cost is reading one pointer, on paths that are
/// slow anyway.
class PolicyObserver {
 public:
  virtual ~PolicyObserver() = default;

  /// A call through the breaker of this name ended with `verdict` after `took`.
  virtual void call_ended(std::string_view breaker, Verdict verdict, Duration took) noexcept {
    (void)breaker, (void)verdict, (void)took;
  }
  /// A breaker or a rate limiter rejected a call.
  virtual void call_rejected(const Rejected& rejected) noexcept { (void)rejected; }
  /// Attempt number `attempt` failed and will be followed by another one after `delay`.
  virtual void retry_scheduled(std::uint32_t attempt, Duration delay) noexcept {
    (void)attempt, (void)delay;
  }
  /// A retry would have been worthwhile, but the retry budget did not allow it.
  virtual void retry_budget_exhausted() noexcept {}
  /// A bulkhead rejected a call because no slot became free in time.
  virtual void bulkhead_full() noexcept {}
  /// A health checker got its first result, or one that differs from the previous result.
  virtual void health_changed(std::string_view breaker, bool healthy) noexcept {
    (void)breaker, (void)healthy;
  }
};

}  // namespace circuitbreaker
