#pragma once
/// The flights under way: at most one for each question, however many ask.

#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "circuitbreaker/clock.h"

#include "stockclient/flights/flight.h"
#include "stockclient/work/scheduler.h"

namespace stockclient {

struct FlightLimits {
  std::size_t max_waiters;
  /// Flights that no caller began for a value it lacks.
  std::size_t max_refreshes;
};

/// Thread-safety: every member function may be called from any thread. None calls back or destroys
/// a caller's objects under its lock, except `needed`.
class FlightTable : public std::enable_shared_from_this<FlightTable> {
 public:
  /// `needed(query, purpose)` is asked under the lock before a flight begins: has another one
  /// landed since the caller looked? It must be quick and must not come back here.
  using Needed = std::function<bool(const Query&, Purpose)>;
  /// `gave_up` is told of a waiter whose deadline has come, outside the lock.
  using GaveUp = std::function<void(const PlacePtr&, Phase)>;

  FlightTable(FlightLimits limits, Scheduler& scheduler, Needed needed, GaveUp gave_up);

  enum class Boarding : std::uint8_t {
    /// A new flight: the caller sends it off.
    began,
    joined,
    /// The cache has the answer by now.
    look_again,
    /// As many waiters or refreshes as there may be.
    full,
  };
  struct Boarded {
    Boarding how;
    FlightPtr flight;
  };
  /// Joins the flight for `query`, or begins one that ends at `flight_deadline`. `place` may be
  /// empty: then nobody waits. Otherwise its caller gives up at `deadline`.
  Boarded board(const Query& query, Purpose purpose, const std::string& client,
                circuitbreaker::TimePoint flight_deadline, const PlacePtr& place,
                circuitbreaker::TimePoint deadline);

  /// Takes a place out of its flight: its caller is gone.
  void leave(const PlacePtr& place);

  /// False when the flight has ended meanwhile: then whoever moves it on must stop.
  [[nodiscard]] bool enter(const FlightPtr& flight, Phase phase);
  /// Ends the flight. Returns its waiters, to be answered by the caller.
  [[nodiscard]] std::vector<PlacePtr> land(const FlightPtr& flight);
  /// Ends a flight for a value nobody has, when nobody waits for it any more.
  [[nodiscard]] bool land_if_deserted(const FlightPtr& flight);
  /// The flight's deadline has come: takes its waiters. It ends too, unless a call is under way,
  /// which then ends it.
  [[nodiscard]] std::pair<std::vector<PlacePtr>, Phase> overdue(const FlightPtr& flight);
  /// Takes the waiters out of all flights for which `stranded(flight)`, which end by themselves.
  [[nodiscard]] std::vector<PlacePtr> strand(const std::function<bool(const Flight&)>& stranded);

  [[nodiscard]] std::size_t flights() const;
  [[nodiscard]] std::size_t waiters() const;
  [[nodiscard]] std::size_t probes() const;

 private:
  void expire(const PlacePtr& place);
  void cancel_timers(const std::vector<PlacePtr>& places);
  // The rest need the lock.
  void add_waiter(const FlightPtr& flight, const PlacePtr& place,
                  circuitbreaker::TimePoint deadline);
  void remove_waiter(const PlacePtr& place);
  void take_waiters(Flight& flight, std::vector<PlacePtr>& taken);
  void remove(const FlightPtr& flight);

  const FlightLimits limits_;
  Scheduler& scheduler_;
  const Needed needed_;
  const GaveUp gave_up_;
  mutable std::mutex mutex_;
  std::unordered_map<Query, FlightPtr, QueryHash> flights_;
  std::size_t waiters_ = 0;
  std::size_t refreshes_ = 0;
  std::size_t probes_ = 0;
};

}  // namespace stockclient
