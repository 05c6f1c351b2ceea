#pragma once
/// The flights in progress: at most one per query.

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

/// Limits of a flight table.
struct FlightLimits {
  /// Maximum concurrent waiters.
  std::size_t max_waiters;
  /// Maximum concurrent flights for known values.
  std::size_t max_refreshes;
};

/// A request for a flight.
struct FlightRequest {
  /// The query.
  const Query& query;
  /// The purpose of the call.
  Purpose purpose;
  /// The client that made the request; may be empty.
  const std::string& client;
  /// The deadline of the flight, if this request starts one.
  circuitbreaker::TimePoint deadline;
  /// Whether the flight, if this request starts one, is parked until `unpark`.
  bool parked = false;
};

/// Result of joining a flight.
enum class JoinStatus : std::uint8_t {
  started,       ///< A new flight was created; the caller must set it in motion.
  joined,        ///< The waiter joined an existing flight.
  not_needed,    ///< Another flight has just finished: look in the cache again.
  limit_reached  ///< The limit on waiters or on refreshes is reached.
};

/// Lets callers join the flight for their question or start it, and later leave it. Every waiter is
/// handed over exactly once: to the task that finishes the flight, to the timer of the caller's
/// deadline, or to the caller itself.
///
/// Thread-safety: every member function may be called from any thread. While the table's lock is
/// held, no callback runs except `is_needed`, and no caller's object is destroyed.
class FlightTable : public std::enable_shared_from_this<FlightTable> {
 public:
  /// Returns whether a call is still needed; called under the lock before a flight starts, because
  /// another flight may have finished since the caller looked. Must return quickly and must not
  /// call the table.
  using IsNeeded = std::function<bool(const Query&, Purpose)>;

  /// `scheduler` must outlive the table, which must be owned by a `std::shared_ptr`.
  FlightTable(FlightLimits limits, Scheduler& scheduler, IsNeeded is_needed);

  /// The result of `join`.
  struct Joined {
    /// How the request was handled.
    JoinStatus status;
    /// The flight; null unless the status is `started` or `joined`.
    FlightPtr flight;
  };
  /// Joins the flight for a question, or starts it. `waiter` may be null if nobody waits; otherwise
  /// its caller is answered at `waiter_deadline` at the latest.
  Joined join(const FlightRequest& request, const WaiterPtr& waiter,
              circuitbreaker::TimePoint waiter_deadline);

  /// Removes a waiter from its flight; has no effect if it is in none.
  void remove(const WaiterPtr& waiter);

  /// Changes the flight's phase. Returns false if the flight has finished; its task must then stop.
  [[nodiscard]] bool enter(const FlightPtr& flight, FlightPhase phase);
  /// Parks the flight until `unpark`. Returns false if the flight has finished.
  [[nodiscard]] bool park(const FlightPtr& flight);
  /// Ends the parking of a flight, which the caller must then start. False if the flight is not
  /// parked.
  [[nodiscard]] bool unpark(const FlightPtr& flight);
  /// Notes that the flight's call has been charged or is not needed. False if this has been noted
  /// before.
  bool departed(const FlightPtr& flight);
  /// Finishes the flight and returns its waiters, which the caller must answer.
  [[nodiscard]] std::vector<WaiterPtr> finish(const FlightPtr& flight);
  /// Finishes a flight for an unknown value if nobody waits for it. Returns true if the flight is
  /// finished, now or earlier.
  [[nodiscard]] bool finish_if_abandoned(const FlightPtr& flight);
  /// Handles the flight's deadline: answers its waiters and, unless a call is in progress, finishes
  /// the flight. A call in progress finishes the flight when it ends. Returns true if this call of
  /// `expire` finished the flight.
  bool expire(const FlightPtr& flight);
  /// Removes and returns the waiters of all flights for which `matches` is true. The flights
  /// continue.
  [[nodiscard]] std::vector<WaiterPtr> detach_waiters(
      const std::function<bool(const Flight&)>& matches);
  /// Removes and returns the waiters of one flight, which continues.
  [[nodiscard]] std::vector<WaiterPtr> detach_waiters(const FlightPtr& flight);

  /// Number of flights.
  [[nodiscard]] std::size_t flights() const;
  /// Number of waiters in all flights.
  [[nodiscard]] std::size_t waiters() const;
  /// Number of flights for known values.
  [[nodiscard]] std::size_t refreshes() const;
  /// Number of flights that are probes.
  [[nodiscard]] std::size_t probes() const;
  /// Number of parked flights for unknown values.
  [[nodiscard]] std::size_t parked() const;
  /// Number of flights that have been granted a call that is not charged yet.
  [[nodiscard]] std::size_t departing() const;

 private:
  void expire(const WaiterPtr& waiter);
  void cancel_timers(const std::vector<WaiterPtr>& waiters);
  // Call these with the lock held.
  void add_waiter(const FlightPtr& flight, const WaiterPtr& waiter,
                  circuitbreaker::TimePoint deadline);
  void erase_waiter(const WaiterPtr& waiter);
  void take_waiters(Flight& flight, std::vector<WaiterPtr>& taken);
  void set_parked(Flight& flight, bool parked);
  void erase_flight(const FlightPtr& flight);

  const FlightLimits limits_;
  Scheduler& scheduler_;
  const IsNeeded is_needed_;
  mutable std::mutex mutex_;
  std::unordered_map<Query, FlightPtr, QueryHash> flights_;
  std::size_t waiters_ = 0;
  std::size_t refreshes_ = 0;
  std::size_t probes_ = 0;
  std::size_t parked_ = 0;
  std::size_t departing_ = 0;
};

}  // namespace stockclient
