#include "stockclient/flights/flight_table.h"

#include <utility>

namespace stockclient {

using circuitbreaker::TimePoint;

namespace {

/// The failure given to a caller whose deadline passes while its flight is in `phase`.
FetchResult deadline_result(FlightPhase phase) {
  Failure failure{.kind = FailureKind::no_answer_in_time};
  if (phase == FlightPhase::queued) failure = transient_failure(FailureKind::no_worker_in_time);
  if (phase == FlightPhase::pacing) failure = transient_failure(FailureKind::no_turn_in_time);
  return circuitbreaker::unexpected<Failure>(std::move(failure));
}

}  // namespace

void leave(const WaiterPtr& waiter) {
  if (!waiter->claim()) return;
  if (const auto table = waiter->table_.lock()) table->remove(waiter);
}

FlightTable::FlightTable(FlightLimits limits, Scheduler& scheduler, IsNeeded is_needed)
    : limits_(limits), scheduler_(scheduler), is_needed_(std::move(is_needed)) {}

FlightTable::Joined FlightTable::join(const FlightRequest& request, const WaiterPtr& waiter,
                                      TimePoint waiter_deadline) {
  const std::lock_guard lock(mutex_);
  if (waiter && waiters_ >= limits_.max_waiters) return {JoinStatus::limit_reached, nullptr};
  if (const auto found = flights_.find(request.query); found != flights_.end()) {
    if (waiter) add_waiter(found->second, waiter, waiter_deadline);
    return {JoinStatus::joined, found->second};
  }
  // A flight stores its value in the cache before it leaves the table, so if there is no value now,
  // none has been fetched.
  if (!is_needed_(request.query, request.purpose)) return {JoinStatus::not_needed, nullptr};
  const bool refresh = request.purpose != Purpose::never_seen;
  if (refresh && refreshes_ >= limits_.max_refreshes) return {JoinStatus::limit_reached, nullptr};
  auto flight =
      std::make_shared<Flight>(request.query, request.purpose, request.client, request.deadline);
  flights_.emplace(request.query, flight);
  if (refresh) ++refreshes_;
  if (request.purpose == Purpose::probe) ++probes_;
  if (request.parked) set_parked(*flight, true);
  if (waiter) add_waiter(flight, waiter, waiter_deadline);
  return {JoinStatus::started, std::move(flight)};
}

void FlightTable::add_waiter(const FlightPtr& flight, const WaiterPtr& waiter, TimePoint deadline) {
  waiter->table_ = weak_from_this();
  waiter->flight_ = flight;
  waiter->position_ = flight->waiters_.insert(flight->waiters_.end(), waiter);
  ++waiters_;
  // A waiter whose deadline is not before the flight's is answered by the flight's own timer.
  if (deadline >= flight->deadline && !flight->is_overdue_) return;
  waiter->timer_ = scheduler_.at(deadline, [weak = std::weak_ptr(waiter)] {
    if (const WaiterPtr alive = weak.lock()) {
      if (const auto table = alive->table_.lock()) table->expire(alive);
    }
  });
}

void FlightTable::erase_waiter(const WaiterPtr& waiter) {
  waiter->flight_->waiters_.erase(waiter->position_);
  waiter->flight_ = nullptr;
  --waiters_;
}

void FlightTable::expire(const WaiterPtr& waiter) {
  FlightPhase phase{};
  FlightPtr flight;
  {
    const std::lock_guard lock(mutex_);
    if (!waiter->flight_) return;
    // Keeps the flight alive until the lock is released.
    flight = waiter->flight_;
    phase = flight->phase_;
    erase_waiter(waiter);
  }
  waiter->answer(deadline_result(phase));
}

void FlightTable::remove(const WaiterPtr& waiter) {
  FlightPtr flight;
  Scheduler::TimerId timer = 0;
  {
    const std::lock_guard lock(mutex_);
    if (!waiter->flight_) return;
    flight = waiter->flight_;
    timer = std::exchange(waiter->timer_, 0);
    erase_waiter(waiter);
  }
  if (timer != 0) scheduler_.cancel(timer);
}

bool FlightTable::enter(const FlightPtr& flight, FlightPhase phase) {
  const std::lock_guard lock(mutex_);
  if (flight->finished_) return false;
  flight->phase_ = phase;
  return true;
}

bool FlightTable::park(const FlightPtr& flight) {
  const std::lock_guard lock(mutex_);
  if (flight->finished_) return false;
  set_parked(*flight, true);
  return true;
}

bool FlightTable::unpark(const FlightPtr& flight) {
  const std::lock_guard lock(mutex_);
  if (flight->finished_ || !flight->is_parked_) return false;
  set_parked(*flight, false);
  flight->departs_ = true;
  ++departing_;
  return true;
}

bool FlightTable::departed(const FlightPtr& flight) {
  const std::lock_guard lock(mutex_);
  if (!std::exchange(flight->departs_, false)) return false;
  --departing_;
  return true;
}

void FlightTable::set_parked(Flight& flight, bool parked) {
  if (flight.is_parked_ == parked) return;
  flight.is_parked_ = parked;
  flight.phase_ = parked ? FlightPhase::pacing : FlightPhase::queued;
  if (flight.purpose != Purpose::never_seen) return;
  parked ? ++parked_ : --parked_;
}

std::vector<WaiterPtr> FlightTable::finish(const FlightPtr& flight) {
  std::vector<WaiterPtr> taken;
  {
    const std::lock_guard lock(mutex_);
    if (flight->finished_) return taken;
    take_waiters(*flight, taken);
    erase_flight(flight);
  }
  cancel_timers(taken);
  return taken;
}

bool FlightTable::finish_if_abandoned(const FlightPtr& flight) {
  const std::lock_guard lock(mutex_);
  if (flight->finished_) return true;
  if (flight->purpose != Purpose::never_seen || !flight->waiters_.empty()) return false;
  erase_flight(flight);
  return true;
}

bool FlightTable::expire(const FlightPtr& flight) {
  std::vector<WaiterPtr> taken;
  FlightPhase phase{};
  {
    const std::lock_guard lock(mutex_);
    if (flight->finished_) return false;
    phase = flight->phase_;
    flight->is_overdue_ = true;
    take_waiters(*flight, taken);
    if (phase != FlightPhase::calling) erase_flight(flight);
  }
  cancel_timers(taken);
  deliver(taken, deadline_result(phase));
  return phase != FlightPhase::calling;
}

std::vector<WaiterPtr> FlightTable::detach_waiters(
    const std::function<bool(const Flight&)>& matches) {
  std::vector<WaiterPtr> taken;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [query, flight] : flights_) {
      if (matches(*flight)) take_waiters(*flight, taken);
    }
  }
  cancel_timers(taken);
  return taken;
}

