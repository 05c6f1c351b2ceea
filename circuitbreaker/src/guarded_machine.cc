#include "guarded_machine.h"

#include <algorithm>
#include <new>

namespace circuitbreaker::detail {

BreakerCore::BreakerCore(const Clock& with) : clock(&with) {
  if (tallies.grow_to({}) == nullptr) throw std::bad_alloc();
}

void GuardedMachine::absorb_successes() noexcept {
  if (measurements() == nullptr) return;
  std::uint64_t successes = 0;
  tallies.for_each([&](const Tally& tally) {
    if (tally.generation.load(std::memory_order_acquire) == generation()) {
      successes += tally.window_successes.load(std::memory_order_acquire);
    }
  });
  absorb(successes);
}

bool GuardedMachine::succeed_without_lock(Word permit, TimePoint started,
                                          CallTracker::Slot tracked) noexcept {
  const BlockPosition place = thread_place();
  Tally* const tally = tallies.find(place);
  if (tally == nullptr) return false;
  if ((permit & (kTimed | kBucketed)) != 0) {
    Measurements& measured = *measurements();
    CallTimes* const times = (permit & kTimed) != 0 ? measured.times.grow_to(place) : nullptr;
    if ((permit & kTimed) != 0 && times == nullptr) return false;
    const TimePoint time = clock->now();
    const Duration::rep now = time.time_since_epoch().count();
    constexpr auto relaxed = std::memory_order_relaxed;
    if ((permit & kBucketed) != 0 && now >= measured.bucket_end.load(relaxed)) return false;
    if (times != nullptr) {
      if ((permit & kTracked) != 0) {
        if (now >= measured.next_check.load(relaxed)) return false;
        if ((time - started).count() >= measured.slow_call_duration.load(relaxed)) return false;
        if (tracked != CallTracker::kNoSlot) {
          if (!measured.tracker.release(tracked, started)) return false;
          times->last_slot.store(tracked, relaxed);
        }
      }
      times->add(std::max(time - started, Duration::zero()));
    }
  }
  if ((permit & kWindowed) != 0) {
    const std::uint64_t generation = permit >> kGenerationShift;
    const std::uint64_t counted = tally->generation.load(std::memory_order_relaxed);
    if (counted == generation) {
      add_one(tally->window_successes);
    } else if (counted < generation) {
      // Readers skip counts of the old generation. They must not see the new generation together
      // with the old number of successes.
      tally->window_successes.store(1, std::memory_order_relaxed);
      tally->generation.store(generation, std::memory_order_release);
    }
  }
  // Must come last: from here on the permit no longer keeps the machine alive.
  add_one(tally->success);
  return true;
}

void GuardedMachine::publish() noexcept {
  // Written only if changed, so that the cache line stays in the readers' caches. A reader that
  // sees the new word must not see an older open time.
  const auto until = Machine::open_until().time_since_epoch().count();
  if (BreakerCore::open_until.load(std::memory_order_relaxed) != until) {
    BreakerCore::open_until.store(until, std::memory_order_relaxed);
  }
  call_timeout.store(settings().call_timeout.count(), std::memory_order_relaxed);
  const bool observed = observer.load(std::memory_order_relaxed) != nullptr;
  const Word now_word = Machine::word() | (orphaned ? kOrphaned : 0) | (observed ? kObserved : 0);
  if ((now_word & kStateMask) != 0) publish_texts();
  if (BreakerCore::word.load(std::memory_order_relaxed) != now_word) {
    BreakerCore::word.store(now_word, std::memory_order_release);
  }
}

void GuardedMachine::publish_texts() noexcept {
  // Never created while readers may look for them.
  if (!texts_ && (BreakerCore::word.load(std::memory_order_relaxed) & kStateMask) == 0) {
    texts_.reset(new (std::nothrow) RejectionTexts);
    if (texts_) texts_->rejection.breaker = std::string_view(breaker_name);
  }
  if (!texts_) return;
  BriefText published;
  texts_->last_failure.load(published);
  const BriefText text(last_failure());
  if (published != text) texts_->last_failure.store(text);
}

void GuardedMachine::finish(std::unique_lock<std::mutex>& lock) noexcept {
  publish();
  if (dispatcher && (std::exchange(changes_wait, false) || dispatcher->left_over())) {
    const std::size_t most = settings().max_pending_changes;
    ++deliverers_;
    lock.unlock();
    dispatcher->deliver(1 + most);
    lock.lock();
    --deliverers_;
  }
  const bool was_orphaned = orphaned;
  lock.unlock();
  if (was_orphaned) Orphans::collect();
}

void GuardedMachine::changed(State from, State to, TimePoint at) noexcept {
  if (!dispatcher) return;
  try {
    Snapshot snapshot = describe();
    std::string reason = snapshot.reason;
    const Cause cause = snapshot.cause;
    dispatcher->enqueue({from, to, at, cause, std::move(reason), std::move(snapshot), 0},
                        settings().max_pending_changes);
    changes_wait = true;
  } catch (...) {  // NOLINT(bugprone-empty-catch): without memory the change goes unannounced
  }
}

bool GuardedMachine::orphan() noexcept {
  Dispatcher* listening = nullptr;
  {
    const std::lock_guard lock(mutex);
    listening = dispatcher.get();
  }
  if (listening != nullptr) listening->close();
  const std::lock_guard lock(mutex);
  orphaned = true;
  observer.store(nullptr, std::memory_order_relaxed);
  publish();
  return unused_while_locked();
}

bool GuardedMachine::is_unused() noexcept {
  const std::lock_guard lock(mutex);
  return unused_while_locked();
}

bool GuardedMachine::unused_while_locked() const noexcept {
  return deliverers_ == 0 && counts().total() == sum(*this, &Tally::started);
}

Snapshot GuardedMachine::describe() {
  Snapshot snapshot;
  snapshot.name = breaker_name;
  Machine::describe(snapshot);
  snapshot.calls = counts();
  // Read after the ended calls, so that no call is counted as ended but not as started.
  const std::uint64_t started = sum(*this, &Tally::started);
  snapshot.in_flight = static_cast<std::uint32_t>(started - snapshot.calls.total());
  const WindowTotals rated = rated_calls();
  if (rated.calls == 0) return snapshot;
  const auto calls = static_cast<double>(rated.calls);
  snapshot.failure_rate = static_cast<double>(rated.failures) / calls;
  snapshot.success_rate = static_cast<double>(rated.calls - rated.failures) / calls;
  snapshot.slow_call_rate = static_cast<double>(rated.slow) / calls;
  return snapshot;
}

CallCounts GuardedMachine::counts() const noexcept {
  return {sum(*this, &Tally::success), failures, timeouts, ignored, sum(*this, &Tally::rejected)};
}

WindowTotals GuardedMachine::rated_calls() const noexcept {
  const std::uint64_t failed = failures + timeouts;
  return window_totals().value_or(WindowTotals{failed + sum(*this, &Tally::success), failed, 0});
}

void GuardedMachine::count_end(Verdict verdict) noexcept {
  if (verdict == Verdict::success) count(*this, &Tally::success);
  if (verdict == Verdict::failure) ++failures;
  if (verdict == Verdict::timeout) ++timeouts;
  if (verdict == Verdict::ignored) ++ignored;
}

bool GuardedMachine::is_quiet() const noexcept {
  return !changes_wait && !(dispatcher && dispatcher->left_over()) && unused_while_locked();
}

}  // namespace circuitbreaker::detail
