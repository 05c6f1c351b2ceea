#pragma once
/// One question on its way to the upstream, and the callers who wait for its answer.

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

/// One caller who waits for a flight.
///
/// Thread-safety: `claim` may be called from any thread; the flight table guards the rest.
class Waiter {
 public:
  /// Receives the flight's result, or a failure when the caller's own deadline comes first.
  using Callback = std::function<void(const FetchResult&)>;

  /// A waiter in no flight; `FlightTable::join` puts it into one.
  explicit Waiter(Callback callback) : callback_(std::move(callback)) {}

  /// Decides who ends the wait: true for the first caller of this function only.
  [[nodiscard]] bool claim() noexcept { return !claimed_.exchange(true); }
  /// Answers the caller, unless somebody else has ended the wait.
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
  /// Null when the waiter is in no flight (any more).
  std::shared_ptr<Flight> flight_;
  std::list<std::shared_ptr<Waiter>>::iterator position_;
  Scheduler::TimerId timer_ = 0;
};
/// Shared by the caller's ticket, the flight and the timer of the caller's deadline.
using WaiterPtr = std::shared_ptr<Waiter>;

/// The caller no longer waits: takes the waiter out of its flight. The callback is not called any
/// more, except when it is running already.
void leave(const WaiterPtr& waiter);

/// Answers all of `waiters`.
inline void deliver(const std::vector<WaiterPtr>& waiters, const FetchResult& result) {
  for (const WaiterPtr& waiter : waiters) waiter->answer(result);
}

/// The present activity of a flight. It decides what a caller is told whose deadline comes.
enum class FlightPhase : std::uint8_t {
  queued,       ///< Waiting for a worker.
  pacing,       ///< Waiting until the rate limit allows a call.
  calling,      ///< A worker is on it, most likely calling the upstream.
  backing_off,  ///< Waiting before the next attempt.
};

/// A question that the upstream is to be asked once, however many callers wait for the answer.
///
/// Thread-safety: the constants may be read by any thread. At any time at most one task moves the
/// flight on; what is not constant belongs to that task or to the flight table.
struct Flight {
  /// A flight that has not started.
  Flight(Query asked, Purpose why, std::string who, circuitbreaker::TimePoint ends)
      : query(std::move(asked)), purpose(why), client(std::move(who)), deadline(ends) {}

  /// The question.
  const Query query;
  /// Why it is asked.
  const Purpose purpose;
  /// The client that made the call necessary; see `GetOptions::client`.
  const std::string client;
  /// When all waiters are answered at the latest.
  const circuitbreaker::TimePoint deadline;

  /// The timer of the deadline; set before the first task runs.
  Scheduler::TimerId deadline_timer = 0;

  /// Upstream calls so far.
  std::uint32_t attempts = 0;
  /// Why the last attempt failed or could not be made.
  std::optional<Failure> last_failure;
  /// Whether the flight has waited for its turn under the rate limit, and this is it.
  bool had_turn = false;
  /// Whether the further value sources have been asked.
  bool sources_asked = false;

 private:
  friend class FlightTable;
  std::list<WaiterPtr> waiters_;
  FlightPhase phase_ = FlightPhase::queued;
  bool finished_ = false;
  /// The deadline has come while a call was under way: later waiters need timers of their own.
  bool is_overdue_ = false;
};
/// Shared by the table and the tasks that move the flight on.
using FlightPtr = std::shared_ptr<Flight>;

}  // namespace stockclient
