#pragma once
/// What is behind a circuit breaker's fast paths: the state machine, its lock, its listeners.

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <type_traits>
#include <utility>

#include "circuitbreaker/circuit_breaker.h"

#include "dispatcher.h"
#include "machine.h"

namespace circuitbreaker {

/// Thread-safe: `locked` and `succeed_quietly`, which take the lock. All else is called with it
/// held.
struct CircuitBreaker::Impl final : detail::Machine {
  Impl(CircuitBreaker& breaker, std::string name, const Settings& settings, TimePoint now)
      : Machine(settings, now), owner(breaker), breaker_name(std::move(name)) {}

  /// Runs `change(now)` under the lock, publishes what the fast paths read, then delivers.
  template <class Change>
  auto locked(TimePoint now, Change&& change) {
    std::unique_lock lock(mutex);
    if constexpr (std::is_void_v<decltype(change(now))>) {
      change(now);
      publish_and_deliver(lock);
    } else {
      auto result = change(now);
      publish_and_deliver(lock);
      return result;
    }
  }
  template <class Change>
  auto locked(Change&& change) {
    return locked(owner.clock_->now(), std::forward<Change>(change));
  }

  [[nodiscard]] bool succeed_quietly(std::uint64_t generation, TimePoint started,
                                     TimePoint now) noexcept {
    const std::lock_guard lock(mutex);
    return Machine::succeed_quietly(generation, started, now);
  }

  void publish_and_deliver(std::unique_lock<std::mutex>& lock) noexcept {
    // Written only when changed: the readers' cache line stays theirs. A reader of the new word
    // must not meet an older open time.
    const auto until = open_until().time_since_epoch().count();
    if (owner.open_until_.load(std::memory_order_relaxed) != until) {
      owner.open_until_.store(until, std::memory_order_relaxed);
    }
    const detail::Word now_word = word();
    if (owner.word_.load(std::memory_order_relaxed) != now_word) {
      owner.word_.store(now_word, std::memory_order_release);
    }
    detail::Dispatcher* const deliver_to =
        std::exchange(changes_wait, false) ? dispatcher.get() : nullptr;
    lock.unlock();
    if (deliver_to != nullptr) deliver_to->deliver();
  }

  void changed(State from, State to, TimePoint at) noexcept override {
    if (!dispatcher) return;
    try {
      Snapshot snapshot = describe();
      std::string reason = snapshot.reason;
      dispatcher->enqueue({from, to, at, std::move(reason), std::move(snapshot), 0},
                          settings().max_pending_changes);
      changes_wait = true;
    } catch (...) {  // NOLINT(bugprone-empty-catch): out of memory, this change goes unannounced
    }
  }

  using Machine::describe;
  [[nodiscard]] Snapshot describe() {
    using detail::Tally;
    Snapshot snapshot;
    snapshot.name = breaker_name;
    describe(snapshot);
    snapshot.calls = counts();
    // Started is read after ended, so no call is seen to end that was not seen to start.
    const std::uint64_t started = detail::sum(owner.stripes_.get(), &Tally::started);
    snapshot.in_flight = static_cast<std::uint32_t>(started - snapshot.calls.total());
    fill_rates(snapshot);
    return snapshot;
  }

  [[nodiscard]] CallCounts counts() const noexcept {
    using detail::Tally;
    return {detail::sum(owner.stripes_.get(), &Tally::success), failures, timeouts, ignored,
            detail::sum(owner.stripes_.get(), &Tally::rejected)};
  }

  void fill_rates(Snapshot& snapshot) noexcept {
    const std::uint64_t failed = snapshot.calls.failure + snapshot.calls.timeout;
    const detail::WindowTotals all{failed + snapshot.calls.success, failed, 0};
    const detail::WindowTotals seen = window_totals().value_or(all);
    if (seen.calls == 0) return;
    const auto calls = static_cast<double>(seen.calls);
    snapshot.failure_rate = static_cast<double>(seen.failures) / calls;
    snapshot.success_rate = static_cast<double>(seen.calls - seen.failures) / calls;
    snapshot.slow_call_rate = static_cast<double>(seen.slow) / calls;
  }

  void count(Verdict verdict) noexcept {
    if (verdict == Verdict::success) detail::count(owner.stripes_.get(), &detail::Tally::success);
    if (verdict == Verdict::failure) ++failures;
    if (verdict == Verdict::timeout) ++timeouts;
    if (verdict == Verdict::ignored) ++ignored;
  }

  bool changes_wait = false;  // in what Machine's last members leave over
  CircuitBreaker& owner;
  const std::string breaker_name;
  std::mutex mutex;
  std::uint64_t failures = 0;
  std::uint64_t timeouts = 0;
  std::uint64_t ignored = 0;
  std::unique_ptr<detail::Dispatcher> dispatcher;
};

}  // namespace circuitbreaker
