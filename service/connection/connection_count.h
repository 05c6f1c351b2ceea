#pragma once
/// How many connections there are, in all loops, and the wait for the end of them.

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
    if (count_.fetch_sub(1, std::memory_order_acq_rel) == 1) announce();
  }
  /// No connection will come any more: those that were accepted are counted.
  void accepting_has_ended() noexcept {
    accepting_.store(false, std::memory_order_release);
    announce();
  }

  /// Whether within `limit` accepting had ended and the last connection was gone.
  bool wait_for_end(std::chrono::nanoseconds limit) {
    std::unique_lock lock(mutex_);
    return ended_.wait_for(lock, limit, [this] { return !accepting_ && count_ == 0; });
  }

  /// Set once a drain has begun: answers announce that the connection closes.
  std::atomic<bool> draining{false};

 private:
  void announce() noexcept {
    { const std::lock_guard lock(mutex_); }
    ended_.notify_all();
  }

  const std::size_t limit_;
  std::atomic<std::size_t> count_{0};
  std::atomic<bool> accepting_{true};
  std::mutex mutex_;
  std::condition_variable ended_;
};

}  // namespace service
