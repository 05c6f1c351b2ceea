#include "stockclient/flights/flight_control.h"

#include <algorithm>
#include <utility>
#include <variant>

namespace stockclient {

using circuitbreaker::Duration;
using circuitbreaker::Rejected;
using circuitbreaker::StateChange;
using circuitbreaker::TimePoint;

namespace {

constexpr Duration kFirstBackoff = std::chrono::milliseconds(100);
constexpr Duration kLongestBackoff = std::chrono::seconds(2);

}  // namespace

std::shared_ptr<FlightControl> FlightControl::make(const LiveSettings& settings,
                                                   FlightParts parts) {
  std::shared_ptr<FlightControl> control(new FlightControl(settings, parts));
  control->start();
  return control;
}

FlightControl::FlightControl(const LiveSettings& settings, FlightParts parts)
    : settings_(settings),
      parts_(parts),
      clock_(parts.clocks.monotonic),
      retry_budget_({}, clock_),
      retry_({.max_attempts = settings->retry_attempts,
              .initial_delay = kFirstBackoff,
              .max_delay = kLongestBackoff,
              .multiplier = 2,
              .jitter = circuitbreaker::Jitter::full}) {}

void FlightControl::start() {
  table_ = std::make_shared<FlightTable>(
      FlightLimits{settings_->max_waiters, settings_->max_refreshes}, parts_.scheduler,
      [this](const Query& query, Purpose purpose) { return needed(query, purpose); },
      [this](const PlacePtr& place, Phase phase) { gave_up(place, phase); });
  half_open_max_calls_ = parts_.breaker.snapshot().settings.half_open_max_calls;
  watch_.emplace(parts_.breaker, clock_,
                 [this](const StateChange& change) { breaker_changed(change); });
}

std::optional<Failure> FlightControl::obstacle(Purpose purpose, const std::string& client) {
  if (!watch_->closed()) {
    if (const auto rejected = watch_->rejection()) return circuit_open(*rejected);
    // Now only probes pass. Which known values are refreshed for that, `feed_probes` decides.
    if (purpose == Purpose::refresh && watch_->wants_probe())
      return circuit_open({Rejected::Reason::half_open_full});
  }
  const auto refusal = parts_.gate.check(purpose, client, paced_);
  if (!refusal) return std::nullopt;
  // A caller without a value may have the time to wait for a short pause; the flight decides.
  const TimePoint now = clock_.now();
  const bool may_wait = purpose == Purpose::never_seen && refusal->is_brief() &&
                        refusal->until - now + shortest_attempt() <= settings_->max_wait;
  if (may_wait) return std::nullopt;
  return refused(*refusal, now);
}

FlightTable::Boarding FlightControl::board(const Query& query, Purpose purpose,
                                           const std::string& client, const PlacePtr& place,
                                           TimePoint deadline) {
  const TimePoint flight_deadline = clock_.now() + settings_->max_wait;
  const auto boarded = table_->board(query, purpose, client, flight_deadline, place, deadline);
  if (boarded.how == FlightTable::Boarding::began) send_off(boarded.flight);
  return boarded.how;
}

bool FlightControl::needed(const Query& query, Purpose purpose) {
  const TimePoint now = clock_.now();
  const auto known = parts_.cache.find(query);
  if (purpose == Purpose::never_seen) {
    return !(known && servable(*known)) && !parts_.cache.find_negative(query, now);
  }
  if (purpose == Purpose::probe) return is_worth_a_probe(query);
  return !known || (now - known->fetched >= settings_->ttl(query.function) &&
                    now >= known->refresh_not_before);
}

bool FlightControl::servable(const Known& known) const {
  return settings_->serves(clock_.now() - known.fetched);
}

void FlightControl::land(const FlightPtr& flight, const Landing& landing) {
  deliver(table_->land(flight), landing);
  parts_.scheduler.cancel(flight->deadline_timer);
}

void FlightControl::deliver(const std::vector<PlacePtr>& places, const Landing& landing) const {
  for (const PlacePtr& place : places) {
    if (!place->claim()) continue;
    if (const auto* record = std::get_if<RecordPtr>(&landing)) {
      const auto function = static_cast<Function>((*record)->data.index());
      place->callback(
          answer({*record, clock_.now(), {}, {}, {}}, std::nullopt, CacheResult::miss, function));
      continue;
    }
    const auto& failure = std::get<Failure>(landing);
    place->callback(place->known
                        ? answer(*place->known, failure.reason, CacheResult::stale, place->function)
                        : answer(failure.error));
  }
}

void FlightControl::gave_up(const PlacePtr& place, Phase phase) const {
  Failure failure = timed_out();
  if (phase == Phase::queued) failure = overloaded();
  if (phase == Phase::paced) failure = throttled();
  // The refresh goes on without this caller.
  failure.reason = StaleReason::revalidating;
  deliver({place}, failure);
}

void FlightControl::overdue(const FlightPtr& flight) {
  const auto [places, phase] = table_->overdue(flight);
  for (const PlacePtr& place : places) gave_up(place, phase);
}

void FlightControl::answer_all(const Failure& failure) {
  deliver(table_->strand([](const Flight&) { return true; }), failure);
}

Outcome FlightControl::answer(const Known& known, std::optional<StaleReason> reason,
                              CacheResult result, Function function) const {
  const Duration age = std::max(clock_.now() - known.fetched, Duration::zero());
  parts_.observer.answered(result, true, age);
  Duration fresh_ttl = settings_->ttl(function);
  // A search that found nothing is remembered no longer than any other "not found".
  const auto* found = std::get_if<SymbolMatches>(&known.record->data);
  if (found != nullptr && found->matches.empty())
    fresh_ttl = std::min<Duration>(fresh_ttl, settings_->negative_ttl);
  return Answer{known.record, reason, result, age, fresh_ttl};
}

Outcome FlightControl::answer(StockError error) const {
  parts_.observer.answered(error.cache_result, false, Duration::zero());
  return circuitbreaker::unexpected<StockError>(std::move(error));
}

}  // namespace stockclient
