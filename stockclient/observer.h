#pragma once
/// What the stock client tells whoever counts: one call per event, so that metrics need no hook
/// inside.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "stockclient/domain/answer.h"
#include "stockclient/domain/answer_class.h"
#include "stockclient/domain/figure.h"
#include "stockclient/domain/query.h"

namespace stockclient {

/// Called from any thread, without a lock held; implementations must be thread-safe, fast and must
/// not throw.
class Observer {
 public:
  virtual ~Observer() = default;
  /// An attempt left for the upstream and has ended.
  virtual void attempt_ended(Function function, AnswerClass answer_class,
                             std::chrono::nanoseconds took) noexcept = 0;
  /// After `attempt_ended`: its answer is something for a person to look at; `detail` as in
  /// `Fault`.
  virtual void oddity_seen(Function function, Oddity oddity, std::string_view detail) noexcept {
    static_cast<void>(function);
    static_cast<void>(oddity);
    static_cast<void>(detail);
  }
  /// Figures of one kind in an upstream answer to `query` could not be read and are empty, their
  /// bar is left out, or the whole answer is unusable; `count` is at least 1. Called before
  /// `attempt_ended`, once for each kind of figure.
  virtual void figures_unreadable(const Query& query, Figure figure, std::uint32_t count) noexcept {
    static_cast<void>(query);
    static_cast<void>(figure);
    static_cast<void>(count);
  }
  /// Nothing is sent until then: the upstream asked for a pause, or for a longer one, or the last
  /// call of the day has left. `reason` as in `QuotaState`.
  virtual void hold_began(std::string_view reason, WallTime until) noexcept {
    static_cast<void>(reason);
    static_cast<void>(until);
  }
  /// A call of a day's quota leaves; so many are left.
  virtual void day_quota_left(std::uint32_t left) noexcept { static_cast<void>(left); }
  /// A caller was answered; `age` is that of the value, zero for an error.
  virtual void answered(CacheResult result, bool with_value,
                        std::chrono::nanoseconds age) noexcept = 0;
};

struct StockClientStats {
  std::size_t cache_bytes = 0;
  std::size_t cache_entries = 0;
  /// Of the entries, those that are good values; the others say what is not to be had.
  std::size_t cache_values = 0;
  std::size_t flights = 0;
  std::size_t waiters = 0;
  /// Retries that the budget would grant now.
  std::uint64_t retry_budget_remaining = 0;
};

}  // namespace stockclient
