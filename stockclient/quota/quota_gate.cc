#include "stockclient/quota/quota_gate.h"

#include <algorithm>
#include <utility>

namespace stockclient {

using circuitbreaker::Duration;
using circuitbreaker::TimePoint;

namespace {

/// Added to each window: calls may arrive closer together than they were sent, and the upstream
/// counts arrivals.
constexpr Duration kJitter = std::chrono::milliseconds(50);

/// The longest hold that a Retry-After header can impose.
constexpr Duration kLongestHold = std::chrono::hours(24);
/// A clock that is set back by less than this is taken to be corrected rather than wrong, and the
/// current day continues.
constexpr Duration kCorrection = std::chrono::hours(24);

std::optional<RateWindow> window(std::optional<std::uint32_t> limit, Duration length) {
  if (!limit) return std::nullopt;
  return RateWindow(*limit, length + kJitter);
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
      minute_(window(settings_.plan.per_minute, std::chrono::minutes(1))) {
  if (settings_.plan.per_day) day_.emplace(*settings_.plan.per_day, settings_.shares);
  begin_day_if_due(clocks_.wall.now());
  if (ledger_ == nullptr) return;
  if (const auto entry = ledger_->load()) restore(*entry);
}

void QuotaGate::restore(const LedgerEntry& entry) {
  const WallTime wall_now = clocks_.wall.now();
  // As in `begin_day_if_due`: an entry from the near future means that the clock was set back, and
  // the day continues; one from the far future was recorded with a wrong clock and is ignored.
  const WallTime newest = std::max(entry.spent.day_start, entry.recent.last);
  if (newest <= wall_now + kCorrection) {
    if (entry.spent.day_start > wall_now) begin_day_of(entry.spent.day_start);
    // If the hour of the reset has been changed, the last call can be from today although the
    // recorded day began before today.
    if (day_ && newest >= day_start_) {
      DaySpending today = entry.spent;
      today.day_start = day_start_;
      day_->begin(today);
    }
  }
  // A last call in the future is treated as one that has just been sent, because it is unknown how
  // far the clock was set back.
  const Duration ago = std::max<Duration>(wall_now - entry.recent.last, Duration::zero());
  departed_ = clocks_.monotonic.now() - ago;
  if (second_) second_->restore(departed_, entry.recent.in_second);
  if (minute_) minute_->restore(departed_, entry.recent.in_minute);
  if (entry.hold) restore(*entry.hold, wall_now);
}

void QuotaGate::restore(const Hold& hold, WallTime wall_now) {
  // A hold that ends later than is possible was recorded with a wrong clock.
  const WallTime longest =
      hold.reason == FailureKind::throttled_day ? day_end_ : wall_now + kLongestHold;
  if (hold.until <= wall_now || hold.until > longest) return;
  hold_reason_ = hold.reason;
  held_until_ = clocks_.monotonic.now() + (hold.until - wall_now);
}

void QuotaGate::begin_day_if_due(WallTime wall_now) {
  // A clock that is set back slightly does not start another day's quota; a clock that was days
  // ahead is believed once it has been corrected.
  if (wall_now < day_end_ && wall_now >= day_start_ - kCorrection) return;
  begin_day_of(wall_now);
}

void QuotaGate::begin_day_of(WallTime time) {
  day_start_ = settings_.reset.last(time);
  day_end_ = settings_.reset.next(time);
  if (day_) day_->begin({.day_start = day_start_});
}

std::optional<Failure> QuotaGate::check(Purpose purpose, const std::string& client,
                                        std::size_t ahead) {
  const TimePoint now = clocks_.monotonic.now();
  const WallTime wall_now = clocks_.wall.now();
  const std::lock_guard lock(mutex_);
  return refusal(purpose, client, ahead, now, wall_now);
}

std::optional<Failure> QuotaGate::charge(Purpose purpose, const std::string& client,
                                         std::size_t ahead) {
  {
    const std::lock_guard lock(mutex_);
    // Read under the lock, so that calls are recorded in order of time.
    const TimePoint now = clocks_.monotonic.now();
    if (auto refused = refusal(purpose, client, ahead, now, clocks_.wall.now())) return refused;
    if (second_) second_->depart(now);
    if (minute_) minute_->depart(now);
    if (day_) day_->charge(purpose, client);
    if (!second_ && !minute_ && !day_) return std::nullopt;
    departed_ = now;
    ++changes_;
  }
  update_ledger();
  return std::nullopt;
}

void QuotaGate::update_ledger() {
  if (ledger_ == nullptr) return;
  const std::lock_guard writing(ledger_mutex_);
  LedgerEntry entry;
  Durability durability = Durability::process_exit;
  {
    const std::lock_guard lock(mutex_);
    // Another thread that held `ledger_mutex_` earlier may have recorded this change as well.
    if (recorded_changes_ == changes_) return;
    recorded_changes_ = changes_;
    entry = ledger_entry();
    const bool held_for_the_day = entry.hold && entry.hold->reason == FailureKind::throttled_day;
    if (day_ || held_for_the_day) durability = Durability::power_loss;
  }
  // A ledger that cannot be written stops nothing: quotes matter more than an exact count after a
  // restart.
  ledger_->record(entry, durability);
}

void QuotaGate::probe_succeeded() {
  const std::lock_guard lock(mutex_);
  if (day_) day_->probe_succeeded();
}

std::optional<Failure> QuotaGate::refusal(Purpose purpose, const std::string& client,
                                          std::size_t ahead, TimePoint now, WallTime wall_now) {
  begin_day_if_due(wall_now);
  if (now < held_until_) return refuse(hold_reason_, held_until_ - now);
  if (auto refused = day_refusal(purpose, client, wall_now)) return refused;
  TimePoint free = now;
  if (second_) free = std::max(free, second_->free_at(ahead));
  if (minute_) free = std::max(free, minute_->free_at(ahead));
  if (free > now) return refuse(FailureKind::rate_limited, free - now);
  return std::nullopt;
}

std::optional<Failure> QuotaGate::day_refusal(Purpose purpose, const std::string& client,
                                              WallTime wall_now) const {
  if (!day_) return std::nullopt;
  const auto length = static_cast<double>((day_end_ - day_start_).count());
  const double elapsed =
      std::clamp(static_cast<double>((wall_now - day_start_).count()) / length, 0.0, 1.0);
  const auto refuse_until = [&](FailureKind kind, double part_of_day) {
    const WallTime until = day_start_ + Duration(static_cast<Duration::rep>(part_of_day * length));
    return refuse(kind, std::max(until - wall_now, Duration(1)));
  };
  const auto until = day_->refusal(purpose, elapsed);
  // The client's share matters only while calls are left at all.
  if (purpose == Purpose::never_seen && day_->remaining() > 0) {
    if (const auto own = day_->client_refusal(client, elapsed)) {
      return refuse_until(FailureKind::client_share_spent, std::max(*own, until.value_or(0)));
    }
  }
  if (until) return refuse_until(FailureKind::day_spent, *until);
  return std::nullopt;
}

Failure QuotaGate::hold(const Failure& failure) {
  Failure in_force;
  {
    const std::lock_guard lock(mutex_);
    const WallTime wall_now = clocks_.wall.now();
    begin_day_if_due(wall_now);
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
      return day_end_ - wall_now;
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
  entry.spent = day_ ? day_->spent() : DaySpending{.day_start = day_start_};
  entry.recent.last = wall_now - (now - departed_);
  if (second_) entry.recent.in_second = second_->counting(now);
  if (minute_) entry.recent.in_minute = minute_->counting(now);
  if (now < held_until_) {
    const bool for_the_day = hold_reason_ == FailureKind::throttled_day;
    entry.hold = Hold{hold_reason_, for_the_day ? day_end_ : wall_now + (held_until_ - now)};
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
    state.held_reason = hold_reason_;
  } else if (state.remaining.day == 0u) {
    state.held_until = day_end_;
    state.held_reason = FailureKind::day_spent;
  }
  return state;
}

}  // namespace stockclient
