#pragma once
/// A scheduler whose time and workers are controlled by the test.

#include <array>
#include <deque>
#include <mutex>
#include <numeric>
#include <optional>
#include <utility>

#include "circuitbreaker/clock.h"

#include "stockclient/work/scheduler.h"
#include "stockclient/work/timer_queue.h"

namespace stockclient::testing {

/// Runs tasks only in `run_ready` and `advance`, on the thread that calls them; accepts tasks from
/// any thread. Both functions may be called from within a task, because a scripted upstream takes
/// time by advancing the clock. They then run the tasks that become due in the meantime, nested as
/// deeply as there are workers.
class ManualScheduler final : public Scheduler {
 public:
  explicit ManualScheduler(circuitbreaker::ManualClock& clock, std::size_t workers = 16)
      : clock_(clock), workers_(workers) {}

  void run(Priority priority, Task task) override {
    const std::lock_guard lock(mutex_);
    ready_[static_cast<std::size_t>(priority)].push_back(std::move(task));
  }
  TimerId at(circuitbreaker::TimePoint when, Task task) override {
    const std::lock_guard lock(mutex_);
    return timers_.add(when, std::move(task));
  }
  void cancel(TimerId id) override {
    Task forgotten;
    const std::lock_guard lock(mutex_);
    forgotten = timers_.remove(id);
  }

  /// Runs due timers and ready tasks until there are none. Returns the number of tasks run.
  std::size_t run_ready() {
    std::size_t ran = 0;
    while (true) {
      if (const Task timer = next_timer()) {
        timer();
      } else if (const Task task = next_ready()) {
        ++busy_;
        task();
        --busy_;
      } else {
        return ran;
      }
      ++ran;
    }
  }

  /// Advances the clock, and runs every timer when it is due.
  void advance(circuitbreaker::Duration by) {
    const circuitbreaker::TimePoint end = clock_.now() + by;
    run_ready();
    while (const auto due = next_due()) {
      if (*due > end) break;
      if (*due > clock_.now()) clock_.advance(*due - clock_.now());
      run_ready();
    }
    if (end > clock_.now()) clock_.advance(end - clock_.now());
    run_ready();
  }

  [[nodiscard]] std::size_t ready() const {
    const std::lock_guard lock(mutex_);
    return std::accumulate(ready_.begin(), ready_.end(), std::size_t{0},
                           [](std::size_t sum, const auto& queue) { return sum + queue.size(); });
  }
  [[nodiscard]] std::size_t timers() const {
    const std::lock_guard lock(mutex_);
    return timers_.size();
  }

 private:
  Task next_timer() {
    const std::lock_guard lock(mutex_);
    return timers_.take_due(clock_.now());
  }
  Task next_ready() {
    const std::lock_guard lock(mutex_);
    if (busy_ >= workers_) return {};
    for (auto& queue : ready_) {
      if (queue.empty()) continue;
      Task task = std::move(queue.front());
      queue.pop_front();
      return task;
    }
    return {};
  }
  std::optional<circuitbreaker::TimePoint> next_due() const {
    const std::lock_guard lock(mutex_);
    return timers_.next_due();
  }

  circuitbreaker::ManualClock& clock_;
  const std::size_t workers_;
  /// Used only by the thread that runs tasks.
  std::size_t busy_ = 0;
  mutable std::mutex mutex_;
  std::array<std::deque<Task>, kPriorityCount> ready_;
  TimerQueue timers_;
};

}  // namespace stockclient::testing
