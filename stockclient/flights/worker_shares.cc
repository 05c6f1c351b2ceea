#include "stockclient/flights/worker_shares.h"

#include <algorithm>
#include <utility>

namespace stockclient {

WorkerShares::WorkerShares(std::size_t workers) noexcept
    : limit_(std::max<std::size_t>(workers * 3 / 4, 1)) {}

bool WorkerShares::enter(const FlightPtr& flight) {
  const std::lock_guard lock(mutex_);
  FunctionShare& share = shares_[index_of(flight->query.function)];
  if (share.under_way < limit_) {
    ++share.under_way;
    return true;
  }
  (flight->purpose == Purpose::never_seen ? share.urgent : share.others).push_back(flight);
  return false;
}

FlightPtr WorkerShares::leave(Function function) {
  const std::lock_guard lock(mutex_);
  FunctionShare& share = shares_[index_of(function)];
  std::deque<FlightPtr>& next = share.urgent.empty() ? share.others : share.urgent;
  if (next.empty()) {
    --share.under_way;
    return nullptr;
  }
  FlightPtr flight = std::move(next.front());
  next.pop_front();
  return flight;
}

}  // namespace stockclient
