#pragma once
/// Where the stock client's work runs: on a bounded set of workers, or at a time. An interface, so
/// that a test can own both the threads and the time.

#include <cstdint>
#include <functional>

#include "circuitbreaker/clock.h"

namespace stockclient {

/// Work a caller waits for goes before work that nobody waits for.
enum class Priority : std::uint8_t { caller, background };

/// Thread-safety: every member function may be called from any thread, also from within a task.
class Scheduler {
 public:
  using Task = std::function<void()>;
  using TimerId = std::uint64_t;

  virtual ~Scheduler() = default;
  /// Runs `task` on a worker as soon as one is free, first in first out within a priority. The task
  /// may block. Never runs it on the calling thread before returning.
  virtual void run(Priority priority, Task task) = 0;
  /// Runs `task` at `when` or soon after; at once when that has passed. The task must not block.
  virtual TimerId at(circuitbreaker::TimePoint when, Task task) = 0;
  /// Forgets a timer. Does nothing when it has run, is running, or is unknown.
  virtual void cancel(TimerId id) = 0;
};

}  // namespace stockclient
