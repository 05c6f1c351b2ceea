#include "call_tracker.h"

#include <algorithm>
#include <new>

namespace circuitbreaker::detail {

void CallTracker::reserve(std::uint32_t capacity) {
  for (std::uint32_t i = 0; i < capacity; ++i) {
    if (calls_.grow_to(WatchedCalls::position(i)) == nullptr) throw std::bad_alloc();
  }
  found_.reserve(capacity);
  capacity_.store(capacity, std::memory_order_release);
  full_.store(false, std::memory_order_seq_cst);
}

CallTracker::Slot CallTracker::claim(TimePoint started, std::uint64_t generation,
                                     Slot preferred) noexcept {
  if (full_.load(std::memory_order_relaxed)) return kNoSlot;
  if (const Slot slot = claim_free(started, generation, preferred); slot != kNoSlot) return slot;
  // Searches again, because a slot that was freed between the first search and setting the flag
  // would otherwise never be found.
  full_.store(true, std::memory_order_seq_cst);
  const Slot slot = claim_free(started, generation, preferred);
  if (slot != kNoSlot) full_.store(false, std::memory_order_relaxed);
  return slot;
}

CallTracker::Slot CallTracker::claim_free(TimePoint started, std::uint64_t generation,
                                          Slot preferred) noexcept {
  const std::uint32_t capacity = capacity_.load(std::memory_order_acquire);
  if (capacity == 0) return kNoSlot;
  std::uint32_t slot = preferred < capacity ? preferred : preferred % capacity;
  for (std::uint32_t searched = 0; searched < capacity; ++searched) {
    WatchedCall& call = at(static_cast<Slot>(slot));
    Duration::rep expected = kFree;
    if (call.started.load(std::memory_order_seq_cst) == kFree &&
        call.started.compare_exchange_strong(expected, kClaimed, std::memory_order_acquire)) {
      call.generation.store(generation, std::memory_order_relaxed);
      call.started.store(started.time_since_epoch().count(), std::memory_order_release);
      std::uint32_t used = used_.load(std::memory_order_relaxed);
      while (used <= slot && !used_.compare_exchange_weak(used, slot + 1)) {
      }
      return static_cast<Slot>(slot);
    }
    if (++slot == capacity) slot = 0;
  }
  return kNoSlot;
}

bool CallTracker::release(Slot slot, TimePoint started) noexcept {
  Duration::rep expected = started.time_since_epoch().count();
  if (!at(slot).started.compare_exchange_strong(expected, kFree, std::memory_order_seq_cst)) {
    return false;
  }
  note_freed();
  return true;
}

void CallTracker::note_freed() noexcept {
  if (full_.load(std::memory_order_seq_cst)) full_.store(false, std::memory_order_relaxed);
}

std::span<const CallTracker::Found> CallTracker::find_overdue(TimePoint now,
                                                              Duration limit) noexcept {
  found_.clear();
  oldest_in_time_ = TimePoint::max();
  const std::uint32_t used = used_.load(std::memory_order_acquire);
  for (std::uint32_t i = 0; i < used; ++i) {
    const auto slot = static_cast<Slot>(i);
    const Duration::rep since = at(slot).started.load(std::memory_order_acquire);
    if (since == kFree || since == kClaimed || since == kOverdue) continue;
    const TimePoint started{Duration(since)};
    if (now - started < limit) {
      oldest_in_time_ = std::min(oldest_in_time_, started);
    } else {
      found_.push_back({started, slot});
    }
  }
  std::ranges::sort(found_, {}, &Found::started);
  return found_;
}

std::optional<std::uint64_t> CallTracker::mark_overdue(const Found& found) noexcept {
  WatchedCall& call = at(found.slot);
  Duration::rep expected = found.started.time_since_epoch().count();
  if (!call.started.compare_exchange_strong(expected, kOverdue, std::memory_order_acq_rel)) {
    return std::nullopt;
  }
  // From here on only `finish`, which takes the lock, frees the slot. If the call has ended and
  // another one that started at the same time has taken the slot, that one is overdue as well.
  ++overdue_;
  return call.generation.load(std::memory_order_relaxed);
}

void CallTracker::set_entry(Slot slot, CallWindow::EntryId entry) noexcept {
  at(slot).overdue = {true, entry};
}

std::optional<OverdueCall> CallTracker::finish(Slot slot, TimePoint started) noexcept {
  if (release(slot, started)) return std::nullopt;
  WatchedCall& call = at(slot);
  const OverdueCall known = call.overdue;
  --overdue_;
  call.started.store(kFree, std::memory_order_seq_cst);
  note_freed();
  return known;
}

void CallTracker::forget_entries() noexcept {
  calls_.for_each([](WatchedCall& call) { call.overdue.entry = CallWindow::kNoEntry; });
}

}  // namespace circuitbreaker::detail