std::vector<WaiterPtr> FlightTable::detach_waiters(const FlightPtr& flight) {
  std::vector<WaiterPtr> taken;
  {
    const std::lock_guard lock(mutex_);
    take_waiters(*flight, taken);
  }
  cancel_timers(taken);
  return taken;
}

void FlightTable::take_waiters(Flight& flight, std::vector<WaiterPtr>& taken) {
  waiters_ -= flight.waiters_.size();
  taken.reserve(taken.size() + flight.waiters_.size());
  for (WaiterPtr& waiter : flight.waiters_) {
    // The table or the caller keeps the flight alive.
    waiter->flight_ = nullptr;
    taken.push_back(std::move(waiter));
  }
  flight.waiters_.clear();
}

void FlightTable::erase_flight(const FlightPtr& flight) {
  flight->finished_ = true;
  set_parked(*flight, false);
  if (flight->purpose != Purpose::never_seen) --refreshes_;
  if (flight->purpose == Purpose::probe) --probes_;
  flights_.erase(flight->query);
}

void FlightTable::cancel_timers(const std::vector<WaiterPtr>& waiters) {
  for (const WaiterPtr& waiter : waiters) {
    if (waiter->timer_ != 0) scheduler_.cancel(waiter->timer_);
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

std::size_t FlightTable::refreshes() const {
  const std::lock_guard lock(mutex_);
  return refreshes_;
}

std::size_t FlightTable::parked() const {
  const std::lock_guard lock(mutex_);
  return parked_;
}

std::size_t FlightTable::departing() const {
  const std::lock_guard lock(mutex_);
  return departing_;
}

std::size_t FlightTable::probes() const {
  const std::lock_guard lock(mutex_);
  return probes_;
}

}  // namespace stockclient
