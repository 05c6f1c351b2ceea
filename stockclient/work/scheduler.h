#pragma once
/// Where the stock client's work runs.

#include <cstddef>
#include <cstdint>
#include <functional>

#include "circuitbreaker/clock.h"

namespace stockclient {

/// Order of execution: every ready task of an earlier priority goes first.
enum class Priority : std::uint8_t {
  /// A caller waits for the result.
  caller,
  /// Nobody waits for the result.
  background,
};
/// Number of priorities.
inline constexpr std::size_t kPriorityCount = 2;

/// Runs tasks on a bounded set of workers, and timers at a point in time. It is an interface so
/// that a test can own both the threads and the time.
///
/// Thread-safety: every member function may be called from any thread, also from within a task.
class Scheduler {
 public:
  /// A unit of work. It must not throw.
  using Task = std::function<void()>;
  /// Names a timer; 0 names none.
  using TimerId = std::uint64_t;

  virtual ~Scheduler() = default;
  /// Runs `task` on a worker as soon as one is free, first in first out within a priority. The task
  /// may block. It never runs on the calling thread before this returns.
  virtual void run(Priority priority, Task task) = 0;
  /// Runs `task` at `when` or shortly afterwards; immediately when that has passed. The task must
  /// not block: it holds up all other timers.
  virtual TimerId at(circuitbreaker::TimePoint when, Task task) = 0;
  /// Drops a timer. Does nothing when it has run, is running, or is unknown.
  virtual void cancel(TimerId id) = 0;
};

}  // namespace stockclient
