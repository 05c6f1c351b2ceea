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
  std::unique_lock lock(mutex_);
  const auto found = std::find_if(listeners_.begin(), listeners_.end(),
                                  [id](const Entry& e) { return e.id == id; });
  if (found == listeners_.end()) return;
  // The listener's own destructor is the caller's code: it runs without the lock.
  const auto keep_until_unlocked = std::move(found->listener);
  listeners_.erase(found);
  if (!delivering_ || deliverer_ != std::this_thread::get_id()) {
    idle_.wait(lock, [&] { return running_ != id; });
  }
  lock.unlock();
}

void Dispatcher::enqueue(StateChange change, std::size_t limit) {
  const std::lock_guard lock(mutex_);
  if (listeners_.empty()) return;
  pending_.push_back({std::move(change), next_id_ - 1});
  while (pending_.size() > limit) {
    const std::uint32_t missed = pending_.front().change.missed + 1;
    pending_.pop_front();
    pending_.front().change.missed += missed;
  }
}

void Dispatcher::deliver() noexcept {
  std::unique_lock lock(mutex_);
  if (delivering_) return;
  delivering_ = true;
  deliverer_ = std::this_thread::get_id();
  while (!pending_.empty()) {
    const Pending next = std::move(pending_.front());
    pending_.pop_front();
    deliver_one(next, lock);
  }
  delivering_ = false;
}

void Dispatcher::deliver_one(const Pending& pending, std::unique_lock<std::mutex>& lock) noexcept {
  std::uint64_t last = 0;
  for (;;) {
    // Looked up anew each time: listeners come and go while one runs.
    const auto next = std::find_if(listeners_.begin(), listeners_.end(),
                                   [last](const Entry& e) { return e.id > last; });
    if (next == listeners_.end() || next->id > pending.newest_listener) return;
    last = running_ = next->id;
    auto listener = next->listener;
    lock.unlock();
    try {
      (*listener)(pending.change);
    } catch (...) {  // NOLINT(bugprone-empty-catch): a listener's trouble is its own
    }
    listener.reset();
    lock.lock();
    running_ = 0;
    idle_.notify_all();
  }
}

}  // namespace circuitbreaker::detail
