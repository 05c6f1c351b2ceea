// Half-open needs calls, and a cache in front of it makes none: so while the breaker is not closed,
// the most asked for of the known values are refreshed as its probes.

#include "stockclient/flights/flight_control.h"

namespace stockclient {

using circuitbreaker::Mode;
using circuitbreaker::Rejected;
using circuitbreaker::State;
using circuitbreaker::StateChange;

void FlightControl::note_interest(const Query& query) {
  if (watch_->closed()) return;
  interest_.note(query);
  feed_probes();
}

void FlightControl::breaker_changed(const StateChange& change) {
  half_open_max_calls_ = change.snapshot.settings.half_open_max_calls;
  switch (change.to) {
    case State::closed:
      interest_.clear();
      break;
    case State::open: {
      const bool forced = change.snapshot.mode == Mode::forced_open;
      deliver(table_->strand([](const Flight&) { return true; }),
              circuit_open({forced ? Rejected::Reason::forced_open : Rejected::Reason::open,
                            change.snapshot.retry_after}));
      if (change.snapshot.retry_after) {
        parts_.scheduler.at(clock_.now() + *change.snapshot.retry_after, [weak = weak_from_this()] {
          if (const auto self = weak.lock()) self->feed_probes();
        });
      }
      break;
    }
    case State::half_open:
      break;
  }
}

void FlightControl::feed_probes() {
  if (!watch_->wants_probe() || table_->probes() >= half_open_max_calls_) return;
  if (parts_.gate.check(Purpose::probe, {}, paced_)) return;
  for (const Query& query : interest_.most_asked()) {
    if (table_->probes() >= half_open_max_calls_) return;
    static_cast<void>(board(query, Purpose::probe, {}, nullptr, {}));
  }
}

bool FlightControl::is_worth_a_probe(const Query& query) {
  const auto known = parts_.cache.find(query);
  const auto now = clock_.now();
  if (!known || now < known->refresh_not_before) return false;
  // With calls to spare, a value that is fresh is asked for again rather than nothing at all.
  return now - known->fetched >= settings_->ttl(query.function) || !parts_.gate.has_daily_limit();
}

}  // namespace stockclient
