#include "stockclient/quota/quota_gate.h"

#include <algorithm>
#include <utility>

namespace stockclient {

using circuitbreaker::Duration;
using circuitbreaker::TimePoint;

namespace {

/// Added to each window, because the upstream counts arrivals, and calls may arrive closer together
/// than they were sent.
constexpr Duration kWindowJitter = std::chrono::milliseconds(50);

/// Maximum length of a hold imposed by a Retry-After header.
constexpr Duration kLongestHold = std::chrono::hours(24);
/// Length of the hold after the upstream has reported an exhausted daily quota, if the end of its
/// day is unknown.
constexpr Duration kUnknownReset = std::chrono::hours(1);

std::optional<RateWindow> window(std::optional<std::uint32_t> limit, Duration length) {
  if (!limit) return std::nullopt;
  return RateWindow(*limit, length + kWindowJitter);
}

Failure refuse(FailureKind kind, Duration retry_after) {
  return {.kind = kind, .retry_after = retry_after};
}

}  // namespace

QuotaGate::QuotaGate(QuotaSettings settings, Clocks clocks, SpendingLedger* ledger)
    : settings_(std::move(settings)),
      clocks_(clocks),
      ledger_(ledger),
      second_(window(settings_.plan.per_second, std::chrono::seconds(1))),
      minute_(window(settings_.plan.per_minute, std::chrono::minutes(1))),
      day_(settings_.plan.per_day, settings_.reset) {
  advance_day(clocks_.wall.now());
  if (ledger_ == nullptr) return;
  if (const auto entry = ledger_->load()) restore(*entry);
}

void QuotaGate::restore(const LedgerEntry& entry) {
  const WallTime wall_now = clocks_.wall.now();
  day_.restore(entry.spent, entry.recent.last);
  // A last call in the future is treated as if it had just been sent, because it is unknown by how
  // much the clock was set back.
  const Duration ago = std::max<Duration>(wall_now - entry.recent.last, Duration::zero());
  departed_ = clocks_.monotonic.now() - ago;
  if (second_) second_->restore(departed_, entry.recent.in_second);
  if (minute_) minute_->restore(departed_, entry.recent.in_minute);
  if (entry.hold) restore(*entry.hold, wall_now);
}

void QuotaGate::restore(const Hold& hold, WallTime wall_now) {
  // A hold that ends later than any hold can was recorded with a wrong clock.
  const bool until_reset = settings_.reset && hold.reason == FailureKind::throttled_day;
  const WallTime longest = until_reset ? day_.ends() : wall_now + kLongestHold;
  if (hold.until <= wall_now || hold.until > longest) return;
  hold_reason_ = hold.reason;
  held_until_ = clocks_.monotonic.now() + (hold.until - wall_now);
}

void QuotaGate::advance_day(WallTime wall_now) {
  day_.advance(wall_now, clocks_.boot.now());
}

std::optional<Failure> QuotaGate::check(std::size_t ahead) {
  const TimePoint now = clocks_.monotonic.now();
  const WallTime wall_now = clocks_.wall.now();
  const std::lock_guard lock(mutex_);
  return refusal(ahead, now, wall_now);
}

std::optional<Failure> QuotaGate::charge(const std::string& client) {
  {
    const std::lock_guard lock(mutex_);
    // Read under the lock, so that calls are recorded in order of time.
    const TimePoint now = clocks_.monotonic.now();
    if (auto refused = refusal(0, now, clocks_.wall.now())) return refused;
    if (second_) second_->depart(now);
    if (minute_) minute_->depart(now);
    if (!has_limits()) return std::nullopt;
    day_.charge(client_id(client));
    departed_ = now;
    ++changes_;
  }
  update_ledger();
  return std::nullopt;
}

CallBudget QuotaGate::budget() {
  const WallTime wall_now = clocks_.wall.now();
  const std::lock_guard lock(mutex_);
  advance_day(wall_now);
  CallBudget budget;
  if (const auto per_minute = settings_.plan.per_minute) {
    budget.spacing = Duration(std::chrono::minutes(1)) / *per_minute;
  }
  if (const auto per_day = settings_.plan.per_day) {
    budget.day = {.limit = *per_day,
                  .left = *day_.remaining(),
                  .begins = day_.begins(),
                  .ends = day_.ends(),
                  .returns = settings_.reset ? day_.ends() : wall_now + std::chrono::hours(24)};
  }
  return budget;
}

std::vector<ClientCalls> QuotaGate::clients() {
  const std::lock_guard lock(mutex_);
  std::vector<ClientCalls> clients;
  for (const ClientCalls& each : day_.spent().clients) {
    if (each.calls > 0) clients.push_back(each);
  }
  return clients;
}

void QuotaGate::update_ledger() {
  if (ledger_ == nullptr) return;
  const std::lock_guard writing(ledger_mutex_);
  LedgerEntry entry;
  Durability durability = Durability::process_exit;
  {
    const std::lock_guard lock(mutex_);
    // Another thread, which held `ledger_mutex_` earlier, may already have recorded this change.
    if (recorded_changes_ == changes_) return;
    recorded_changes_ = changes_;
    entry = ledger_entry();
    const bool held_for_the_day = entry.hold && entry.hold->reason == FailureKind::throttled_day;
    if (has_daily_limit() || held_for_the_day) durability = Durability::power_loss;
  }
  // Calls continue if the ledger cannot be written: quotes matter more than an exact count after a
  // restart.
  ledger_->record(entry, durability);
}

std::optional<Failure> QuotaGate::refusal(std::size_t ahead, TimePoint now, WallTime wall_now) {
  advance_day(wall_now);
  if (now < held_until_) return refuse(hold_reason_, held_until_ - now);
  const Duration wait = day_.wait();
  if (wait > Duration::zero()) return refuse(FailureKind::day_spent, wait);
  TimePoint free = now;
  if (second_) free = std::max(free, second_->turn(now, ahead));
  if (minute_) free = std::max(free, minute_->turn(now, ahead));
  if (free > now) return refuse(FailureKind::rate_limited, free - now);
  return std::nullopt;
}

Failure QuotaGate::hold(const Failure& failure) {
  Failure in_force;
  {
    const std::lock_guard lock(mutex_);
    const WallTime wall_now = clocks_.wall.now();
    advance_day(wall_now);
    const TimePoint now = clocks_.monotonic.now();
    const TimePoint until = now + length_of(failure, wall_now);
    if (until > held_until_) {
      held_until_ = until;
      hold_reason_ = failure.kind;
    }
    in_force = refuse(hold_reason_, held_until_ - now);
    ++changes_;
  }
  update_ledger();
  return in_force;
}

Duration QuotaGate::length_of(const Failure& failure, WallTime wall_now) const {
  if (failure.retry_after) return std::min<Duration>(*failure.retry_after, kLongestHold);
  switch (failure.kind) {
    case FailureKind::throttled_second:
      return settings_.holds.second;
    case FailureKind::throttled_minute:
      return settings_.holds.minute;
    case FailureKind::throttled_day:
      return settings_.reset ? Duration(day_.ends() - wall_now) : kUnknownReset;
    case FailureKind::misconfigured:
      return settings_.holds.misconfigured;
    case FailureKind::blocked:
      return settings_.holds.blocked;
    default:
      return Duration::zero();
  }
}

LedgerEntry QuotaGate::ledger_entry() const {
  const TimePoint now = clocks_.monotonic.now();
  const WallTime wall_now = clocks_.wall.now();
  LedgerEntry entry;
  entry.spent = day_.spent();
  entry.recent.last = wall_now - (now - departed_);
  if (second_) entry.recent.in_second = second_->counting(now);
  if (minute_) entry.recent.in_minute = minute_->counting(now);
  if (now < held_until_) {
    const bool until_reset = settings_.reset && hold_reason_ == FailureKind::throttled_day;
    entry.hold = Hold{hold_reason_, until_reset ? day_.ends() : wall_now + (held_until_ - now)};
  }
  return entry;
}

QuotaState QuotaGate::state() {
  const TimePoint now = clocks_.monotonic.now();
  const WallTime wall_now = clocks_.wall.now();
  const std::lock_guard lock(mutex_);
  advance_day(wall_now);
  QuotaState state;
  state.plan = settings_.plan.name;
  if (second_) state.remaining.second = second_->remaining(now);
  if (minute_) state.remaining.minute = minute_->remaining(now);
  state.remaining.day = day_.remaining();
  if (now < held_until_) {
    state.held_until = wall_now + (held_until_ - now);
    state.held_reason = hold_reason_;
  } else if (state.remaining.day == 0u) {
    state.held_until = wall_now + day_.wait();
    state.held_reason = FailureKind::day_spent;
  }
  return state;
}

}  // namespace stockclient
