#include "circuitbreaker/retry_budget.h"

#include <algorithm>

#include "require.h"

namespace circuitbreaker {

RetryBudget::RetryBudget(RetryBudgetSettings settings, const Clock& clock)
    : settings_(settings), clock_(clock), start_(clock.now()) {
  detail::require(settings.ratio >= 0 && settings.ratio <= 1, "retry budget: ratio must be 0 to 1");
  detail::require(settings.window.count() >= static_cast<Duration::rep>(kBuckets) &&
                      settings.window <= detail::kLongest,
                  "retry budget: window must be 10 ns to 10 years");
}

void RetryBudget::first_attempt() noexcept {
  const std::lock_guard lock(mutex_);
  ++advance().first_attempts;
}

bool RetryBudget::try_retry() noexcept {
  const std::lock_guard lock(mutex_);
  Bucket& bucket = advance();
  if (remaining_locked() == 0) return false;
  ++bucket.retries;
  return true;
}

std::uint64_t RetryBudget::remaining() noexcept {
  const std::lock_guard lock(mutex_);
  advance();
  return remaining_locked();
}

RetryBudget::Bucket& RetryBudget::advance() noexcept {
  const auto length = settings_.window / static_cast<Duration::rep>(kBuckets);
  const std::int64_t epoch = std::max((clock_.now() - start_) / length, newest_);
  const std::int64_t passed = std::min<std::int64_t>(epoch - newest_, kBuckets);
  for (std::int64_t i = 0; i < passed; ++i) {
    buckets_[static_cast<std::size_t>(epoch - i) % kBuckets] = Bucket();
  }
  newest_ = epoch;
  return buckets_[static_cast<std::size_t>(newest_) % kBuckets];
}

std::uint64_t RetryBudget::remaining_locked() const noexcept {
  Bucket sum;
  for (const Bucket& bucket : buckets_) {
    sum.first_attempts += bucket.first_attempts;
    sum.retries += bucket.retries;
  }
  const auto share =
      static_cast<std::uint64_t>(settings_.ratio * static_cast<double>(sum.first_attempts));
  const std::uint64_t granted = std::max<std::uint64_t>(share, settings_.floor);
  return granted - std::min(granted, sum.retries);
}

}  // namespace circuitbreaker
