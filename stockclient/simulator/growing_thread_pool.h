#pragma once
/// @file
/// The threads that serve cpp-httplib's connections.

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include <httplib.h>

namespace stockclient::simulator {

/// Runs each task on an idle thread, or on a new one if there are fewer than `max_threads`;
/// otherwise the task waits.
///
/// cpp-httplib's own pool has a fixed number of threads, so that number of idle or hanging
/// connections would block all others. cpp-httplib owns the pool and calls `enqueue` and `shutdown`
/// on the thread that accepts connections.
class GrowingThreadPool final : public httplib::TaskQueue {
 public:
  /// `max_threads` must be at least 1.
  explicit GrowingThreadPool(std::size_t max_threads) : max_threads_(max_threads) {}

  /// Returns `void` until cpp-httplib 0.14, `bool` in 0.18.
  using Enqueued = decltype(std::declval<httplib::TaskQueue&>().enqueue({}));

  /// Queues the task, which must not throw.
  Enqueued enqueue(std::function<void()> task) override {
    {
      const std::lock_guard lock(mutex_);
      tasks_.push_back(std::move(task));
      if (tasks_.size() > idle_ && threads_.size() < max_threads_) {
        threads_.emplace_back([this] { work(); });
      }
    }
    changed_.notify_one();
    return Enqueued(true);
  }

  /// Returns after every task has run.
  void shutdown() override {
    {
      const std::lock_guard lock(mutex_);
      ending_ = true;
    }
    changed_.notify_all();
    for (std::thread& thread : threads_) thread.join();
  }

 private:
  void work() {
    std::unique_lock lock(mutex_);
    for (;;) {
      ++idle_;
      changed_.wait(lock, [this] { return ending_ || !tasks_.empty(); });
      --idle_;
      if (tasks_.empty()) return;
      const std::function<void()> task = std::move(tasks_.front());
      tasks_.pop_front();
      lock.unlock();
      task();
      lock.lock();
    }
  }

  const std::size_t max_threads_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> tasks_;
  std::vector<std::thread> threads_;
  std::size_t idle_ = 0;
  bool ending_ = false;
};

}  // namespace stockclient::simulator
