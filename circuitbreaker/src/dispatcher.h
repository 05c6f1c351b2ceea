#pragma once
/// Delivers state changes to listeners: in order, one at a time, with no lock held.

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "circuitbreaker/snapshot.h"

namespace circuitbreaker::detail {

/// Thread-safe. `enqueue` is called with the breaker's lock held, so that the queue is in the order
/// of the changes; everything else is called without it. Must outlive a running `deliver`.
class Dispatcher {
 public:
  using Listener = std::function<void(const StateChange&)>;

  /// Adds a listener for changes enqueued from now on; returns its identity.
  std::uint64_t add(Listener listener);
  /// Removes a listener and waits until it is not running, unless called from a listener.
  void remove(std::uint64_t id);
  /// Removes all listeners, and waits as `remove` does.
  void close();

  /// Adds a change; if more than `limit` are waiting, drops the oldest.
  void enqueue(StateChange change, std::size_t limit);
  /// Runs the listeners for at most `most` waiting changes. Does nothing while another thread
  /// delivers: that thread also delivers changes enqueued in the meantime.
  void deliver(std::size_t most) noexcept;
  /// Whether changes are waiting because the last delivering thread reached its maximum.
  [[nodiscard]] bool left_over() const noexcept {
    return left_over_.load(std::memory_order_relaxed);
  }

 private:
  struct Subscription {
    std::uint64_t id;
    std::shared_ptr<const Listener> listener;
  };
  struct WaitingChange {
    StateChange change;
    std::uint64_t newest_listener;
  };
  /// Waits until the listener with this identity (0: any listener) is not running; does not wait on
  /// the thread that runs it.
  void wait_for(std::uint64_t id, std::unique_lock<std::mutex>& lock);
  void deliver_one(const WaitingChange& waiting, std::unique_lock<std::mutex>& lock) noexcept;

  std::mutex mutex_;
  std::condition_variable idle_;
  std::vector<Subscription> listeners_;
  std::deque<WaitingChange> waiting_;
  std::uint64_t next_id_ = 1;
  /// Identity of the running listener, or 0.
  std::uint64_t running_ = 0;
  bool delivering_ = false;
  std::atomic<bool> left_over_{false};
  std::thread::id deliverer_;
};

}  // namespace circuitbreaker::detail
