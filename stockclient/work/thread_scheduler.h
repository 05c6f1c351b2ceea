#pragma once
/// The scheduler that runs in production.

#include <array>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

#include "stockclient/work/scheduler.h"
#include "stockclient/work/timer_queue.h"

namespace stockclient {

/// A fixed number of worker threads, and one more thread that runs the timers. It sleeps until the
/// next timer is due and never polls.
///
/// Thread-safety: see `Scheduler`.
class ThreadScheduler final : public Scheduler {
 public:
  /// Starts the threads; `workers` is at least 1, or std::invalid_argument is thrown. `clock` must
  /// outlive the scheduler and run at the pace of real time: nobody tells the sleeping thread that
  /// a clock was moved, so tests that move time by hand use a scheduler of their own.
  ThreadScheduler(std::size_t workers, const circuitbreaker::Clock& clock);
  /// As `stop()`.
  ~ThreadScheduler() override;
  ThreadScheduler(const ThreadScheduler&) = delete;
  ThreadScheduler& operator=(const ThreadScheduler&) = delete;

  void run(Priority priority, Task task) override;
  TimerId at(circuitbreaker::TimePoint when, Task task) override;
  void cancel(TimerId id) override;

  /// Waits for the tasks under way, ends the threads, and drops every other task and timer. Must
  /// not be called from a task. Further tasks and timers are dropped silently.
  void stop();

 private:
  void work();
  void run_timers();

  const circuitbreaker::Clock& clock_;
  std::mutex mutex_;
  std::condition_variable work_available_;
  std::condition_variable timers_changed_;
  /// Indexed by priority.
  std::array<std::deque<Task>, kPriorityCount> ready_;
  TimerQueue timers_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace stockclient
