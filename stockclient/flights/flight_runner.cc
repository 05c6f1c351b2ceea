#include "stockclient/flights/flight_runner.h"

#include <algorithm>
#include <utility>

#include "stockclient/wire/faults.h"

namespace stockclient {

using circuitbreaker::Duration;
using circuitbreaker::Mode;
using circuitbreaker::Rejected;
using circuitbreaker::State;
using circuitbreaker::StateChange;
using circuitbreaker::TimePoint;
using circuitbreaker::unexpected;

namespace {

constexpr Duration kFirstBackoff = std::chrono::milliseconds(100);
constexpr Duration kLongestBackoff = std::chrono::seconds(2);
/// The stale reason reported to waiters that get a stale value from a source.
const Failure kRevalidating{.kind = FailureKind::no_answer_in_time};
/// How long a known value is left alone after a failure, so that one broken symbol does not cause
/// one call after another.
constexpr Duration kPauseAfterFailure = std::chrono::seconds(1);
/// How long a known value is left alone after the upstream sent unusable data.
constexpr Duration kPauseAfterDataFault = std::chrono::minutes(1);
constexpr Duration kDay = std::chrono::hours(24);

}  // namespace

std::shared_ptr<FlightRunner> FlightRunner::make(const FlightSettings& settings,
                                                 const SettingsCell& live, FlightParts parts) {
  std::shared_ptr<FlightRunner> runner(new FlightRunner(settings, live, std::move(parts)));
  runner->start();
  return runner;
}

FlightRunner::FlightRunner(const FlightSettings& settings, const SettingsCell& live,
                           FlightParts parts)
    : live_(live),
      parts_(std::move(parts)),
      clock_(parts_.clocks.monotonic),
      scheduler_(parts_.attempts.scheduler),
      settings_(settings),
      retry_budget_({}, clock_),
      backoff_({.max_attempts = settings.max_attempts,
                .initial_delay = kFirstBackoff,
                .max_delay = kLongestBackoff,
                .multiplier = 2,
                .jitter = circuitbreaker::Jitter::full}),
      shares_(settings.workers),
      max_probes_(parts_.attempts.breakers.host().snapshot().settings.half_open_max_calls),
      dispatcher_({.rationed_by_day = parts_.attempts.gate.has_daily_limit()}, parts_.watches,
                  parts_.lifetimes, parts_.clocks, scheduler_,
                  {.budget = [this] { return budget(); },
                   .start = [this](const PlannedCall& call) { return start_call(call); }}) {}

void FlightRunner::start() {
  table_ = std::make_shared<FlightTable>(
      settings_.limits, scheduler_,
      [this](const Query& query, Purpose purpose) { return is_needed(query, purpose); });
  watch_.emplace(parts_.attempts.breakers, clock_,
                 [this](std::optional<Function> function, const StateChange& change) {
                   breaker_changed(function, change);
                 });
  settings_changed();
  QuotaGate& gate = parts_.attempts.gate;
  if (const auto day = gate.budget().day) {
    for (const auto& [client, calls] : gate.clients()) {
      dispatcher_.restore(client, calls, day->begins);
    }
  }
  dispatcher_.start(weak_from_this());
}

RetryPlan FlightRunner::retry_plan() const {
  return {live_.read(), settings_.max_attempts, parts_.attempts.gate.has_daily_limit()};
}

std::optional<Failure> FlightRunner::obstacle(Function function, Purpose purpose,
                                              const std::string& client) {
  if (!watch_->closed(function)) {
    if (const auto rejected = watch_->rejection(function)) return rejection_failure(*rejected);
    // Only probes may pass now, and the planner decides which known values they refresh.
    if (purpose == Purpose::refresh && watch_->wants_probe(function)) {
      return transient_failure(FailureKind::circuit_open);
    }
  }
  QuotaGate& gate = parts_.attempts.gate;
  if (purpose == Purpose::refresh) return gate.check();
  if (!gate.has_limits() && !gate.check()) return std::nullopt;
  if (auto refusal = gate.check(table_->departing() + table_->parked())) {
    // If the refusal ends soon, the flight itself decides whether its caller has time to wait.
    const TimePoint now = clock_.now();
    if (retry_plan().waits_for(*refusal, purpose, now, now + live_.read().max_wait)) {
      return std::nullopt;
    }
    return refusal;
  }
  return dispatcher_.refusal(client, gate.budget());
}

circuitbreaker::expected<CallBudget, Failure> FlightRunner::budget() {
  if (has_too_many_refreshes()) {
    return unexpected<Failure>(Failure{.kind = FailureKind::overloaded});
  }
  CallBudget budget;
  const bool enough_probes = table_->probes() >= max_probes_;
  for (std::size_t i = 0; i < kFunctionCount; ++i) {
    const auto function = static_cast<Function>(i);
    if (watch_->closed(function)) continue;
    const bool probes = !enough_probes && watch_->wants_probe(function);
    (probes ? budget.probing : budget.rejected).set(i);
  }
  if (budget.rejected.all()) {
    return unexpected<Failure>(Failure{.kind = FailureKind::circuit_open});
  }
  QuotaGate& gate = parts_.attempts.gate;
  const std::size_t departing = table_->departing();
  if (auto refusal = gate.check(departing)) return unexpected<Failure>(*std::move(refusal));
  const CallBudget quota = gate.budget();
  budget.day = quota.day;
  budget.spacing = quota.spacing;
  if (budget.day) {
    if (budget.day->left <= departing) {
      return unexpected<Failure>(Failure{.kind = FailureKind::day_spent});
    }
    budget.day->left -= static_cast<std::uint32_t>(departing);
  }
  return budget;
}

JoinStatus FlightRunner::join(const Query& query, Purpose purpose, const std::string& client,
                              const WaiterPtr& waiter, TimePoint deadline) {
  const TimePoint flight_deadline = clock_.now() + live_.read().max_wait;
  const bool is_refresh = purpose != Purpose::never_seen;
  const auto joined =
      table_->join({query, purpose, client, flight_deadline, is_refresh}, waiter, deadline);
  if (joined.status != JoinStatus::started) return joined.status;
  set_deadline_timer(joined.flight);
  if (is_refresh) {
    dispatcher_.wake();
  } else if (parts_.sources.empty()) {
    ask_upstream(joined.flight);
  } else {
    // Lookups do not use the workers' shares, so they never wait behind calls that hang.
    scheduler_.run(Priority::lookup, [weak = weak_from_this(), flight = joined.flight] {
      if (const auto self = weak.lock()) self->look_up(flight);
    });
  }
  return joined.status;
}

void FlightRunner::look_up(const FlightPtr& flight) {
  if (ends_abandoned(flight)) return;
  if (!table_->enter(flight, FlightPhase::calling)) return;
  if (auto obstacle = source_obstacle()) {
    return finish(flight, unexpected<Failure>(*std::move(obstacle)));
  }
  flight->sources_asked = true;
  if (const auto value = ask_sources(flight->query)) {
    if (parts_.lifetimes.is_fresh(flight->query, *value)) {
      learn_from(flight->query, *value);
      return finish(flight, *value);
    }
    // The waiters get the stale value, and the planner decides when it is refreshed.
    finish(flight, unexpected<Failure>(kRevalidating));
    return dispatcher_.note_request(flight->query, flight->client, *value, false);
  }
  if (auto refusal = obstacle(flight->query.function, flight->purpose, flight->client)) {
    return finish(flight, unexpected<Failure>(*std::move(refusal)));
  }
  ask_upstream(flight);
}

void FlightRunner::ask_upstream(const FlightPtr& flight) {
  if (!parts_.attempts.gate.has_limits()) return queue(flight);
  if (ends_abandoned(flight)) return;
  if (!table_->park(flight)) return;
  if (!dispatcher_.wait_for(flight->query, flight->client)) {
    return finish(flight, unexpected<Failure>(transient_failure(FailureKind::overloaded)));
  }
  // The planner may already have chosen the symbol while the sources were asked.
  dispatcher_.not_made(flight->query, true);
  dispatcher_.wake();
}

bool FlightRunner::start_call(const PlannedCall& call) {
  const Purpose purpose = watch_->closed(call.query.function) ? Purpose::refresh : Purpose::probe;
  const auto joined = table_->join(
      {call.query, purpose, {}, clock_.now() + live_.read().max_wait, true}, nullptr, {});
  if (joined.status == JoinStatus::not_needed) {
    // Another flight has just finished.
    if (const auto known = parts_.cache.find(call.query)) {
      learn_from(call.query, *known);
    } else {
      dispatcher_.not_found(call.query);
    }
    return true;
  }
  if (joined.status == JoinStatus::limit_reached) return false;
  if (joined.status == JoinStatus::started) set_deadline_timer(joined.flight);
  // A flight that is not parked is already in progress.
  if (!table_->unpark(joined.flight)) return true;
  queue(joined.flight);
  return true;
}

void FlightRunner::departed(const FlightPtr& flight) {
  if (table_->departed(flight)) dispatcher_.wake_if_blocked();
}

void FlightRunner::gave_up(const FlightPtr& flight) {
  departed(flight);
  dispatcher_.not_made(flight->query, false);
}

bool FlightRunner::ends_abandoned(const FlightPtr& flight) {
  if (!table_->finish_if_abandoned(flight)) return false;
  scheduler_.cancel(flight->deadline_timer);
  gave_up(flight);
  return true;
}

void FlightRunner::set_deadline_timer(const FlightPtr& flight) {
  flight->deadline_timer =
      scheduler_.at(flight->deadline, [owner = weak_from_this(), weak = std::weak_ptr(flight)] {
        const auto self = owner.lock();
        const FlightPtr alive = weak.lock();
        if (self && alive && self->table_->expire(alive)) self->gave_up(alive);
      });
}

void FlightRunner::queue(const FlightPtr& flight) {
  if (!table_->enter(flight, FlightPhase::queued)) return;
  if (shares_.enter(flight)) give_to_worker(flight);
}

void FlightRunner::give_to_worker(const FlightPtr& flight) {
  const auto priority =
      flight->purpose == Purpose::never_seen ? Priority::caller : Priority::background;
  scheduler_.run(priority, [weak = weak_from_this(), flight] {
    const auto self = weak.lock();
    if (!self) return;
    self->run(flight);
    if (const FlightPtr next = self->shares_.leave(flight->query.function)) {
      self->give_to_worker(next);
    }
  });
}

void FlightRunner::resume_at(const FlightPtr& flight, TimePoint when) {
  scheduler_.at(when, [weak = weak_from_this(), flight] {
    if (const auto self = weak.lock()) self->queue(flight);
  });
}

void FlightRunner::run(const FlightPtr& flight) {
  if (ends_abandoned(flight)) return;
  if (flight->purpose == Purpose::probe && watch_->closed(flight->query.function) &&
      !is_needed(flight->query, Purpose::refresh)) {
    // Other probes have closed the breaker, so this fresh value needs no refresh.
    return skip(flight);
  }
  if (!table_->enter(flight, FlightPhase::calling)) return;
  // A probe must test the upstream, and an operator wants the upstream's own answer, so other
  // sources are not asked.
  if (flight->purpose != Purpose::probe && !is_expired(flight->query) &&
      !std::exchange(flight->sources_asked, true)) {
    if (auto obstacle = source_obstacle()) {
      return finish(flight, unexpected<Failure>(*std::move(obstacle)));
    }
    if (const auto value = ask_sources(flight->query)) {
      if (parts_.lifetimes.is_fresh(flight->query, *value)) {
        learn_from(flight->query, *value);
        return finish(flight, *value);
      }
      // The waiters get the stale value now; the flight continues for later callers.
      deliver(table_->detach_waiters(flight), unexpected<Failure>(kRevalidating));
    }
  }
  attempt(flight);
}

std::optional<Failure> FlightRunner::source_obstacle() const {
  for (ValueSource* const source : parts_.sources) {
    if (auto obstacle = source->obstacle()) return obstacle;
  }
  return std::nullopt;
}

std::optional<Value> FlightRunner::ask_sources(const Query& query) {
  std::optional<Value> best;
  for (ValueSource* const source : parts_.sources) {
    const auto value = source->find(query);
    if (!value || !is_servable(*value)) continue;
    const auto known = parts_.cache.find(query);
    if (known && known->fetched >= value->fetched) continue;
    parts_.cache.put(query, *value);
    best = value;
    if (parts_.lifetimes.is_fresh(query, *value)) break;
  }
  return best;
}

void FlightRunner::attempt(const FlightPtr& flight) {
  if (!retry_plan().fits(clock_.now(), flight->deadline)) {
    return finish(flight, unexpected<Failure>(flight->last_failure.value_or(
                              transient_failure(FailureKind::overloaded))));
  }
  const bool is_first_value = flight->purpose == Purpose::never_seen;
  auto begun = Attempt::begin(parts_.attempts, flight->query.function,
                              is_first_value ? flight->client : std::string());
  departed(flight);
  if (!begun) {
    if (begun.error().kind == FailureKind::forced_open) {
      watch_->note_forced_open(flight->query.function);
    }
    return refused(flight, std::move(begun.error()));
  }
  report_day_quota();
  if (++flight->attempts == 1) retry_budget_.first_attempt();
  AttemptResult result = begun->call(
      flight->query, std::min(live_.read().upstream_timeout, flight->deadline - clock_.now()),
      stop_.get_token());
  if (const auto known = parts_.cache.find(flight->query); known && is_servable(*known)) {
    if (!result && result.error().kind == FailureKind::not_found) {
      result.error().kind = FailureKind::data_missing;
    } else if (result && !may_replace(flight->query, *known, result->data)) {
      result = unexpected<Failure>(
          data_fault("the upstream's data are for an older trading day than the known ones"));
    }
  }
  begun->report(result);
  result ? settle(flight, *std::move(begun), *std::move(result))
         : settle(flight, *std::move(begun), std::move(result.error()));
}

void FlightRunner::report_day_quota() {
  QuotaGate& gate = parts_.attempts.gate;
  if (!gate.has_daily_limit()) return;
  const QuotaState state = gate.state();
  parts_.attempts.observer.day_quota_left(state.remaining.day.value_or(0));
  if (state.remaining.day == 0u && state.held_until) {
    parts_.attempts.observer.hold_began(*state.held_reason, *state.held_until);
  }
}

void FlightRunner::refused(const FlightPtr& flight, Failure refusal) {
  const bool waits =
      retry_plan().waits_for(refusal, flight->purpose, clock_.now(), flight->deadline);
  flight->last_failure = refusal;
  if (!waits) return finish(flight, unexpected<Failure>(std::move(refusal)));
  if (!parts_.attempts.gate.has_limits()) {
    // Without limits, only a hold refuses calls.
    if (table_->enter(flight, FlightPhase::pacing)) {
      resume_at(flight, clock_.now() + flight->last_failure->retry_after.value_or(Duration(0)));
    }
    return;
  }
  // The planner will choose the flight again.
  if (!table_->park(flight)) return;
  dispatcher_.not_made(flight->query, true);
  dispatcher_.wake();
}

void FlightRunner::settle(const FlightPtr& flight, Attempt attempt, UpstreamAnswer answer) {
  const auto record = std::make_shared<const Record>(Record{
      std::move(answer.data), parts_.clocks.wall.now(), settings_.source, std::move(answer.bytes)});
  const Value value{record, parts_.clocks.boot.now()};
  const bool is_first = flight->purpose == Purpose::never_seen;
  // The cache is updated before the table, so that a caller who no longer finds a flight finds the
  // value. The breaker is told before the waiters, so that a caller with an answer sees its effect
  // on the breaker.
  parts_.cache.put(flight->query, value);
  learn_from(flight->query, value);
  if (flight->purpose != Purpose::never_seen) parts_.attempts.observer.refresh_ended(true);
  // A first value is stored before any caller receives it, a refreshed value afterwards.
  if (is_first) hand_to_sources(flight->query, value, true);
  const auto waiters = table_->finish(flight);
  attempt.succeeded();
  deliver(waiters, value);
  scheduler_.cancel(flight->deadline_timer);
  if (!is_first) hand_to_sources(flight->query, value, false);
  // A half-open breaker may need more probes.
  if (!watch_->all_closed()) dispatcher_.wake();
}

void FlightRunner::hand_to_sources(const Query& query, const Value& value, bool is_first) {
  for (ValueSource* const source : parts_.sources) source->put(query, value, is_first);
}

void FlightRunner::learn_from(const Query& query, const Value& value) {
  if (!dispatcher_.fetched(query, value)) return;
  parts_.attempts.observer.oddity_seen(
      query.function, Oddity::moved_in_trading,
      query.argument +
          ": the quote moves during trading; until the next session its exchange's "
          "quotes are refreshed as realtime ones");
}

void FlightRunner::settle(const FlightPtr& flight, Attempt attempt, Failure failure) {
  const bool held = traits(failure.kind).imposes_hold;
  Failure hold;
  if (held) {
    hold = parts_.attempts.gate.hold(failure);
    failure.retry_after = hold.retry_after;
  }
  flight->last_failure = failure;
  auto next =
      retry_plan().next(*flight, failure, clock_.now(), backoff_.delay_after(flight->attempts));
  // The budget is asked last, because a retry that it grants is spent.
  if (next && next->phase == FlightPhase::backing_off && !retry_budget_.try_retry()) next.reset();

  if (next && table_->enter(flight, next->phase)) {
    attempt.failed(failure);
    resume_at(flight, next->when);
  } else {
    report_failure(flight->query, failure);
    if (flight->purpose != Purpose::never_seen) parts_.attempts.observer.refresh_ended(false);
    const FetchResult result = remember(flight->query, failure);
    const auto waiters = table_->finish(flight);
    attempt.failed(failure);
    deliver(waiters, result);
    scheduler_.cancel(flight->deadline_timer);
    watch_->all_closed() ? dispatcher_.wake_if_blocked() : dispatcher_.wake();
  }
  if (held) answer_those_who_wait_in_vain(hold);
}

void FlightRunner::report_failure(const Query& query, const Failure& failure) {
  const auto known = parts_.cache.find(query);
  // A hold stops all calls anyway and does not mean that this symbol is broken, so no pause is
  // needed.
  if (traits(failure.kind).imposes_hold) return dispatcher_.not_made(query, false);
  if (known) {
    return dispatcher_.failed(query, pause_after(*known, failure.kind, query.function));
  }
  if (traits(failure.kind).is_lasting) return dispatcher_.not_found(query);
  dispatcher_.failed(query, kPauseAfterFailure);
}

void FlightRunner::skip(const FlightPtr& flight) {
  const auto waiters = table_->finish(flight);
  gave_up(flight);
  FetchResult result = unexpected<Failure>(transient_failure(FailureKind::overloaded));
  if (const auto known = parts_.cache.find(flight->query)) result = Value(*known);
  deliver(waiters, result);
  scheduler_.cancel(flight->deadline_timer);
}

void FlightRunner::finish(const FlightPtr& flight, const FetchResult& result) {
  const auto waiters = table_->finish(flight);
  if (result) {
    departed(flight);
  } else {
    gave_up(flight);
  }
  deliver(waiters, result);
  scheduler_.cancel(flight->deadline_timer);
}

FetchResult FlightRunner::remember(const Query& query, const Failure& failure) {
  const LiveSettings live = live_.read();
  const BootTime now = parts_.clocks.boot.now();
  const FailureTraits& kind = traits(failure.kind);
  const auto known = parts_.cache.find(query);
  if (known && is_servable(*known)) {
    // A hold stops all calls anyway and does not mean that this value is broken, so no pause is
    // needed.
    if (!kind.imposes_hold) {
      const Duration pause = pause_after(*known, failure.kind, query.function);
      parts_.cache.note_refresh_failure(query, failure.kind, now + pause);
    }
    return unexpected<Failure>(failure);
  }
  if (!kind.is_lasting) return unexpected<Failure>(failure);
  const BootTime until = now + live.negative_ttl;
  if (failure.kind == FailureKind::not_found && query.function == Function::symbol_search) {
    // A search without matches is answered with an empty list, not with an error.
    const Value nothing{std::make_shared<const Record>(
                            Record{SymbolMatches{}, parts_.clocks.wall.now(), settings_.source}),
                        now};
    parts_.cache.put_negative(query, {nothing, until});
    return nothing;
  }
  Failure remembered = failure;
  remembered.is_remembered = true;
  parts_.cache.put_negative(query, {unexpected<Failure>(std::move(remembered)), until});
  return unexpected<Failure>(failure);
}

bool FlightRunner::may_replace(const Query& query, const Known& known, const Data& data) {
  // ISO dates can be compared as text. Data without a trading day never count as older.
  const std::string_view day = trading_day_of(data);
  if (day.empty() || day >= trading_day_of(known.record->data)) return true;
  Observer& observer = parts_.attempts.observer;
  if (!parts_.cache.note_older_day(query, day, parts_.clocks.boot.now())) {
    const bool quote = query.function == Function::global_quote;
    observer.figures_unreadable(query, quote ? Figure::trading_day : Figure::date, 1);
    return false;
  }
  observer.oddity_seen(
      query.function, Oddity::older_day_accepted,
      query.argument + ": several answers agree on an older trading day than the known one");
  return true;
}

Duration FlightRunner::pause_after(const Known& known, FailureKind failure,
                                   Function function) const {
  const LiveSettings live = live_.read();
  if (failure == FailureKind::data_fault) {
    // With a daily quota, one call is spent on a second try, and then one per day.
    const bool is_repeated = known.refresh_failure == FailureKind::data_fault;
    if (is_repeated && parts_.attempts.gate.has_daily_limit()) return kDay;
    return std::min<Duration>(kPauseAfterDataFault, live.ttl(function));
  }
  if (traits(failure).is_lasting) return live.negative_ttl;
  return std::min<Duration>(kPauseAfterFailure, live.ttl(function));
}

void FlightRunner::answer_those_who_wait_in_vain(const Failure& hold) {
  const RetryPlan plan = retry_plan();
  const TimePoint hold_ends = clock_.now() + hold.retry_after.value_or(Duration::zero());
  const auto waits_in_vain = [&](const Flight& flight) {
    return !is_brief(hold) || !plan.fits(hold_ends, flight.deadline);
  };
  deliver(table_->detach_waiters(waits_in_vain), unexpected<Failure>(hold));
  const QuotaState state = parts_.attempts.gate.state();
  if (state.held_until) {
    parts_.attempts.observer.hold_began(*state.held_reason, *state.held_until);
  }
}

void FlightRunner::answer_all(const Failure& failure) {
  deliver(table_->detach_waiters([](const Flight&) { return true; }), unexpected<Failure>(failure));
}

void FlightRunner::breaker_changed(std::optional<Function> function, const StateChange& change) {
  max_probes_ = change.snapshot.settings.half_open_max_calls;
  if (change.to != State::open) return dispatcher_.wake();
  const bool forced = change.snapshot.mode == Mode::forced_open;
  const auto reason = forced ? Rejected::Reason::forced_open : Rejected::Reason::open;
  const auto concerned = [function](const Flight& flight) {
    return !function || flight.query.function == *function;
  };
  deliver(table_->detach_waiters(concerned),
          unexpected<Failure>(rejection_failure({reason, change.snapshot.retry_after})));
  if (!change.snapshot.retry_after) return;
  scheduler_.at(clock_.now() + *change.snapshot.retry_after, [weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->dispatcher_.wake();
  });
}

bool FlightRunner::is_needed(const Query& query, Purpose purpose) {
  const BootTime now = parts_.clocks.boot.now();
  const auto known = parts_.cache.find(query);
  if (!(known && is_servable(*known))) return !parts_.cache.find_negative(query, now);
  if (purpose == Purpose::never_seen) return false;
  // The breaker gets its probe even if no value is due; the planner chooses one.
  if (purpose == Purpose::probe) return now >= known->refresh_not_before;
  return known->is_expired ||
         (!parts_.lifetimes.is_fresh(query, *known) && now >= known->refresh_not_before);
}

bool FlightRunner::is_expired(const Query& query) {
  const auto known = parts_.cache.find(query);
  return known && known->is_expired;
}

bool FlightRunner::is_servable(const Value& value) const {
  return live_.read().serves(parts_.clocks.boot.now() - value.fetched);
}

}  // namespace stockclient
