#pragma once
/// The flights under way: at most one for each question.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "circuitbreaker/clock.h"

#include "stockclient/flights/flight.h"
#include "stockclient/work/scheduler.h"

namespace stockclient {

/// Bounds of a flight table.
struct FlightLimits {
  /// Maximum concurrent waiters.
  std::size_t max_waiters;
  /// Maximum concurrent flights for values that are known.
  std::size_t max_refreshes;
};

/// A request for a flight.
struct FlightRequest {
  /// The question.
  const Query& query;
  /// Why it is asked.
  Purpose purpose;
  /// The client that asks; may be empty.
  const std::string& client;
  /// The deadline of a flight that has to be started.
  circuitbreaker::TimePoint deadline;
};

/// Result of joining a flight.
enum class JoinStatus : std::uint8_t {
  started,       ///< A new flight, which the caller must set in motion.
  joined,        ///< There is a flight already.
  not_needed,    ///< Another flight has just finished: look into the cache again.
  limit_reached  ///< There are as many waiters or refreshes as there may be.
};

/// Lets callers join the flight for their question or start it, and takes them out again. Every
/// waiter is handed out exactly once: to the task that finishes the flight, to the caller's
/// deadline, or to the caller itself.
///
/// Thread-safety: every member function may be called from any thread. No callback runs, and no
/// object of a caller is destroyed, while the table's lock is held, except `is_needed`.
class FlightTable : public std::enable_shared_from_this<FlightTable> {
 public:
  /// Called under the lock before a flight starts: whether a call is still needed, now that another
  /// flight may have finished since the caller looked. Must be quick and must not call the table.
  using IsNeeded = std::function<bool(const Query&, Purpose)>;

  /// `scheduler` must outlive the table, which must be owned by a `std::shared_ptr`.
  FlightTable(FlightLimits limits, Scheduler& scheduler, IsNeeded is_needed);

  /// Result of `join`.
  struct Joined {
    /// How the request was met.
    JoinStatus status;
    /// Null unless the status is `started` or `joined`.
    FlightPtr flight;
  };
  /// Joins the flight for a question, or starts it. `waiter` may be null: then nobody waits.
  /// Otherwise its caller is answered at `waiter_deadline` at the latest.
  Joined join(const FlightRequest& request, const WaiterPtr& waiter,
              circuitbreaker::TimePoint waiter_deadline);

  /// Takes a waiter out of its flight; does nothing when it is in none.
  void remove(const WaiterPtr& waiter);

  /// Changes the flight's phase. False when the flight has finished: then its task must stop.
  [[nodiscard]] bool enter(const FlightPtr& flight, FlightPhase phase);
  /// Finishes the flight and returns its waiters, which the caller must answer.
  [[nodiscard]] std::vector<WaiterPtr> finish(const FlightPtr& flight);
  /// Finishes a flight for an unknown value that nobody waits for any more. True when the flight is
  /// finished, by this call or earlier.
  [[nodiscard]] bool finish_if_abandoned(const FlightPtr& flight);
  /// The flight's deadline has come: its waiters are answered. The flight is finished, unless a
  /// call is under way, which then finishes it.
  void expire(const FlightPtr& flight);
  /// Takes the waiters out of all flights for which `matches` is true. The flights go on.
  [[nodiscard]] std::vector<WaiterPtr> detach_waiters(
      const std::function<bool(const Flight&)>& matches);

  /// Number of flights.
  [[nodiscard]] std::size_t flights() const;
  /// Number of waiters in all flights.
  [[nodiscard]] std::size_t waiters() const;
  /// Number of flights that are probes.
  [[nodiscard]] std::size_t probes() const;

 private:
  void expire(const WaiterPtr& waiter);
  void cancel_timers(const std::vector<WaiterPtr>& waiters);
  // The rest need the lock.
  void add_waiter(const FlightPtr& flight, const WaiterPtr& waiter,
                  circuitbreaker::TimePoint deadline);
  void erase_waiter(const WaiterPtr& waiter);
  void take_waiters(Flight& flight, std::vector<WaiterPtr>& taken);
  void erase_flight(const FlightPtr& flight);

  const FlightLimits limits_;
  Scheduler& scheduler_;
  const IsNeeded is_needed_;
  mutable std::mutex mutex_;
  std::unordered_map<Query, FlightPtr, QueryHash> flights_;
  std::size_t waiters_ = 0;
  std::size_t refreshes_ = 0;
  std::size_t probes_ = 0;
};

}  // namespace stockclient
