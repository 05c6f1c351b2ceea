#pragma once
/// Runs the stock client's work.

#include <cstddef>
#include <cstdint>
#include <functional>

#include "circuitbreaker/clock.h"

namespace stockclient {

/// Order of execution: all ready tasks of a more urgent priority run before those of a less urgent
/// one.
enum class Priority : std::uint8_t {
  /// Short work for which a caller waits: reading a value from a source other than the upstream.
  lookup,
  /// Work for which a caller waits.
  caller,
  /// Work for which nobody waits.
  background,
};
/// Number of priorities.
inline constexpr std::size_t kPriorityCount = 3;

/// Runs tasks on a bounded set of workers, and timers at a point in time. It is an interface so
/// that a test can control both the threads and the time.
///
/// Thread-safety: every member function may be called from any thread, also from within a task.
class Scheduler {
 public:
  /// A unit of work. It must not throw.
  using Task = std::function<void()>;
  /// Identifies a timer; 0 identifies none.
  using TimerId = std::uint64_t;

  virtual ~Scheduler() = default;
  /// Runs `task` on a worker as soon as one is free, in first-in, first-out order within a
  /// priority. The task may block. It never runs on the calling thread before this function
  /// returns.
  virtual void run(Priority priority, Task task) = 0;
  /// Runs `task` at `when` or shortly afterwards; immediately if that time has passed. The task
  /// must not block, because it would delay all other timers.
  virtual TimerId at(circuitbreaker::TimePoint when, Task task) = 0;
  /// Drops a timer. Has no effect if it has run, is running, or is unknown.
  virtual void cancel(TimerId id) = 0;
};

}  // namespace stockclient
