#pragma once
/// A circuit breaker without its handle: the state machine, its lock, its counters and its
/// listeners.

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <type_traits>
#include <utility>

#include "circuitbreaker/detail/core.h"
#include "circuitbreaker/policy_observer.h"
#include "circuitbreaker/rejected.h"

#include "dispatcher.h"
#include "machine.h"
#include "orphans.h"
#include "published_text.h"

namespace circuitbreaker::detail {

/// Owned by a `CircuitBreaker` until that is destroyed, and afterwards jointly by its unfinished
/// permits and deliveries, through `Orphans`.
///
/// Thread-safety: `locked` takes the lock. `is_unused`, `succeed_without_lock` and the members of
/// `BreakerCore` need none. Everything else requires the lock to be held.
class GuardedMachine final : public BreakerCore, public Machine {
 public:
  GuardedMachine(std::string name, const Settings& settings, const Clock& with)
      : BreakerCore(with), Machine(settings, with.now()), breaker_name(std::move(name)) {
    publish();
  }

  /// The machine that a core belongs to; every core is part of one.
  [[nodiscard]] static GuardedMachine& of(BreakerCore& core) noexcept {
    return static_cast<GuardedMachine&>(core);
  }

  /// Runs `change(now)` under the lock, publishes the data that the lock-free paths read, then
  /// delivers changes to listeners. Unless the caller owns the handle, the machine may be gone
  /// afterwards.
  template <class Change>
  auto locked(TimePoint now, Change&& change) {
    std::unique_lock lock(mutex);
    absorb_successes();
    if constexpr (std::is_void_v<decltype(change(now))>) {
      change(now);
      finish(lock);
    } else {
      auto result = change(now);
      finish(lock);
      return result;
    }
  }
  /// Runs `change` with the current time.
  template <class Change>
  auto locked(Change&& change) {
    return locked(clock->now(), std::forward<Change>(change));
  }

  /// Ends a call as a success if that requires only counting and measuring; otherwise does nothing
  /// and returns false. Precondition: the caller has just found the permit's word equal to the
  /// breaker's word.
  [[nodiscard]] bool succeed_without_lock(Word permit, TimePoint started,
                                          CallTracker::Slot tracked) noexcept;

  /// Marks the machine as orphaned. Returns whether nothing uses it any more, so that it may be
  /// deleted.
  [[nodiscard]] bool orphan() noexcept;
  /// Whether no permit exists and no listener runs. Precondition: `orphan` was called.
  [[nodiscard]] bool is_unused() noexcept;

  /// Fills in everything but the reason of a rejection. Needs no lock. Precondition of this and the
  /// next function: the caller has read a word that is not closed.
  [[nodiscard]] const Rejected& rejection() const noexcept {
    static constexpr Rejected without_memory;
    return texts_ ? texts_->rejection : without_memory;
  }
  /// Copies the last failure to `text`, if it is known. Needs no lock.
  void copy_last_failure(BriefText& text) const noexcept {
    if (texts_) texts_->last_failure.load(text);
  }

  /// The breaker's state after the last event.
  [[nodiscard]] Snapshot describe();
  using Machine::describe;
  /// The number of calls so far.
  [[nodiscard]] CallCounts counts() const noexcept;
  /// The calls that the failure rate refers to: those in the window, or all calls.
  [[nodiscard]] WindowTotals rated_calls() const noexcept;
  /// Counts the end of a call.
  void count_end(Verdict verdict) noexcept;
  /// Whether no call is in progress and no change waits for a listener.
  [[nodiscard]] bool is_quiet() const noexcept;

  // Small enough to fit in the padding after Machine's last members.
  bool changes_wait = false;
  bool orphaned = false;
  const std::string breaker_name;
  std::mutex mutex;
  /// Calls that ended other than as successes.
  std::uint64_t failures = 0;
  std::uint64_t timeouts = 0;
  std::uint64_t ignored = 0;
  /// `Settings::call_timeout`, for readers without the lock.
  std::atomic<Duration::rep> call_timeout{0};
  /// Observer of calls and rejections, called outside the lock; usually null.
  std::atomic<PolicyObserver*> observer{nullptr};
  /// Null until the first listener is added.
  std::unique_ptr<Dispatcher> dispatcher;
  /// The next in the list of orphans.
  GuardedMachine* next_orphan = nullptr;

 private:
  void changed(State from, State to, TimePoint at) noexcept override;
  void absorb_successes() noexcept;
  void publish() noexcept;
  void publish_texts() noexcept;
  void finish(std::unique_lock<std::mutex>& lock) noexcept;
  [[nodiscard]] bool unused_while_locked() const noexcept;

  struct RejectionTexts {
    Rejected rejection;
    PublishedText last_failure;
  };
  /// Created before a word that is not closed is first published. The last failure is not kept up
  /// to date while closed.
  std::unique_ptr<RejectionTexts> texts_;
  /// Number of threads that are delivering or about to.
  std::uint32_t deliverers_ = 0;
};

}  // namespace circuitbreaker::detail
