#pragma once
/// Delivers state changes to listeners: in order, one at a time, with no lock held.

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

/// Thread-safe. `enqueue` is called with the breaker's lock held, so that the queue has the order
/// of the changes; everything else without it.
class Dispatcher {
 public:
  using Listener = std::function<void(const StateChange&)>;

  std::uint64_t add(Listener listener);
  void remove(std::uint64_t id);

  /// Keeps at most `limit` waiting, the newest ones.
  void enqueue(StateChange change, std::size_t limit);
  /// Runs the listeners for everything queued, unless a thread is at it already, which then does.
  void deliver() noexcept;

 private:
  struct Entry {
    std::uint64_t id;
    std::shared_ptr<const Listener> listener;
  };
  struct Pending {
    StateChange change;
    std::uint64_t newest_listener;
  };
  void deliver_one(const Pending& pending, std::unique_lock<std::mutex>& lock) noexcept;

  std::mutex mutex_;
  std::condition_variable idle_;
  std::vector<Entry> listeners_;
  std::deque<Pending> pending_;
  std::uint64_t next_id_ = 1;
  std::uint64_t running_ = 0;
  bool delivering_ = false;
  std::thread::id deliverer_;
};

}  // namespace circuitbreaker::detail
