#include "dispatcher.h"

#include <algorithm>
#include <utility>

namespace circuitbreaker::detail {

std::uint64_t Dispatcher::add(Listener listener) {
  auto shared = std::make_shared<const Listener>(std::move(listener));
  const std::lock_guard lock(mutex_);
  listeners_.push_back({next_id_, std::move(shared)});
  return next_id_++;
}

void Dispatcher::remove(std::uint64_t id) {
  // The listener's destructor is the caller's code, so it runs after the lock is released.
  std::shared_ptr<const Listener> removed;
  std::unique_lock lock(mutex_);
  const auto found = std::find_if(listeners_.begin(), listeners_.end(),
                                  [id](const Subscription& s) { return s.id == id; });
  if (found == listeners_.end()) return;
  removed = std::move(found->listener);
  listeners_.erase(found);
  wait_for(id, lock);
  lock.unlock();
}

void Dispatcher::close() {
  std::vector<Subscription> removed;
  std::unique_lock lock(mutex_);
  removed.swap(listeners_);
  waiting_.clear();
  wait_for(0, lock);
  lock.unlock();
}

void Dispatcher::wait_for(std::uint64_t id, std::unique_lock<std::mutex>& lock) {
  if (delivering_ && deliverer_ == std::this_thread::get_id()) return;
  idle_.wait(lock, [&] { return running_ == 0 || (id != 0 && running_ != id); });
}

void Dispatcher::enqueue(StateChange change, std::size_t limit) {
  const std::lock_guard lock(mutex_);
  if (listeners_.empty()) return;
  waiting_.push_back({std::move(change), next_id_ - 1});
  while (waiting_.size() > limit) {
    const std::uint32_t missed = waiting_.front().change.missed + 1;
    waiting_.pop_front();
    waiting_.front().change.missed += missed;
  }
}

void Dispatcher::deliver(std::size_t most) noexcept {
  std::unique_lock lock(mutex_);
  if (delivering_) return;
  delivering_ = true;
  deliverer_ = std::this_thread::get_id();
  for (std::size_t delivered = 0; delivered < most && !waiting_.empty(); ++delivered) {
    const WaitingChange next = std::move(waiting_.front());
    waiting_.pop_front();
    deliver_one(next, lock);
  }
  delivering_ = false;
  left_over_.store(!waiting_.empty(), std::memory_order_relaxed);
}

void Dispatcher::deliver_one(const WaitingChange& waiting,
                             std::unique_lock<std::mutex>& lock) noexcept {
  std::uint64_t last = 0;
  for (;;) {
    // Looked up anew each time, because listeners may be added or removed while one runs.
    const auto next = std::find_if(listeners_.begin(), listeners_.end(),
                                   [last](const Subscription& s) { return s.id > last; });
    if (next == listeners_.end() || next->id > waiting.newest_listener) return;
    last = running_ = next->id;
    auto listener = next->listener;
    lock.unlock();
    try {
      (*listener)(waiting.change);
    } catch (...) {  // NOLINT(bugprone-empty-catch): a listener that throws is skipped
    }
    listener.reset();
    lock.lock();
    running_ = 0;
    idle_.notify_all();
  }
}

}  // namespace circuitbreaker::detail
