#pragma once
/// How many connections there are, in all loops, and the wait for the last one to go.

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <mutex>

namespace service {

/// Thread-safe.
class ConnectionCount {
 public:
  explicit ConnectionCount(std::size_t limit) : limit_(limit) {}

  [[nodiscard]] std::size_t get() const noexcept { return count_.load(std::memory_order_relaxed); }
  [[nodiscard]] std::size_t limit() const noexcept { return limit_; }

  void add() noexcept { count_.fetch_add(1, std::memory_order_relaxed); }
  void remove() noexcept {
    if (count_.fetch_sub(1, std::memory_order_acq_rel) > 1) return;
    { const std::lock_guard lock(mutex_); }
    none_left_.notify_all();
  }

  /// Whether the last connection went within `limit`.
  bool wait_for_none(std::chrono::nanoseconds limit) {
    std::unique_lock lock(mutex_);
    return none_left_.wait_for(lock, limit, [this] { return count_.load() == 0; });
  }

  /// Set once a drain has begun: answers announce that the connection closes.
  std::atomic<bool> draining{false};

 private:
  const std::size_t limit_;
  std::atomic<std::size_t> count_{0};
  std::mutex mutex_;
  std::condition_variable none_left_;
};

}  // namespace service
