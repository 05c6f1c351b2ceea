#include "stockclient/quota/quota_gate.h"

#include <algorithm>
#include <utility>

namespace stockclient {

using circuitbreaker::Duration;
using circuitbreaker::TimePoint;

namespace {

/// Calls leave in order but may arrive closer together than they left; the upstream counts
/// arrivals.
constexpr Duration kJitter = std::chrono::milliseconds(50);

/// The longest that an upstream can silence us by a header, and the furthest that a clock may be
/// set back and count as the same day.
constexpr Duration kLongestAsked = std::chrono::hours(24);
constexpr Duration kCorrection = std::chrono::hours(24);

std::string_view reason_of(Hold hold) {
  switch (hold) {
    case Hold::none:
      return "";
    case Hold::second:
      return "throttled_second";
    case Hold::minute:
      return "throttled_minute";
    case Hold::day:
      return "throttled_day";
    case Hold::misconfigured:
      return "misconfigured";
    case Hold::blocked:
      return "blocked";
  }
  return "";
}

std::optional<CallWindow> window(std::optional<std::uint32_t> limit, Duration length) {
  if (!limit) return std::nullopt;
  return CallWindow(*limit, length + kJitter);
}

}  // namespace

QuotaGate::QuotaGate(QuotaSettings settings, Clocks clocks, SpendingLedger* ledger)
    : settings_(std::move(settings)),
      clocks_(clocks),
      ledger_(ledger),
      second_(window(settings_.plan.per_second, std::chrono::seconds(1))),
      minute_(window(settings_.plan.per_minute, std::chrono::minutes(1))) {
  if (settings_.plan.per_day) day_.emplace(*settings_.plan.per_day, settings_.shares);
  begin_day_if_due(clocks_.wall.now());
  if (ledger_ == nullptr) return;
  if (const auto entry = ledger_->load()) restore(*entry);
}

void QuotaGate::restore(const LedgerEntry& entry) {
  const WallTime wall_now = clocks_.wall.now();
  // As in `begin_day_if_due`: a clock set back a little is no reason to begin a day again, and one
  // that was wrong by days is not believed any more.
  const WallTime newest = std::max(entry.spent.day_start, entry.recent.last);
  if (newest <= wall_now + kCorrection) {
    if (entry.spent.day_start > wall_now) begin_day_of(entry.spent.day_start);
    // The last call also tells of today when the hour of the reset is another one now.
    if (day_ && newest >= day_start_) {
      DaySpending today = entry.spent;
      today.day_start = day_start_;
      day_->begin(today);
    }
  }
  // In the future: the clock has been set back, by who knows how much.
  const Duration ago = std::max<Duration>(wall_now - entry.recent.last, Duration::zero());
  departed_ = clocks_.monotonic.now() - ago;
  if (second_) second_->restore(departed_, entry.recent.in_second);
  if (minute_) minute_->restore(departed_, entry.recent.in_minute);
  if (entry.pause) restore(*entry.pause, wall_now);
}

void QuotaGate::restore(const Pause& pause, WallTime wall_now) {
  // Longer than any pause: the calendar was wrong then or is wrong now.
  const WallTime longest = pause.why == Hold::day ? day_end_ : wall_now + kLongestAsked;
  if (pause.until <= wall_now || pause.until > longest) return;
  hold_ = pause.why;
  held_until_ = clocks_.monotonic.now() + (pause.until - wall_now);
}

void QuotaGate::begin_day_if_due(WallTime wall_now) {
  // A clock that is set back a little does not give a day's quota again; one that was wrong by
  // days is believed once it is set right.
  if (wall_now < day_end_ && wall_now >= day_start_ - kCorrection) return;
  begin_day_of(wall_now);
}

void QuotaGate::begin_day_of(WallTime time) {
  day_start_ = settings_.reset.last(time);
  day_end_ = settings_.reset.next(time);
  if (day_) day_->begin({.day_start = day_start_});
}

std::optional<Refusal> QuotaGate::check(Purpose purpose, const std::string& client,
                                        std::size_t ahead) {
  const TimePoint now = clocks_.monotonic.now();
  const WallTime wall_now = clocks_.wall.now();
  const std::lock_guard lock(mutex_);
  return refusal(purpose, client, ahead, now, wall_now);
}

std::optional<Refusal> QuotaGate::charge(Purpose purpose, const std::string& client,
                                         std::size_t ahead) {
  {
    const std::lock_guard lock(mutex_);
    // Read under the lock, so that departures stay in order.
    const TimePoint now = clocks_.monotonic.now();
    if (auto refused = refusal(purpose, client, ahead, now, clocks_.wall.now())) return refused;
    if (second_) second_->depart(now);
    if (minute_) minute_->depart(now);
    if (day_) day_->charge(purpose, client);
    if (!second_ && !minute_ && !day_) return std::nullopt;
    departed_ = now;
    ++changes_;
  }
  keep();
  return std::nullopt;
}

void QuotaGate::keep() {
  if (ledger_ == nullptr) return;
  const std::lock_guard turn(ledger_turn_);
  LedgerEntry entry;
  Survives what = Survives::process;
  {
    const std::lock_guard lock(mutex_);
    // Whoever had the turn before may have written this as well.
    if (kept_ == changes_) return;
    kept_ = changes_;
    entry = ledger_entry();
    if (day_ || (entry.pause && entry.pause->why == Hold::day)) what = Survives::power_cut;
  }
  // A ledger that cannot write stops nobody: quotes matter more than a count after a restart.
  ledger_->record(entry, what);
}

void QuotaGate::probe_succeeded() {
  const std::lock_guard lock(mutex_);
  if (day_) day_->probe_succeeded();
}

std::optional<Refusal> QuotaGate::refusal(Purpose purpose, const std::string& client,
                                          std::size_t ahead, TimePoint now, WallTime wall_now) {
  begin_day_if_due(wall_now);
  if (now < held_until_) return Refusal{Refusal::Why::hold, hold_, held_until_};
  if (auto refused = day_refusal(purpose, client, now, wall_now)) return refused;
  TimePoint free = now;
  if (second_) free = std::max(free, second_->free_at(ahead));
  if (minute_) free = std::max(free, minute_->free_at(ahead));
  if (free > now) return Refusal{Refusal::Why::rate, Hold::none, free};
  return std::nullopt;
}

std::optional<Refusal> QuotaGate::day_refusal(Purpose purpose, const std::string& client,
                                              TimePoint now, WallTime wall_now) const {
  if (!day_) return std::nullopt;
  const auto length = static_cast<double>((day_end_ - day_start_).count());
  const double elapsed =
      std::clamp(static_cast<double>((wall_now - day_start_).count()) / length, 0.0, 1.0);
  const auto refused_until = [&](Refusal::Why why, double at) {
    const WallTime until = day_start_ + Duration(static_cast<Duration::rep>(at * length));
    return Refusal{why, Hold::none, now + std::max(until - wall_now, Duration(1))};
  };
  const auto at = day_->refusal(purpose, elapsed);
  // Of a day that is spent nobody has had too much: there is nothing left for anybody.
  if (purpose == Purpose::never_seen && day_->remaining() > 0) {
    if (const auto own = day_->client_refusal(client, elapsed)) {
      return refused_until(Refusal::Why::client_share, std::max(*own, at.value_or(0)));
    }
  }
  if (at) return refused_until(Refusal::Why::day, *at);
  return std::nullopt;
}

Refusal QuotaGate::hold(const Fault& fault) {
  Refusal refusal;
  {
    const std::lock_guard lock(mutex_);
    const WallTime wall_now = clocks_.wall.now();
    begin_day_if_due(wall_now);
    const TimePoint until = clocks_.monotonic.now() + length_of(fault, wall_now);
    if (until > held_until_) {
      held_until_ = until;
      hold_ = fault.hold;
    }
    refusal = {Refusal::Why::hold, hold_, held_until_};
    ++changes_;
  }
  keep();
  return refusal;
}

Duration QuotaGate::length_of(const Fault& fault, WallTime wall_now) const {
  if (fault.hold_for) return std::min<Duration>(*fault.hold_for, kLongestAsked);
  switch (fault.hold) {
    case Hold::none:
      return Duration::zero();
    case Hold::second:
      return settings_.holds.second;
    case Hold::minute:
      return settings_.holds.minute;
    case Hold::day:
      return day_end_ - wall_now;
    case Hold::misconfigured:
      return settings_.holds.misconfigured;
    case Hold::blocked:
      return settings_.holds.blocked;
  }
  return Duration::zero();
}

LedgerEntry QuotaGate::ledger_entry() const {
  const TimePoint now = clocks_.monotonic.now();
  const WallTime wall_now = clocks_.wall.now();
  LedgerEntry entry;
  entry.spent = day_ ? day_->spent() : DaySpending{.day_start = day_start_};
  entry.recent.last = wall_now - (now - departed_);
  if (second_) entry.recent.in_second = second_->counting(now);
  if (minute_) entry.recent.in_minute = minute_->counting(now);
  if (now < held_until_) {
    const WallTime until = hold_ == Hold::day ? day_end_ : wall_now + (held_until_ - now);
    entry.pause = Pause{hold_, until};
  }
  return entry;
}

QuotaState QuotaGate::state() {
  const TimePoint now = clocks_.monotonic.now();
  const WallTime wall_now = clocks_.wall.now();
  const std::lock_guard lock(mutex_);
  begin_day_if_due(wall_now);
  QuotaState state;
  state.plan = settings_.plan.name;
  if (second_) state.remaining.second = second_->remaining(now);
  if (minute_) state.remaining.minute = minute_->remaining(now);
  if (day_) state.remaining.day = day_->remaining();
  if (now < held_until_) {
    state.held_until = wall_now + (held_until_ - now);
    state.held_reason = reason_of(hold_);
  } else if (state.remaining.day == 0u) {
    state.held_until = day_end_;
    state.held_reason = "day_spent";
  }
  return state;
}

}  // namespace stockclient
