#pragma once
/// The scheduler that runs in production: a fixed number of worker threads and one for timers.

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

class ThreadScheduler final : public Scheduler {
 public:
  /// Starts `workers` (at least 1) threads, and one more that runs the timers. `clock` must outlive
  /// the scheduler. One that is not `steady_clock()` is looked at every few milliseconds, since
  /// nobody tells when it moves.
  ThreadScheduler(std::size_t workers, const circuitbreaker::Clock& clock);
  /// As `stop()`.
  ~ThreadScheduler() override;
  ThreadScheduler(const ThreadScheduler&) = delete;
  ThreadScheduler& operator=(const ThreadScheduler&) = delete;

  void run(Priority priority, Task task) override;
  TimerId at(circuitbreaker::TimePoint when, Task task) override;
  void cancel(TimerId id) override;

  /// Ends the threads when the tasks under way have returned; drops those that have not begun.
  /// Must not be called from a task.
  void stop();

 private:
  void work();
  void watch_clock();

  const circuitbreaker::Clock& clock_;
  std::mutex mutex_;
  std::condition_variable work_available_;
  std::condition_variable timers_changed_;
  /// By priority.
  std::array<std::deque<Task>, 2> ready_;
  TimerQueue timers_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace stockclient
