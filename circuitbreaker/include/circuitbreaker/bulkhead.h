#pragma once
/// At most so many calls at once, so that one slow dependency cannot take every thread. (Nygard,
/// "Release It!", Stability Patterns.)
///
///     Bulkhead bulkhead({.max_calls = 16, .max_wait = std::chrono::milliseconds(50)});
///     auto answer = bulkhead.call([&] { return ask(); });
///     if (!answer) refuse(answer.error().reason);   // bulkhead_full
///
/// Thread-safety: every member function may be called from any thread. Waiters are woken in no
/// particular order. A slot must not outlive its bulkhead.

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <utility>

#include "circuitbreaker/call.h"
#include "circuitbreaker/clock.h"
#include "circuitbreaker/deadline.h"

namespace circuitbreaker {

struct BulkheadSettings {
  /// Calls under way at once. At least 1.
  std::uint32_t max_calls = 16;
  /// How long a caller waits for a slot. 0: not at all.
  Duration max_wait{0};
  /// Callers that may wait at once; more are refused at once.
  std::uint32_t max_waiting = 1000;
};

struct BulkheadStatistics {
  std::uint32_t in_use = 0;
  std::uint32_t waiting = 0;
  std::uint64_t admitted = 0;
  std::uint64_t rejected = 0;
};

class Bulkhead {
 public:
  /// One of the calls under way; gives its place back when destroyed.
  class [[nodiscard]] Slot {
   public:
    Slot(Slot&& other) noexcept : bulkhead_(std::exchange(other.bulkhead_, nullptr)) {}
    Slot& operator=(Slot&& other) noexcept {
      std::swap(bulkhead_, other.bulkhead_);
      return *this;
    }
    ~Slot() {
      if (bulkhead_ != nullptr) bulkhead_->release();
    }

   private:
    friend class Bulkhead;
    explicit Slot(Bulkhead& bulkhead) noexcept : bulkhead_(&bulkhead) {}
    Bulkhead* bulkhead_;
  };

  /// Throws `std::invalid_argument` when a setting is out of range.
  explicit Bulkhead(BulkheadSettings settings = {});
  Bulkhead(const Bulkhead&) = delete;
  Bulkhead& operator=(const Bulkhead&) = delete;

  /// Waits at most `max_wait`, and no longer than the context's deadline allows or its stop token.
  [[nodiscard]] expected<Slot, Rejected> try_acquire(const CallContext& context = {});

  template <class F>
  CallResult<F> call(F&& f, const CallContext& context = {}) {
    const auto slot = try_acquire(context);
    if (!slot) return unexpected<typename CallResult<F>::error_type>(slot.error());
    return detail::call_plainly(f, context);
  }

  [[nodiscard]] BulkheadStatistics statistics() const;

 private:
  void release() noexcept;

  const BulkheadSettings settings_;
  mutable std::mutex mutex_;
  std::condition_variable_any freed_;
  BulkheadStatistics statistics_;
};

}  // namespace circuitbreaker
