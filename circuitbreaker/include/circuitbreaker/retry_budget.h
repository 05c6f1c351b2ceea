#pragma once
/// Limits retries to a share of recent calls, so that they do not turn an outage into an overload.
///
///     RetryBudget budget;             // 10 % of calls, and at least 10 retries in 10 seconds
///     Retry retry({}, thread_sleeper(), &budget);

#include <array>
#include <cstddef>
#include <cstdint>
#include <mutex>

#include "circuitbreaker/clock.h"

namespace circuitbreaker {

/// Settings of a `RetryBudget`.
struct RetryBudgetSettings {
  /// Retries granted for each first attempt in the window, 0 to 1.
  double ratio = 0.1;
  /// Retries granted in a window regardless of the number of first attempts. 0: none.
  std::uint32_t floor = 10;
  /// Length of the sliding window: at least 10 ns, at most 10 years.
  Duration window = std::chrono::seconds(10);
};

/// The share follows Google's rule (Site Reliability Engineering, chapter "Handling Overload":
/// retries are at most 10 % of requests); the minimum, as in Envoy and Finagle, allows a client
/// with few calls to retry at all. Several `Retry` policies may share one budget. Every member
/// function may be called from any thread.
class RetryBudget {
 public:
  /// Throws `std::invalid_argument` when a setting is out of range. `clock` must outlive the
  /// budget.
  explicit RetryBudget(RetryBudgetSettings settings = {}, const Clock& clock = steady_clock());

  /// Counts a first attempt.
  void first_attempt() noexcept;
  /// Asks for one retry. A granted retry counts immediately, before its delay has passed.
  [[nodiscard]] bool try_retry() noexcept;
  /// Number of retries that would currently be granted.
  [[nodiscard]] std::uint64_t remaining() noexcept;

 private:
  static constexpr std::size_t kBuckets = 10;
  struct Bucket {
    std::uint64_t first_attempts = 0;
    std::uint64_t retries = 0;
  };
  // Both must be called with the lock held.
  Bucket& advance() noexcept;
  [[nodiscard]] std::uint64_t remaining_locked() const noexcept;

  const RetryBudgetSettings settings_;
  const Clock& clock_;
  const TimePoint start_;
  std::mutex mutex_;
  std::int64_t newest_ = 0;
  std::array<Bucket, kBuckets> buckets_{};
};

}  // namespace circuitbreaker
