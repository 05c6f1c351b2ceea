#pragma once
/// Prevents one function of the upstream from occupying every worker.

#include <array>
#include <cstddef>
#include <deque>
#include <mutex>

#include "stockclient/domain/query.h"
#include "stockclient/flights/flight.h"

namespace stockclient {

/// Admits flights to the workers so that the flights of one function occupy at most three quarters
/// of them, but may always occupy one. A hanging function thus leaves workers to the others.
/// Further flights of the function wait here in order of arrival, those for unknown values first;
/// the flight table limits their number.
///
/// Thread-safety: every member function may be called from any thread.
class WorkerShares {
 public:
  /// `workers`: number of workers, at least 1.
  explicit WorkerShares(std::size_t workers) noexcept;

  /// Returns whether the flight may be given to a worker now. If not, this object keeps the flight
  /// until a later `leave` returns it.
  [[nodiscard]] bool enter(const FlightPtr& flight);
  /// Call when a worker has finished with a flight of this function. Returns the flight that may be
  /// given to a worker in its place, or null.
  [[nodiscard]] FlightPtr leave(Function function);

 private:
  struct FunctionShare {
    std::size_t under_way = 0;
    std::deque<FlightPtr> urgent;  ///< For unknown values.
    std::deque<FlightPtr> others;
  };

  const std::size_t limit_;
  std::mutex mutex_;
  /// Guarded by the mutex.
  std::array<FunctionShare, kFunctionCount> shares_;
};

}  // namespace stockclient
