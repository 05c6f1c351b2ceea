#include "stockclient/refresh/planner.h"

#include <algorithm>
#include <unordered_map>

namespace stockclient {

using circuitbreaker::Duration;
using std::chrono::hours;
using std::chrono::minutes;

namespace {

/// The largest fraction of a day's calls that is reserved for due closes.
constexpr double kReserve = 0.6;
/// While values are due, an unknown symbol with a waiting caller gets a call after this many
/// refreshes.
constexpr unsigned kRefreshesBeforeUnknown = 1;
/// The same for an unknown symbol whose caller has left or whose client guesses.
constexpr unsigned kRefreshesBeforeGuess = 19;
/// This long before the end of the day, unused shares become available to all clients.
constexpr hours kSharesEnd{2};
constexpr unsigned kProbesPerDay = 2;
constexpr minutes kBeforeOpen{1};
constexpr minutes kLongestPause{1};
constexpr minutes kTidying{1};
constexpr minutes kDayBegins{1};
constexpr std::chrono::seconds kAskResolution{1};
/// The largest fraction of a day's calls that may fail while the breaker is not closed.
constexpr double kFailedProbes = 0.2;
/// The fraction of these calls that is available at the start of the day; the rest becomes
/// available at an even rate.
constexpr double kFailedProbesAtFirst = 0.4;
/// The fraction of a day's calls that unknown symbols may use from the start of the day.
constexpr double kUnknownAtFirst = 0.75;
constexpr Duration kPauseOfUnknown = std::chrono::minutes(1);

}  // namespace

Planner::Planner(RefreshSettings settings, ExchangeWatches& watches)
    : settings_(settings), wanted_(settings, watches), unknown_(settings.max_unknown) {}

void Planner::set_lifetimes(const ShortestLifetimes& lifetimes) {
  wanted_.set_lifetimes(lifetimes);
  idle_until_ = {};
}

void Planner::restore(ClientId client, double calls, WallTime day_begins) {
  shares_.restore(client, calls, day_begins);
}

void Planner::advance(WallTime now) {
  now_ = std::max(now_, now);
  wanted_.advance(now_);
  if (now_ - tidied_ < kTidying) return;
  tidied_ = now_;
  unknown_.drop_forgotten(now_);
}

Interest Planner::asked(const Query& query, ClientId client, WallTime now) {
  // Requests are frequent and their exact times do not matter, so time advances in coarse steps.
  if (now - now_ >= kAskResolution) advance(now);
  shares_.seen(client, now_);
  const WantedSymbol* const wanted = wanted_.find(query);
  if (wanted == nullptr) return Interest::unknown;
  const bool was_queued = wanted_.is_wanted(*wanted) && wanted_.due_at(*wanted) <= now_;
  wanted_.ask(query, client);
  if (was_queued || wanted->calling || wanted_.due_at(*wanted) > now_) return Interest::unchanged;
  idle_until_ = {};
  return Interest::became_due;
}

bool Planner::wait_for(const Query& query, ClientId client, WallTime now) {
  advance(now);
  shares_.seen(client, now_);
  wanted_.erase(query);
  idle_until_ = {};
  return unknown_.ask(query, client, now_);
}

bool Planner::may_refresh(const Query& query, WallTime now, const CallBudget& budget) {
  advance(now);
  const WantedSymbol* const wanted = wanted_.find(query);
  if (wanted == nullptr || wanted->urgent || wanted->calling) return true;
  if (!wanted_.may_look(*wanted)) return false;
  return wanted->exchange == nullptr || !budget.day || may_refresh(*wanted->exchange, *budget.day);
}

void Planner::stop_waiting(const Query& query, WallTime now) {
  advance(now);
  unknown_.stop_waiting(query);
  const UnknownSymbol* const entry = unknown_.find(query);
  if (entry == nullptr || entry->waiting > 0 || entry->calling) return;
  if (shares_.is_guessing(entry->client)) unknown_.erase(query);
}

void Planner::watch(const Query& query, WallTime now) {
  advance(now);
  idle_until_ = {};
  watched_.insert(query);
  if (WantedSymbol* const wanted = wanted_.find(query)) {
    wanted->watched = true;
  } else {
    unknown_.keep(query, now_);
  }
}

void Planner::refresh_now(const Query& query, WallTime now) {
  advance(now);
  idle_until_ = {};
  if (WantedSymbol* const wanted = wanted_.find(query)) wanted->urgent = true;
}

void Planner::forget(const Query& query) {
  wanted_.erase(query);
  unknown_.erase(query);
}

std::optional<PlannedCall> Planner::next(WallTime now, const CallBudget& budget) {
  advance(now);
  begin_day(budget.day);
  if (probing_ != budget.probing || rejected_ != budget.rejected) idle_until_ = {};
  probing_ = budget.probing;
  rejected_ = budget.rejected;
  // Skips the search if no call could be made now.
  if (now_ < idle_until_ || (now_ < next_refresh_ && unknown_.size() == 0)) return std::nullopt;
  auto call = choose(budget);
  // With a daily quota there is no idle time, because a call can become available at any moment.
  if (!call && !budget.day) idle_until_ = next_event(now_);
  return call;
}

std::optional<PlannedCall> Planner::choose(const CallBudget& budget) {
  if (budget.probing.any() && budget.day && !may_probe(*budget.day)) return std::nullopt;
  WantedSymbol* const refresh = due(budget);
  if (refresh != nullptr && refresh->urgent) {
    return call_for(*refresh, CallReason::refresh);
  }
  if (const auto waiting = unknown(budget, refresh != nullptr)) {
    keep_distance(budget.spacing);
    return call_for(*waiting);
  }
  if (refresh != nullptr) {
    if (now_ < next_refresh_) return std::nullopt;
    keep_distance(budget.spacing);
    return call_for(*refresh, CallReason::refresh);
  }
  if (WantedSymbol* const fresh = probe(budget)) {
    return call_for(*fresh, CallReason::probe);
  }
  return std::nullopt;
}

double Planner::elapsed(const DayCalls& day) const {
  const auto length = static_cast<double>((day.ends - day.begins).count());
  return std::clamp(static_cast<double>((now_ - day.begins).count()) / length, 0.0, 1.0);
}

std::optional<WallTime> Planner::released_at(const DayCalls& day) const {
  const double spent = static_cast<double>(calls_today_) / day.limit;
  const double part = (spent - kUnknownAtFirst) / (1 - kUnknownAtFirst);
  if (part < elapsed(day) || part <= 0) return std::nullopt;
  const auto length = static_cast<double>((day.ends - day.begins).count());
  return day.begins + Duration(static_cast<Duration::rep>(part * length));
}

bool Planner::may_probe(const DayCalls& day) const {
  const double released = kFailedProbes * day.limit *
                          (kFailedProbesAtFirst + (1 - kFailedProbesAtFirst) * elapsed(day));
  return failed_probes_today_ + 1 <= std::max(released, 1.0);
}

void Planner::begin_day(const std::optional<DayCalls>& day) {
  // A day may begin with its first call, which is sent slightly after the planner has chosen it.
  // The start of such a day shifts by that delay, which must not count as a new day.
  if (!day || day->begins - day_begins_ < kDayBegins) return;
  day_begins_ = day->begins;
  probes_today_ = 0;
  failed_probes_today_ = 0;
  calls_today_ = 0;
  shares_.begin_day(day->begins);
}

WantedSymbol* Planner::due(const CallBudget& budget) {
  if (!budget.day) {
    return wanted_.most_valuable_due(
        [](const WantedSymbol&) { return 0.0; },
        [&](const WantedSymbol& wanted) { return !budget.rejects(wanted.query.function); });
  }
  const bool competing = shares_.competing(now_) > 1;
  const auto least_served = [&](const WantedSymbol& wanted) {
    if (!competing || wanted.clients.empty()) return 0.0;
    double least = shares_.used(wanted.clients.front());
    for (const ClientId client : wanted.clients) least = std::min(least, shares_.used(client));
    return least;
  };
  const DayCalls& day = *budget.day;
  const bool evenly_spent = calls_today_ >= 1 + day.limit * elapsed(day);
  // All symbols of an exchange get the same answer, and computing it takes a pass over all symbols.
  std::unordered_map<const ExchangeWatch*, bool> answers;
  return wanted_.most_valuable_due(least_served, [&](const WantedSymbol& wanted) {
    if (budget.rejects(wanted.query.function)) return false;
    if (wanted.exchange == nullptr) return !evenly_spent;
    const auto [answer, is_new] = answers.try_emplace(wanted.exchange, false);
    if (is_new) answer->second = may_refresh(*wanted.exchange, *budget.day);
    return answer->second;
  });
}

bool Planner::may_refresh(const ExchangeWatch& exchange, const DayCalls& day) const {
  const FreshnessRules rules = exchange.rules();
  const Session session = rules.calendar->last_opened(now_);
  const WallTime final = final_time(rules, session);
  if (now_ >= final || final >= day.returns) return true;
  // The session closes before this quota day ends, and every symbol needs a call after the close.
  const double left = day.left;
  const double closes = std::min<double>(
      static_cast<double>(
          wanted_.count([&](const WantedSymbol& each) { return each.exchange == &exchange; })),
      rules.updates == QuoteUpdates::end_of_day ? day.limit : kReserve * day.limit);
  if (rules.updates == QuoteUpdates::end_of_day) return left > closes;
  const double length = static_cast<double>((session.closes - session.opens).count());
  const double ahead = static_cast<double>(std::max(session.closes - now_, Duration(0)).count());
  return left > closes + (day.limit - closes) * ahead / length;
}

std::size_t Planner::unmet_claims(const DayCalls& day) const {
  return wanted_.count([&](const WantedSymbol& each) {
    return each.called_last < day.begins && !each.calling && wanted_.due_at(each) < day.ends;
  });
}

std::size_t Planner::reserve(const DayCalls& day) const {
  return std::min(unmet_claims(day), static_cast<std::size_t>(kReserve * day.limit));
}

std::optional<Failure> Planner::refusal(ClientId client, WallTime now, const CallBudget& budget) {
  if (!budget.day) return std::nullopt;
  advance(now);
  begin_day(budget.day);
  const DayCalls& day = *budget.day;
  const auto refuse_until = [&](FailureKind kind, WallTime until) {
    return Failure{.kind = kind, .retry_after = std::max<Duration>(until - now_, kLongestPause)};
  };
  const std::size_t kept = reserve(day);
  if (day.left <= kept) return refuse_until(FailureKind::day_spent, day.ends);
  if (const auto release = released_at(day)) {
    return refuse_until(FailureKind::day_spent, *release);
  }
  const SharedCalls pool{static_cast<double>(day.limit), static_cast<double>(day.left - kept),
                         day.ends - kSharesEnd};
  if (shares_.may_use(client, pool, now_)) return std::nullopt;
  return refuse_until(FailureKind::client_share_spent, pool.free_from);
}

std::optional<UnknownTurn> Planner::unknown(const CallBudget& budget, bool values_are_due) {
  if (unknown_.size() == 0) return std::nullopt;
  std::size_t claims = 0;
  SharedCalls pool;
  if (budget.day) {
    const DayCalls& day = *budget.day;
    claims = unmet_claims(day);
    const std::size_t kept = reserve(day);
    if (day.left <= kept || released_at(day)) return std::nullopt;
    pool = {static_cast<double>(day.limit), static_cast<double>(day.left - kept),
            day.ends - kSharesEnd};
  }
  const auto may_use = [&](const Query& query, ClientId client) {
    return !budget.rejects(query.function) && (!budget.day || shares_.may_use(client, pool, now_));
  };
  auto next = unknown_.next(shares_, now_, may_use);
  if (!next) return std::nullopt;
  if (budget.day && !next->preferred && budget.day->left <= claims) return std::nullopt;
  // With a daily quota, the reserve already covers the due values.
  const bool rationed = values_are_due && !(budget.day && next->preferred);
  if (rationed &&
      refreshes_in_a_row_ < (next->preferred ? kRefreshesBeforeUnknown : kRefreshesBeforeGuess)) {
    return std::nullopt;
  }
  return next;
}

WantedSymbol* Planner::probe(const CallBudget& budget) {
  if (budget.probing.none()) return nullptr;
  WantedSymbol* const wanted = wanted_.most_asked(
      [&](const WantedSymbol& each) { return budget.probes(each.query.function); });
  if (wanted == nullptr || !budget.day) return wanted;
  if (probes_today_ < kProbesPerDay) {
    ++probes_today_;
    return wanted;
  }
  if (wanted->exchange == nullptr) return nullptr;
  const ExchangeCalendar& calendar = wanted->exchange->calendar();
  const WallTime open = calendar.next_after(calendar.last_opened(now_).day).opens;
  if (open - now_ > kBeforeOpen || probed_open_ == open) return nullptr;
  probed_open_ = open;
  return wanted;
}

PlannedCall Planner::call_for(const UnknownTurn& unknown) {
  unknown_.find(unknown.query)->calling = true;
  shares_.charge(unknown.client, 1);
  refreshes_in_a_row_ = 0;
  ++calls_today_;
  return {unknown.query, CallReason::unknown, unknown.client};
}

PlannedCall Planner::call_for(WantedSymbol& wanted, CallReason reason) {
  wanted_.called(wanted);
  for (const ClientId client : wanted.clients) {
    shares_.charge(client, 1.0 / static_cast<double>(wanted.clients.size()));
  }
  ++refreshes_in_a_row_;
  ++calls_today_;
  return {wanted.query, reason, kNobody};
}

void Planner::keep_distance(Duration spacing) {
  // If a refresh was slightly late, the following ones are not delayed.
  next_refresh_ = std::max<WallTime>(next_refresh_, now_ - 2 * spacing) + spacing;
}

WallTime Planner::next_event(WallTime now) {
  advance(now);
  WallTime next = now_ + kLongestPause;
  const auto consider = [&](std::optional<WallTime> time) {
    if (time && *time > now_) next = std::min(next, *time);
  };
  consider(next_refresh_);
  consider(wanted_.next_due());
  consider(unknown_.next_retry(now_));
  return next;
}

bool Planner::fetched(const Query& query, const ValueTimes& value, WallTime now) {
  advance(now);
  ClientId client = kNobody;
  if (const UnknownSymbol* const entry = unknown_.find(query)) {
    client = entry->client;
    shares_.found(client, true);
    unknown_.erase(query);
  }
  const bool is_new = wanted_.find(query) == nullptr;
  const bool surprise = wanted_.store(query, value, client);
  if (is_new) {
    WantedSymbol& wanted = *wanted_.find(query);
    wanted.called_last = now_;
    wanted.watched = watched_.contains(query);
  }
  idle_until_ = {};
  return surprise;
}

void Planner::not_found(const Query& query, WallTime now) {
  advance(now);
  if (const UnknownSymbol* const entry = unknown_.find(query)) {
    shares_.found(entry->client, false);
    unknown_.erase(query);
  }
  if (!watched_.contains(query)) return;
  unknown_.keep(query, now_);
  unknown_.find(query)->not_before = now_ + hours(24);
}

void Planner::failed(const Query& query, Duration pause, WallTime now) {
  advance(now);
  idle_until_ = {};
  if (probing_[index_of(query.function)]) ++failed_probes_today_;
  if (WantedSymbol* const wanted = wanted_.find(query)) wanted_.failed(*wanted, pause);
  if (UnknownSymbol* const entry = unknown_.find(query)) {
    // The failure has already been reported to its callers.
    entry->waiting = 0;
    entry->calling = false;
    entry->not_before = now_ + kPauseOfUnknown;
  }
}

void Planner::not_made(const Query& query, WallTime now) {
  advance(now);
  idle_until_ = {};
  WantedSymbol* const wanted = wanted_.find(query);
  if (wanted != nullptr && wanted->calling) {
    wanted_.not_made(*wanted);
    if (calls_today_ > 0) --calls_today_;
  }
  UnknownSymbol* const entry = unknown_.find(query);
  if (entry == nullptr || !entry->calling) return;
  entry->calling = false;
  if (calls_today_ > 0) --calls_today_;
  shares_.charge(entry->client, -1);
}

std::size_t Planner::queued(WallTime now) {
  advance(now);
  return unknown_.size() + wanted_.count([&](const WantedSymbol& each) {
    return !each.calling && wanted_.due_at(each) <= now_;
  });
}

}  // namespace stockclient
