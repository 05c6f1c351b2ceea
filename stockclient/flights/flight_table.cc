#include "stockclient/flights/flight_table.h"

#include <utility>

namespace stockclient {

using circuitbreaker::TimePoint;

FlightTable::FlightTable(FlightLimits limits, Scheduler& scheduler, Needed needed, GaveUp gave_up)
    : limits_(limits),
      scheduler_(scheduler),
      needed_(std::move(needed)),
      gave_up_(std::move(gave_up)) {}

FlightTable::Boarded FlightTable::board(const Query& query, Purpose purpose,
                                        const std::string& client, TimePoint flight_deadline,
                                        const PlacePtr& place, TimePoint deadline) {
  const std::lock_guard lock(mutex_);
  if (place && waiters_ >= limits_.max_waiters) return {Boarding::full, nullptr};
  if (const auto found = flights_.find(query); found != flights_.end()) {
    if (place) add_waiter(found->second, place, deadline);
    return {Boarding::joined, found->second};
  }
  // A flight caches its value before it leaves the table, so what is missing here and now is
  // missing.
  if (!needed_(query, purpose)) return {Boarding::look_again, nullptr};
  const bool refresh = purpose != Purpose::never_seen;
  if (refresh && refreshes_ >= limits_.max_refreshes) return {Boarding::full, nullptr};
  auto flight = std::make_shared<Flight>(query, purpose, client, flight_deadline);
  flights_.emplace(query, flight);
  if (refresh) ++refreshes_;
  if (purpose == Purpose::probe) ++probes_;
  if (place) add_waiter(flight, place, deadline);
  return {Boarding::began, std::move(flight)};
}

void FlightTable::add_waiter(const FlightPtr& flight, const PlacePtr& place, TimePoint deadline) {
  place->table = weak_from_this();
  place->flight_ = flight;
  place->position_ = flight->waiters_.insert(flight->waiters_.end(), place);
  ++waiters_;
  // Who has as long as the flight is answered when it ends, and needs no timer.
  if (deadline >= flight->deadline && !flight->overdue_) return;
  place->timer_ = scheduler_.at(deadline, [weak = std::weak_ptr(place)] {
    if (const PlacePtr alive = weak.lock()) {
      if (const auto table = alive->table.lock()) table->expire(alive);
    }
  });
}

void FlightTable::remove_waiter(const PlacePtr& place) {
  place->flight_->waiters_.erase(place->position_);
  place->flight_ = nullptr;
  --waiters_;
}

void FlightTable::expire(const PlacePtr& place) {
  Phase phase{};
  {
    const std::lock_guard lock(mutex_);
    if (!place->flight_) return;
    phase = place->flight_->phase_;
    remove_waiter(place);
  }
  gave_up_(place, phase);
}

void FlightTable::leave(const PlacePtr& place) {
  FlightPtr flight;
  Scheduler::TimerId timer = 0;
  {
    const std::lock_guard lock(mutex_);
    if (!place->flight_) return;
    flight = place->flight_;
    timer = std::exchange(place->timer_, 0);
    remove_waiter(place);
  }
  if (timer != 0) scheduler_.cancel(timer);
}

bool FlightTable::enter(const FlightPtr& flight, Phase phase) {
  const std::lock_guard lock(mutex_);
  if (flight->landed_) return false;
  flight->phase_ = phase;
  return true;
}

std::vector<PlacePtr> FlightTable::land(const FlightPtr& flight) {
  std::vector<PlacePtr> taken;
  {
    const std::lock_guard lock(mutex_);
    if (flight->landed_) return taken;
    take_waiters(*flight, taken);
    remove(flight);
  }
  cancel_timers(taken);
  return taken;
}

bool FlightTable::land_if_deserted(const FlightPtr& flight) {
  const std::lock_guard lock(mutex_);
  if (flight->landed_) return true;
  if (flight->purpose != Purpose::never_seen || !flight->waiters_.empty()) return false;
  remove(flight);
  return true;
}

std::pair<std::vector<PlacePtr>, Phase> FlightTable::overdue(const FlightPtr& flight) {
  std::vector<PlacePtr> taken;
  Phase phase{};
  {
    const std::lock_guard lock(mutex_);
    if (flight->landed_) return {};
    phase = flight->phase_;
    flight->overdue_ = true;
    take_waiters(*flight, taken);
    if (phase != Phase::calling) remove(flight);
  }
  cancel_timers(taken);
  return {std::move(taken), phase};
}

std::vector<PlacePtr> FlightTable::strand(const std::function<bool(const Flight&)>& stranded) {
  std::vector<PlacePtr> taken;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [query, flight] : flights_) {
      if (stranded(*flight)) take_waiters(*flight, taken);
    }
  }
  cancel_timers(taken);
  return taken;
}

void FlightTable::take_waiters(Flight& flight, std::vector<PlacePtr>& taken) {
  waiters_ -= flight.waiters_.size();
  taken.reserve(taken.size() + flight.waiters_.size());
  for (PlacePtr& place : flight.waiters_) {
    // The caller of this keeps the flight alive.
    place->flight_ = nullptr;
    taken.push_back(std::move(place));
  }
  flight.waiters_.clear();
}

void FlightTable::remove(const FlightPtr& flight) {
  flight->landed_ = true;
  if (flight->purpose != Purpose::never_seen) --refreshes_;
  if (flight->purpose == Purpose::probe) --probes_;
  flights_.erase(flight->query);
}

void FlightTable::cancel_timers(const std::vector<PlacePtr>& places) {
  for (const PlacePtr& place : places) {
    if (place->timer_ != 0) scheduler_.cancel(place->timer_);
  }
}

std::size_t FlightTable::flights() const {
  const std::lock_guard lock(mutex_);
  return flights_.size();
}

std::size_t FlightTable::waiters() const {
  const std::lock_guard lock(mutex_);
  return waiters_;
}

std::size_t FlightTable::probes() const {
  const std::lock_guard lock(mutex_);
  return probes_;
}

}  // namespace stockclient
