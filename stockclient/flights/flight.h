#pragma once
/// A question on its way to the upstream, and the callers who wait for its answer.

#include <atomic>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "circuitbreaker/clock.h"

#include "stockclient/domain/answer.h"
#include "stockclient/domain/query.h"
#include "stockclient/quota/purpose.h"
#include "stockclient/work/scheduler.h"

namespace stockclient {

class FlightTable;
struct Flight;

/// A caller who waits for a flight.
///
/// Thread-safety: `claim` may be called from any thread; the flight table guards everything else.
class Waiter {
 public:
  /// Receives the flight's result, or a failure if the caller's own deadline passes first.
  using Callback = std::function<void(const FetchResult&)>;

  /// Creates a waiter that is in no flight; `FlightTable::join` adds it to one.
  explicit Waiter(Callback callback) : callback_(std::move(callback)) {}

  /// Claims the right to end the wait. Returns true to the first caller only.
  [[nodiscard]] bool claim() noexcept { return !claimed_.exchange(true); }
  /// Answers the caller, unless the wait has already been ended.
  void answer(const FetchResult& result) {
    if (claim()) callback_(result);
  }

 private:
  friend class FlightTable;
  friend void leave(const std::shared_ptr<Waiter>& waiter);
  Callback callback_;
  std::atomic<bool> claimed_{false};
  /// Guarded by the table, like everything below; set by `join`.
  std::weak_ptr<FlightTable> table_;
  /// Null while the waiter is in no flight.
  std::shared_ptr<Flight> flight_;
  std::list<std::shared_ptr<Waiter>>::iterator position_;
  Scheduler::TimerId timer_ = 0;
};
/// Shared by the caller's ticket, the flight and the timer of the caller's deadline.
using WaiterPtr = std::shared_ptr<Waiter>;

/// Removes the waiter from its flight because the caller no longer waits. The callback will not be
/// called any more; a callback in progress continues.
void leave(const WaiterPtr& waiter);

/// Answers all of `waiters`.
inline void deliver(const std::vector<WaiterPtr>& waiters, const FetchResult& result) {
  for (const WaiterPtr& waiter : waiters) waiter->answer(result);
}

/// The current activity of a flight. It determines what a caller is told when the deadline passes.
enum class FlightPhase : std::uint8_t {
  queued,       ///< Waiting for a worker.
  pacing,       ///< Waiting for its turn among the calls that the quota allows.
  calling,      ///< Being processed by a worker, most likely calling the upstream.
  backing_off,  ///< Waiting before the next attempt.
};

/// One question to the upstream, shared by all callers that wait for its answer.
///
/// Thread-safety: any thread may read the const members. At most one task at a time advances the
/// flight; every other member belongs to that task or to the flight table.
struct Flight {
  /// A flight that has not started.
  Flight(Query asked, Purpose why, std::string who, circuitbreaker::TimePoint ends)
      : query(std::move(asked)), purpose(why), client(std::move(who)), deadline(ends) {}

  /// The question.
  const Query query;
  /// The reason why an answer is needed.
  const Purpose purpose;
  /// The client whose request started the flight; see `GetOptions::client`.
  const std::string client;
  /// The time by which all waiters are answered.
  const circuitbreaker::TimePoint deadline;

  /// The timer of the deadline; set before the first task runs.
  Scheduler::TimerId deadline_timer = 0;

  /// Number of upstream calls so far.
  std::uint32_t attempts = 0;
  /// The reason why the last attempt failed or could not be made.
  std::optional<Failure> last_failure;
  /// Whether the additional value sources have been asked.
  bool sources_asked = false;

 private:
  friend class FlightTable;
  std::list<WaiterPtr> waiters_;
  FlightPhase phase_ = FlightPhase::queued;
  /// Whether the flight waits until the planner gives it a call.
  bool is_parked_ = false;
  /// Whether the planner has given it a call that has not been charged to the quota yet.
  bool departs_ = false;
  bool finished_ = false;
  /// Whether the deadline has passed during a call. If so, each later waiter needs its own timer.
  bool is_overdue_ = false;
};
/// Shared by the table and the tasks that advance the flight.
using FlightPtr = std::shared_ptr<Flight>;

}  // namespace stockclient
