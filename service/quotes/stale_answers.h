#pragma once
/// How often a known value stood in for one that could not be had, by reason.

#include <array>
#include <atomic>
#include <cstdint>

#include "stockclient/domain/answer.h"

namespace service {

/// Thread-safety: every member function may be called from any thread.
class StaleAnswers {
 public:
  void count(stockclient::StaleReason reason) noexcept {
    counts_[static_cast<std::size_t>(reason)].fetch_add(1, std::memory_order_relaxed);
  }
  [[nodiscard]] std::uint64_t of(stockclient::StaleReason reason) const noexcept {
    return counts_[static_cast<std::size_t>(reason)].load(std::memory_order_relaxed);
  }
  /// Those that were given because the upstream could not be asked or failed: the breaker's
  /// `fallbacks`. A value that is merely being refreshed is none.
  [[nodiscard]] std::uint64_t fallbacks() const noexcept {
    std::uint64_t sum = 0;
    for (const auto& count : counts_) sum += count.load(std::memory_order_relaxed);
    return sum - of(stockclient::StaleReason::revalidating);
  }

 private:
  std::array<std::atomic<std::uint64_t>, stockclient::kStaleReasonCount> counts_{};
};

}  // namespace service
