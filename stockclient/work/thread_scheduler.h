#pragma once
/// The scheduler used in production.

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

/// A fixed number of worker threads and one thread that runs the timers. Optional additional
/// workers run only lookups, which therefore never queue behind calls that hang. The timers' thread
/// sleeps until the next timer is due and never polls.
///
/// Thread-safety: see `Scheduler`.
class ThreadScheduler final : public Scheduler {
 public:
  /// Starts the threads. Throws std::invalid_argument if `workers` is less than 1. `clock` must
  /// outlive the scheduler and run at the pace of real time: the sleeping thread does not notice
  /// when a clock is moved, so tests that move time by hand use their own scheduler.
  ThreadScheduler(std::size_t workers, const circuitbreaker::Clock& clock,
                  std::size_t lookup_workers = 0);
  /// Calls `stop()`.
  ~ThreadScheduler() override;
  ThreadScheduler(const ThreadScheduler&) = delete;
  ThreadScheduler& operator=(const ThreadScheduler&) = delete;

  void run(Priority priority, Task task) override;
  TimerId at(circuitbreaker::TimePoint when, Task task) override;
  void cancel(TimerId id) override;

  /// Waits for the tasks in progress, ends the threads, and drops all other tasks and timers. Must
  /// not be called from a task. Later tasks and timers are dropped silently.
  void stop();

 private:
  /// Runs the tasks of the first `priorities` priorities until `stop`.
  void work(std::size_t priorities, std::condition_variable& available);
  void run_timers();

  const circuitbreaker::Clock& clock_;
  std::mutex mutex_;
  std::condition_variable work_available_;
  std::condition_variable lookup_available_;
  std::condition_variable timers_changed_;
  /// Indexed by priority.
  std::array<std::deque<Task>, kPriorityCount> ready_;
  TimerQueue timers_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace stockclient
