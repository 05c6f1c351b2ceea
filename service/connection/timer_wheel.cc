#include "service/connection/timer_wheel.h"

#include <algorithm>

namespace service {

TimerWheel::TimerWheel(Time start, circuitbreaker::Duration tick, std::size_t slots)
    : start_(start), tick_(tick), slots_(slots) {
  for (auto& head : slots_) head.next = head.previous = &head;
}

std::int64_t TimerWheel::tick_of(Time time) const noexcept {
  return time <= start_ ? 0 : (time - start_) / tick_;
}

void TimerWheel::set(Timer& timer, Time deadline) {
  timer.deadline = deadline;
  // The wheel will examine the timer in time for the new deadline, and moves it then if needed.
  if (timer.is_linked() && timer.tick <= tick_of(deadline) + 1) return;
  cancel(timer);
  link(timer);
}

void TimerWheel::link(Timer& timer) {
  // One tick later, so that the deadline has passed when the wheel examines the timer. A timer
  // whose deadline is more than one turn away is examined once per turn.
  const auto turn = static_cast<std::int64_t>(slots_.size());
  timer.tick = std::clamp(tick_of(timer.deadline) + 1, current_ + 1, current_ + turn - 1);
  auto& head = slots_[static_cast<std::size_t>(timer.tick % turn)];
  timer.next = &head;
  timer.previous = head.previous;
  head.previous->next = &timer;
  head.previous = &timer;
  earliest_ = linked_ == 0 ? timer.tick : std::min(earliest_, timer.tick);
  ++linked_;
}

void TimerWheel::cancel(Timer& timer) noexcept {
  if (!timer.is_linked()) return;
  timer.previous->next = timer.next;
  timer.next->previous = timer.previous;
  timer.next = timer.previous = nullptr;
  --linked_;
}

TimerWheel::Timer* TimerWheel::next_due(Time now) {
  const auto last = tick_of(now);
  while (linked_ > 0 && earliest_ <= last) {
    const auto tick = earliest_;
    auto& head = slots_[static_cast<std::size_t>(tick) % slots_.size()];
    current_ = std::max(current_, tick);
    while (head.next != &head) {
      Timer& timer = *head.next;
      cancel(timer);
      if (timer.deadline <= now) return &timer;
      link(timer);
    }
    // If this was the only timer, relinking it has already advanced `earliest_`.
    if (earliest_ == tick) ++earliest_;
  }
  current_ = std::max(current_, last);
  auto is_empty = [this](std::int64_t tick) {
    const auto& head = slots_[static_cast<std::size_t>(tick) % slots_.size()];
    return head.next == &head;
  };
  while (linked_ > 0 && is_empty(earliest_)) ++earliest_;
  return nullptr;
}

std::optional<TimerWheel::Time> TimerWheel::next_look() const noexcept {
  if (linked_ == 0) return std::nullopt;
  return start_ + earliest_ * tick_;
}

}  // namespace service
