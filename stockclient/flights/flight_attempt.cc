// One attempt of a flight, from the permit to what becomes of its result.

#include <algorithm>
#include <utility>

#include "stockclient/flights/flight_control.h"
#include "stockclient/wire/faults.h"
#include "stockclient/wire/verdict.h"

namespace stockclient {

using circuitbreaker::Duration;
using circuitbreaker::Permit;
using circuitbreaker::TimePoint;
using circuitbreaker::Verdict;

namespace {

/// How soon a known value is refreshed again after the upstream sent unusable data for it.
constexpr Duration kPauseAfterDataFault = std::chrono::minutes(1);
constexpr Duration kDay = std::chrono::hours(24);

/// How long a failed refresh leaves a known value alone, so that one broken symbol is not asked for
/// again and again.
constexpr Duration kPauseAfterFailure = std::chrono::seconds(1);

/// What the upstream says about the symbol or about us stays true for a while; anything else may
/// be over at once.
bool is_lasting(AnswerClass answer_class) {
  switch (answer_class) {
    case AnswerClass::not_found:
    case AnswerClass::data_missing:
    case AnswerClass::data_fault:
    case AnswerClass::our_fault:
    case AnswerClass::unsupported:
      return true;
    default:
      return false;
  }
}

void end(Permit& permit, const Fault& fault) {
  switch (verdict_of(fault.answer_class, permit.is_probe())) {
    case Verdict::success:
      return permit.success();
    case Verdict::failure:
      return permit.failure(fault.detail);
    case Verdict::timeout:
      return permit.timeout(fault.detail);
    case Verdict::ignored:
      return permit.ignore();
  }
}

}  // namespace

void FlightControl::send_off(const FlightPtr& flight) {
  flight->deadline_timer = parts_.scheduler.at(
      flight->deadline, [weak = weak_from_this(), waits = std::weak_ptr(flight)] {
        const auto self = weak.lock();
        if (const FlightPtr alive = waits.lock(); self && alive) self->overdue(alive);
      });
  queue(flight);
}

void FlightControl::queue(const FlightPtr& flight) {
  if (!table_->enter(flight, Phase::queued)) return;
  const auto priority =
      flight->purpose == Purpose::never_seen ? Priority::caller : Priority::background;
  parts_.scheduler.run(priority, [weak = weak_from_this(), flight] {
    if (const auto self = weak.lock()) self->attempt(flight);
  });
}

void FlightControl::resume_at(const FlightPtr& flight, TimePoint when) {
  parts_.scheduler.at(when, [weak = weak_from_this(), flight] {
    if (const auto self = weak.lock()) self->queue(flight);
  });
}

void FlightControl::attempt(const FlightPtr& flight) {
  if (table_->land_if_deserted(flight)) {
    parts_.scheduler.cancel(flight->deadline_timer);
    return;
  }
  if (!table_->enter(flight, Phase::calling)) return;
  const Duration left = flight->deadline - clock_.now();
  if (left < shortest_attempt()) {
    // Whatever came back so soon would say more about the hurry than about the upstream.
    return land(flight, flight->last_failure.value_or(overloaded()));
  }
  auto permit = parts_.breaker.try_acquire();
  if (!permit) {
    watch_->note(permit.error());
    return land(flight, circuit_open(permit.error()));
  }
  Purpose purpose = flight->purpose;
  if (purpose != Purpose::never_seen)
    purpose = permit->is_probe() ? Purpose::probe : Purpose::refresh;
  // Who has waited for a turn goes before those who have not.
  const std::size_t ahead = std::exchange(flight->had_turn, false) ? 0 : paced_.load();
  if (const auto refusal = parts_.gate.charge(purpose, flight->client, ahead)) {
    permit->ignore();
    return wait_for_quota(flight, *refusal);
  }
  tell_what_is_left();
  call(flight, std::move(*permit), purpose);
}

void FlightControl::tell_what_is_left() {
  if (!parts_.gate.has_daily_limit()) return;
  const QuotaState state = parts_.gate.state();
  parts_.observer.day_quota_left(state.remaining.day.value_or(0));
  if (state.remaining.day == 0u && state.held_until) {
    parts_.observer.hold_began(state.held_reason, *state.held_until);
  }
}

void FlightControl::wait_for_quota(const FlightPtr& flight, const Refusal& refusal) {
  flight->last_failure = refused(refusal, clock_.now());
  // A refresh has a value to fall back on, and must not stand in the way of those who have none.
  const bool waits = flight->purpose == Purpose::never_seen && refusal.is_brief();
  if (!waits || !fits(*flight, refusal.until)) return land(flight, *flight->last_failure);
  if (!table_->enter(flight, Phase::paced)) return;
  if (refusal.why != Refusal::Why::rate) return resume_at(flight, refusal.until);
  ++paced_;
  flight->had_turn = true;
  parts_.scheduler.at(refusal.until, [weak = weak_from_this(), flight] {
    if (const auto self = weak.lock()) {
      --self->paced_;
      self->queue(flight);
    }
  });
}

void FlightControl::call(const FlightPtr& flight, Permit permit, Purpose charged_as) {
  const TimePoint started = clock_.now();
  if (++flight->attempts == 1) retry_budget_.first_attempt();
  const Scheduler::TimerId overdue_check = watch_for_overdue(started);
  AttemptResult result = parts_.upstream.fetch(
      flight->query, std::min(settings_->upstream_timeout, flight->deadline - started),
      stop_.get_token());
  const TimePoint ended = clock_.now();
  if (overdue_check != 0) parts_.scheduler.cancel(overdue_check);
  const auto known = parts_.cache.find(flight->query);
  if (result && known && servable(*known) && !may_replace(flight->query, *known, *result)) {
    result = circuitbreaker::unexpected<Fault>(
        data_fault("the upstream's data are for an older trading day than the known ones"));
  }
  if (result) {
    parts_.observer.attempt_ended(flight->query.function, AnswerClass::success, ended - started);
    if (charged_as == Purpose::probe) parts_.gate.probe_succeeded();
    return succeeded(flight, std::move(permit), std::move(*result));
  }
  Fault& fault = result.error();
  if (fault.answer_class == AnswerClass::not_found && known && servable(*known)) {
    fault.answer_class = AnswerClass::data_missing;
  }
  parts_.observer.attempt_ended(flight->query.function, fault.answer_class, ended - started);
  if (fault.oddity) {
    parts_.observer.oddity_seen(flight->query.function, *fault.oddity, fault.detail);
  }
  failed_with(flight, std::move(permit), fault);
}

Scheduler::TimerId FlightControl::watch_for_overdue(TimePoint started) {
  const circuitbreaker::Settings breaker = parts_.breaker.snapshot().settings;
  if (breaker.slow_call_rate <= 0) return 0;
  // The breaker sees calls that hang when it is asked. With every worker hanging nobody asks.
  return parts_.scheduler.at(started + breaker.slow_call_duration, [weak = weak_from_this()] {
    if (const auto self = weak.lock()) static_cast<void>(self->parts_.breaker.snapshot());
  });
}

bool FlightControl::may_replace(const Query& query, const Known& known, const Data& data) {
  // ISO dates sort as text. Data without a day compare as no older than anything.
  const std::string_view day = trading_day_of(data);
  if (day.empty() || day >= trading_day_of(known.record->data)) return true;
  if (!parts_.cache.note_older_day(query, day, clock_.now())) {
    const bool quote = query.function == Function::global_quote;
    parts_.observer.figures_unreadable(query, quote ? Figure::trading_day : Figure::date, 1);
    return false;
  }
  parts_.observer.oddity_seen(
      query.function, Oddity::older_day_accepted,
      query.argument + ": several answers agree on an older trading day than the known one");
  return true;
}

Duration FlightControl::pause_after(const Known& known, const Fault& fault,
                                    Function function) const {
  if (fault.answer_class == AnswerClass::data_fault) {
    // Of a day's few calls one is spent on asking again, and then one a day.
    const bool repeated = known.fault == StaleReason::data_fault;
    if (repeated && parts_.gate.has_daily_limit()) return kDay;
    return std::min<Duration>(kPauseAfterDataFault, settings_->ttl(function));
  }
  if (is_lasting(fault.answer_class)) return settings_->negative_ttl;
  return std::min<Duration>(kPauseAfterFailure, settings_->ttl(function));
}

void FlightControl::succeeded(const FlightPtr& flight, Permit permit, Data data) {
  const auto record = std::make_shared<const Record>(
      Record{std::move(data), parts_.clocks.wall.now(), settings_->source});
  // First the cache, then the table: who finds no flight any more finds the value. The breaker
  // before the callers: who has an answer can see in the breaker what it meant.
  parts_.cache.put(flight->query, record, clock_.now());
  const auto places = table_->land(flight);
  permit.success();
  deliver(places, record);
  parts_.scheduler.cancel(flight->deadline_timer);
  feed_probes();
}

void FlightControl::failed_with(const FlightPtr& flight, Permit permit, const Fault& fault) {
  std::optional<Refusal> held;
  std::optional<Duration> held_for;
  if (fault.hold != Hold::none) {
    held = parts_.gate.hold(fault);
    held_for = held->until - clock_.now();
  }
  flight->last_failure = failed(fault, held_for);

  const auto again = next_attempt(*flight, fault, held);
  if (again && table_->enter(flight, again->phase)) {
    end(permit, fault);
    resume_at(flight, again->when);
  } else {
    const Landing landing = remember(*flight, fault);
    const auto places = table_->land(flight);
    end(permit, fault);
    deliver(places, landing);
    parts_.scheduler.cancel(flight->deadline_timer);
  }
  if (held) hold_began(*held);
  feed_probes();
}

std::optional<FlightControl::NextAttempt> FlightControl::next_attempt(
    const Flight& flight, const Fault& fault, const std::optional<Refusal>& held) {
  // Once: a flight that is told a second time to slow down would only add to the crowd.
  if (fault.hold == Hold::second && flight.attempts < 2 && held->is_brief() &&
      fits(flight, held->until)) {
    return NextAttempt{Phase::paced, held->until};
  }
  if (flight.attempts >= most_attempts(flight, fault.retry)) return std::nullopt;
  const TimePoint when = clock_.now() + retry_.delay_after(flight.attempts);
  // The budget last: what it grants is used.
  if (!fits(flight, when) || !retry_budget_.try_retry()) return std::nullopt;
  return NextAttempt{Phase::backing_off, when};
}

std::uint32_t FlightControl::most_attempts(const Flight& flight, RetryAdvice advice) const {
  // Of a day's few calls none goes to repeating what has a value to fall back on.
  if (flight.purpose != Purpose::never_seen && parts_.gate.has_daily_limit()) return 1;
  switch (advice) {
    case RetryAdvice::never:
      break;
    case RetryAdvice::once:
      return std::min(2u, settings_->retry_attempts);
    case RetryAdvice::jittered:
      return settings_->retry_attempts;
  }
  return 1;
}

bool FlightControl::fits(const Flight& flight, TimePoint start) const {
  return start + shortest_attempt() <= flight.deadline;
}

Duration FlightControl::shortest_attempt() const {
  return std::min(settings_->upstream_timeout, settings_->max_wait) / 2;
}

Landing FlightControl::remember(const Flight& flight, const Fault& fault) {
  const TimePoint now = clock_.now();
  const Failure& failure = *flight.last_failure;
  const auto known = parts_.cache.find(flight.query);
  const bool lasting = is_lasting(fault.answer_class);
  if (known && servable(*known)) {
    // While a hold lasts nothing is sent anyway, and afterwards nothing is wrong with this value.
    if (fault.hold == Hold::none) {
      const Duration pause = pause_after(*known, fault, flight.query.function);
      parts_.cache.note_fault(flight.query, failure.reason, now + pause);
    }
    return failure;
  }
  if (!lasting) return failure;
  if (fault.answer_class == AnswerClass::not_found &&
      flight.query.function == Function::symbol_search) {
    // Nothing matches: that is an answer.
    const auto nothing = std::make_shared<const Record>(
        Record{SymbolMatches{}, parts_.clocks.wall.now(), settings_->source});
    parts_.cache.put_negative(flight.query, {nothing, now, now + settings_->negative_ttl});
    return nothing;
  }
  StockError error = failure.error;
  error.cache_result = CacheResult::negative;
  parts_.cache.put_negative(flight.query, {std::move(error), now, now + settings_->negative_ttl});
  return failure;
}

void FlightControl::hold_began(const Refusal& held) {
  const auto stranded = [&](const Flight& flight) {
    return !held.is_brief() || !fits(flight, held.until);
  };
  deliver(table_->strand(stranded), refused(held, clock_.now()));
  const QuotaState state = parts_.gate.state();
  if (state.held_until) parts_.observer.hold_began(state.held_reason, *state.held_until);
}

}  // namespace stockclient
