#include "stockclient/flights/breaker_watch.h"

#include <utility>

namespace stockclient {

using circuitbreaker::Duration;
using circuitbreaker::Rejected;
using circuitbreaker::State;
using circuitbreaker::StateChange;
using circuitbreaker::TimePoint;

BreakerWatch::BreakerWatch(circuitbreaker::CircuitBreaker& breaker,
                           const circuitbreaker::Clock& clock,
                           std::function<void(const StateChange&)> changed)
    : breaker_(breaker), clock_(clock), changed_(std::move(changed)) {
  const circuitbreaker::Snapshot now = breaker.snapshot();
  update(now.state, now.at, now.retry_after);
  listener_ = breaker.add_listener([this](const StateChange& change) {
    update(change.to, change.snapshot.at, change.snapshot.retry_after);
    changed_(change);
  });
}

BreakerWatch::~BreakerWatch() {
  breaker_.remove_listener(listener_);
}

void BreakerWatch::update(State state, TimePoint at, std::optional<Duration> retry_after) noexcept {
  // If an operator holds the breaker open, its open time has no end.
  const TimePoint until = retry_after ? at + *retry_after : TimePoint::max();
  open_until_ = until.time_since_epoch().count();
  state_ = state;
}

bool BreakerWatch::closed() const noexcept {
  return state_ == State::closed;
}

bool BreakerWatch::wants_probe() const noexcept {
  switch (state_.load()) {
    case State::closed:
      return false;
    case State::half_open:
      return true;
    case State::open:
      return clock_.now() >= open_until();
  }
  return false;
}

std::optional<Rejected> BreakerWatch::rejection() {
  if (state_ != State::open || clock_.now() >= open_until()) return std::nullopt;
  const auto permit = breaker_.try_acquire();
  if (!permit) return permit.error();
  // The breaker has just become half-open or closed. The unused permit is returned on destruction.
  return std::nullopt;
}

void BreakerWatch::note_forced_open() noexcept {
  open_until_ = TimePoint::max().time_since_epoch().count();
}

TimePoint BreakerWatch::open_until() const noexcept {
  return TimePoint(Duration(open_until_.load()));
}

}  // namespace stockclient
