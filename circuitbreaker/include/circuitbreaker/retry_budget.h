#pragma once
/// Keeps retries from turning an outage into an overload: of what was called lately, only a share
/// may be retries.
///
///     RetryBudget budget;             // a tenth, at least 10 in 10 seconds
///     Retry retry({}, sleeper, &budget);
///
/// The rule is Google's ("Site Reliability Engineering", Handling Overload: retries at most 10 %
/// of requests), the floor Envoy's and Finagle's, so that a quiet client may retry at all.
/// Thread-safety: every member function may be called from any thread.

#include <array>
#include <cstdint>
#include <mutex>

#include "circuitbreaker/clock.h"

namespace circuitbreaker {

struct RetryBudgetSettings {
  /// Retries granted for each first attempt, 0 to 1.
  double ratio = 0.1;
  /// Retries granted in a window whatever the number of first attempts. 0: none.
  std::uint32_t floor = 10;
  /// What "lately" means; positive, at most 10 years.
  Duration window = std::chrono::seconds(10);
};

class RetryBudget {
 public:
  /// Throws `std::invalid_argument` when a setting is out of range. `clock` must outlive the
  /// budget.
  explicit RetryBudget(RetryBudgetSettings settings = {}, const Clock& clock = steady_clock());

  void first_attempt() noexcept;
  /// Asks for one retry. It is counted from now on, so also while it still backs off.
  [[nodiscard]] bool try_retry() noexcept;
  /// Retries that would be granted now.
  [[nodiscard]] std::uint64_t remaining() noexcept;

 private:
  static constexpr std::size_t kBuckets = 10;
  struct Bucket {
    std::uint64_t first_attempts = 0;
    std::uint64_t retries = 0;
  };
  Bucket& advance() noexcept;
  [[nodiscard]] std::uint64_t remaining_locked() const noexcept;

  const RetryBudgetSettings settings_;
  const Clock& clock_;
  std::mutex mutex_;
  std::int64_t newest_;
  std::array<Bucket, kBuckets> buckets_{};
};

}  // namespace circuitbreaker
