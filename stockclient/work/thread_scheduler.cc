#include "stockclient/work/thread_scheduler.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace stockclient {

using circuitbreaker::Duration;
using circuitbreaker::TimePoint;

ThreadScheduler::ThreadScheduler(std::size_t workers, const circuitbreaker::Clock& clock,
                                 std::size_t lookup_workers)
    : clock_(clock) {
  if (workers == 0) throw std::invalid_argument("a scheduler needs at least one worker");
  threads_.reserve(workers + lookup_workers + 1);
  for (std::size_t i = 0; i < workers; ++i) {
    threads_.emplace_back([this] { work(kPriorityCount, work_available_); });
  }
  for (std::size_t i = 0; i < lookup_workers; ++i) {
    threads_.emplace_back([this] { work(1, lookup_available_); });
  }
  threads_.emplace_back([this] { run_timers(); });
}

ThreadScheduler::~ThreadScheduler() {
  stop();
}

void ThreadScheduler::run(Priority priority, Task task) {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return;
    ready_[static_cast<std::size_t>(priority)].push_back(std::move(task));
  }
  work_available_.notify_one();
  if (priority == Priority::lookup) lookup_available_.notify_one();
}

Scheduler::TimerId ThreadScheduler::at(TimePoint when, Task task) {
  const std::lock_guard lock(mutex_);
  if (stopping_) return 0;
  const auto next = timers_.next_due();
  const TimerId id = timers_.add(when, std::move(task));
  // The timers' thread must wake early only if the new timer is now the first one.
  if (!next || when < *next) timers_changed_.notify_one();
  return id;
}

void ThreadScheduler::cancel(TimerId id) {
  Task forgotten;
  const std::lock_guard lock(mutex_);
  forgotten = timers_.remove(id);
}

void ThreadScheduler::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  work_available_.notify_all();
  lookup_available_.notify_all();
  timers_changed_.notify_all();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
  // Destroying a task may call back into this object, so the tasks are destroyed after the lock is
  // released.
  std::array<std::deque<Task>, kPriorityCount> dropped;
  TimerQueue dropped_timers;
  const std::lock_guard lock(mutex_);
  std::swap(dropped, ready_);
  std::swap(dropped_timers, timers_);
}

void ThreadScheduler::work(std::size_t priorities, std::condition_variable& available) {
  const auto first_ready = [&] {
    return std::find_if(ready_.begin(), ready_.begin() + static_cast<std::ptrdiff_t>(priorities),
                        [](const std::deque<Task>& queue) { return !queue.empty(); });
  };
  const auto none = ready_.begin() + static_cast<std::ptrdiff_t>(priorities);
  std::unique_lock lock(mutex_);
  while (true) {
    available.wait(lock, [&] { return stopping_ || first_ready() != none; });
    if (stopping_) return;
    std::deque<Task>& queue = *first_ready();
    Task task = std::move(queue.front());
    queue.pop_front();
    lock.unlock();
    task();
    task = nullptr;
    lock.lock();
  }
}

void ThreadScheduler::run_timers() {
  // Bounded so that a timer at the end of time does not overflow the wait.
  constexpr Duration kLongestNap = std::chrono::hours(1);
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    const TimePoint now = clock_.now();
    if (Task task = timers_.take_due(now)) {
      lock.unlock();
      task();
      task = nullptr;
      lock.lock();
      continue;
    }
    if (const auto next = timers_.next_due()) {
      timers_changed_.wait_for(lock, std::min(*next - now, kLongestNap));
    } else {
      timers_changed_.wait(lock);
    }
  }
}

}  // namespace stockclient
