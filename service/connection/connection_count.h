#pragma once
/// The number of connections across all event loops.

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <mutex>

namespace service {

/// Counts connections, and lets a drain wait for the last one to end.
/// Thread-safety: every member function may be called from any thread.
class ConnectionCount {
 public:
  /// `limit` is only stored here; the accepting loop enforces it.
  explicit ConnectionCount(std::size_t limit) : limit_(limit) {}

  /// Number of connections that are open now.
  [[nodiscard]] std::size_t get() const noexcept { return count_.load(std::memory_order_relaxed); }
  /// The most connections that may be open.
  [[nodiscard]] std::size_t limit() const noexcept { return limit_; }

  /// Counts a connection that was accepted.
  void add() noexcept { count_.fetch_add(1, std::memory_order_relaxed); }
  /// Counts a connection that was closed.
  void remove() noexcept {
    if (count_.fetch_sub(1, std::memory_order_acq_rel) == 1) announce();
  }
  /// Records that no further connection will be accepted.
  void accepting_has_ended() noexcept {
    accepting_.store(false, std::memory_order_release);
    announce();
  }

  /// Waits until accepting has ended and the last connection is closed. Returns false if that takes
  /// longer than `limit`.
  bool wait_for_end(std::chrono::nanoseconds limit) {
    std::unique_lock lock(mutex_);
    return ended_.wait_for(lock, limit, [this] { return !accepting_ && count_ == 0; });
  }

  /// Set when a drain is announced: answers then say that their connection closes.
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
