#pragma once
/// A limit on simultaneous calls, so that one slow dependency cannot occupy every thread (Michael
/// Nygard, "Release It!", chapter "Stability Patterns").
///
///     Bulkhead bulkhead({.max_calls = 16, .max_wait = std::chrono::milliseconds(50)});
///     auto answer = bulkhead.call(fetch);
///     if (!answer) reject(answer.error().reason);   // for example bulkhead_full

#include <cstdint>
#include <list>
#include <mutex>
#include <stop_token>
#include <utility>

#include "circuitbreaker/call.h"
#include "circuitbreaker/clock.h"
#include "circuitbreaker/deadline.h"
#include "circuitbreaker/detail/counter.h"
#include "circuitbreaker/policy_observer.h"
#include "circuitbreaker/sleeper.h"

namespace circuitbreaker {

/// Settings of a `Bulkhead`.
struct BulkheadSettings {
  /// Maximum number of simultaneous calls. At least 1.
  std::uint32_t max_calls = 16;
  /// Longest time that a caller waits for a slot, 0 to 10 years. 0: callers do not wait.
  Duration max_wait{0};
  /// Maximum number of simultaneous waiters; further callers are rejected immediately.
  std::uint32_t max_waiting = 1000;
};

/// The current state of a `Bulkhead` and its counts so far.
struct BulkheadStatistics {
  /// Calls in progress.
  std::uint32_t in_use = 0;
  /// Callers that wait for a slot.
  std::uint32_t waiting = 0;
  /// Number of calls admitted so far.
  std::uint64_t admitted = 0;
  /// Number of calls rejected so far, because the bulkhead was full or because the caller's
  /// deadline or stop request ended the wait.
  std::uint64_t rejected = 0;
};

/// Limits the number of simultaneous calls. Waiters get free slots in order of arrival. Every
/// member function may be called from any thread. The bulkhead must outlive its slots.
class Bulkhead {
 public:
  /// The right to make one of the simultaneous calls, returned on destruction. May be passed to
  /// another thread.
  class [[nodiscard]] Slot {
   public:
    /// Takes over the slot of `other`, which is left without one.
    Slot(Slot&& other) noexcept : bulkhead_(std::exchange(other.bulkhead_, nullptr)) {}
    /// Exchanges the slots.
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

  /// Throws `std::invalid_argument` if a setting is out of range. `sleeper` must outlive the
  /// bulkhead; it measures `max_wait`, so with a `ManualSleeper`, waits take no real time.
  explicit Bulkhead(BulkheadSettings settings = {}, const Sleeper& sleeper = thread_sleeper());
  Bulkhead(const Bulkhead&) = delete;
  Bulkhead& operator=(const Bulkhead&) = delete;

  /// Takes a slot, waiting no longer than `max_wait`, the context's deadline and its stop token
  /// allow. A rejection says which of them ended the wait: `bulkhead_full`, `deadline` or
  /// `cancelled`. An exception thrown by the sleeper reaches the caller, and no slot is lost.
  [[nodiscard]] expected<Slot, Rejected> try_acquire(const CallContext& context = {});

  /// Calls `f` while holding a slot.
  template <class F>
  CallResult<F> call(F&& f, const CallContext& context = {}) {
    const auto slot = try_acquire(context);
    if (!slot) return detail::rejected_with<CallResult<F>>(slot.error());
    return detail::call_plainly(f, context);
  }

  /// A consistent copy of the current state.
  [[nodiscard]] BulkheadStatistics statistics() const;
  /// Reports calls rejected because the bulkhead is full to `observer`, or to nobody if it is null.
  void set_observer(PolicyObserver* observer) noexcept { observer_.set(observer); }

 private:
  class QueuedCaller;

  /// Takes a free slot, with the lock held.
  [[nodiscard]] bool admit() noexcept;
  /// Waits for a slot. Returns whether one was obtained.
  [[nodiscard]] bool wait(Duration length, const std::stop_token& stop);
  [[nodiscard]] Rejected rejection(const CallContext& context);
  void release() noexcept;

  const BulkheadSettings settings_;
  const Sleeper& sleeper_;
  mutable std::mutex mutex_;
  std::list<QueuedCaller*> waiters_;  // Callers in order of arrival.
  BulkheadStatistics statistics_;
  detail::ObserverPointer<PolicyObserver> observer_;
};

}  // namespace circuitbreaker
