#pragma once
/// Counts stale values that were served.

#include <array>
#include <atomic>
#include <cstdint>

#include "stockclient/domain/answer.h"

namespace service {

/// Counts stale answers by reason. Thread-safety: every member function may be called from any
/// thread.
class StaleAnswers {
 public:
  /// Counts one answer.
  void count(stockclient::StaleReason reason) noexcept {
    counts_[static_cast<std::size_t>(reason)].fetch_add(1, std::memory_order_relaxed);
  }
  /// The number of answers that were stale for this reason.
  [[nodiscard]] std::uint64_t of(stockclient::StaleReason reason) const noexcept {
    return counts_[static_cast<std::size_t>(reason)].load(std::memory_order_relaxed);
  }
  /// The number of answers that were stale because the upstream failed or could not be called,
  /// exported as the breaker's `fallbacks`. Values that were merely being refreshed do not count.
  [[nodiscard]] std::uint64_t fallbacks() const noexcept {
    std::uint64_t sum = 0;
    for (const auto& count : counts_) sum += count.load(std::memory_order_relaxed);
    return sum - of(stockclient::StaleReason::revalidating);
  }

 private:
  std::array<std::atomic<std::uint64_t>, stockclient::kStaleReasonCount> counts_{};
};

}  // namespace service
