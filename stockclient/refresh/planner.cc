#include "stockclient/refresh/planner.h"

#include <algorithm>
#include <unordered_map>

namespace stockclient {

using circuitbreaker::Duration;
using std::chrono::hours;
using std::chrono::minutes;

namespace {

/// The largest part of a day's calls that is kept for due closes.
constexpr double kReserve = 0.6;
/// While values are due: the refreshes after which an unknown symbol gets a call.
constexpr unsigned kRefreshesBeforeUnknown = 1;
constexpr unsigned kRefreshesBeforeGuess = 19;
/// Before the end of the day, unused shares are free to all.
constexpr hours kSharesEnd{2};
constexpr unsigned kProbesPerDay = 2;
constexpr minutes kBeforeOpen{1};
constexpr minutes kLongestPause{1};
constexpr minutes kTidying{1};
constexpr Duration kPauseOfUnknown = std::chrono::minutes(1);

}  // namespace

Planner::Planner(RefreshSettings settings, const ExchangeCalendars* calendars)
    : settings_(settings), wanted_(settings, calendars), unknown_(settings.max_unknown) {}

void Planner::advance(WallTime now) {
  now_ = std::max(now_, now);
  wanted_.advance(now_);
  if (now_ - tidied_ < kTidying) return;
  tidied_ = now_;
  unknown_.drop_forgotten(now_);
}

bool Planner::asked(const std::string& symbol, ClientId client, WallTime now) {
  advance(now);
  shares_.seen(client, now_);
  if (wanted_.ask(symbol, client)) return true;
  unknown_.ask(symbol, client, now_);
  return false;
}

void Planner::stop_waiting(const std::string& symbol, WallTime now) {
  advance(now);
  unknown_.stop_waiting(symbol);
  const UnknownSymbol* const entry = unknown_.find(symbol);
  if (entry == nullptr || entry->waiting > 0 || entry->calling) return;
  if (shares_.is_guessing(entry->client)) unknown_.erase(symbol);
}

void Planner::watch(const std::string& symbol, WallTime now) {
  advance(now);
  watched_.insert(symbol);
  if (WantedSymbol* const wanted = wanted_.find(symbol)) {
    wanted->watched = true;
  } else {
    unknown_.keep(symbol, now_);
  }
}

void Planner::refresh_now(const std::string& symbol, WallTime now) {
  advance(now);
  if (WantedSymbol* const wanted = wanted_.find(symbol)) {
    wanted->urgent = true;
  } else {
    unknown_.ask(symbol, kNobody, now_);
  }
}

void Planner::forget(const std::string& symbol) {
  wanted_.erase(symbol);
  unknown_.erase(symbol);
}

std::optional<PlannedCall> Planner::next(WallTime now, const CallBudget& budget) {
  advance(now);
  begin_day(budget.day);
  // Spares the search for what could not leave anyway.
  if (now_ < next_refresh_ && unknown_.size() == 0) return std::nullopt;
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

void Planner::begin_day(const std::optional<DayCalls>& day) {
  if (!day || day->begins <= day_begins_) return;
  day_begins_ = day->begins;
  probes_today_ = 0;
  shares_.begin_day(day->begins);
}

WantedSymbol* Planner::due(const CallBudget& budget) {
  if (!budget.day) {
    return wanted_.most_valuable_due([](const WantedSymbol&) { return 0.0; },
                                     [](const WantedSymbol&) { return true; });
  }
  const bool competing = shares_.competing(now_) > 1;
  const auto least_served = [&](const WantedSymbol& wanted) {
    if (!competing || wanted.clients.empty()) return 0.0;
    double least = shares_.used(wanted.clients.front());
    for (const ClientId client : wanted.clients) least = std::min(least, shares_.used(client));
    return least;
  };
  // The answer is the same for all symbols of an exchange, and costs a pass over all symbols.
  std::unordered_map<const ExchangeWatch*, bool> answers;
  return wanted_.most_valuable_due(least_served, [&](const WantedSymbol& wanted) {
    if (wanted.exchange == nullptr) return true;
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
  // The session's close is still to come in this day. It needs a call for every symbol.
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

std::optional<UnknownTurn> Planner::unknown(const CallBudget& budget, bool values_are_due) {
  if (unknown_.size() == 0) return std::nullopt;
  std::size_t claims = 0;
  std::size_t reserve = 0;
  SharedCalls pool;
  if (budget.day) {
    const DayCalls& day = *budget.day;
    claims = unmet_claims(day);
    reserve = std::min(claims, static_cast<std::size_t>(kReserve * day.limit));
    if (day.left <= reserve) return std::nullopt;
    pool = {static_cast<double>(day.limit), static_cast<double>(day.left - reserve),
            day.ends - kSharesEnd};
  }
  const auto may_use = [&](ClientId client) {
    return !budget.day || shares_.may_use(client, pool, now_);
  };
  auto next = unknown_.next(shares_, now_, may_use);
  if (!next) return std::nullopt;
  if (budget.day && !next->preferred && budget.day->left <= claims) return std::nullopt;
  // With a daily quota the reserve has seen to the due values already.
  const bool rationed = values_are_due && !(budget.day && next->preferred);
  if (rationed &&
      refreshes_in_a_row_ < (next->preferred ? kRefreshesBeforeUnknown : kRefreshesBeforeGuess)) {
    return std::nullopt;
  }
  return next;
}

WantedSymbol* Planner::probe(const CallBudget& budget) {
  if (!budget.probing) return nullptr;
  WantedSymbol* const wanted = wanted_.most_asked();
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
  unknown_.find(unknown.symbol)->calling = true;
  shares_.charge(unknown.client, 1);
  refreshes_in_a_row_ = 0;
  return {unknown.symbol, CallReason::unknown, unknown.client};
}

PlannedCall Planner::call_for(WantedSymbol& wanted, CallReason reason) {
  wanted_.called(wanted);
  for (const ClientId client : wanted.clients) {
    shares_.charge(client, 1.0 / static_cast<double>(wanted.clients.size()));
  }
  ++refreshes_in_a_row_;
  return {wanted.symbol, reason, kNobody};
}

void Planner::keep_distance(Duration spacing) {
  // A refresh that was a little late does not delay those after it.
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

bool Planner::fetched(const std::string& symbol, const ValueTimes& value, WallTime now) {
  advance(now);
  ClientId client = kNobody;
  if (const UnknownSymbol* const entry = unknown_.find(symbol)) {
    client = entry->client;
    shares_.found(client, true);
    unknown_.erase(symbol);
  }
  const bool is_new = wanted_.find(symbol) == nullptr;
  const bool surprise = wanted_.store(symbol, value, client);
  if (is_new) {
    WantedSymbol& wanted = *wanted_.find(symbol);
    wanted.called_last = now_;
    wanted.watched = watched_.contains(symbol);
  }
  return surprise;
}

void Planner::not_found(const std::string& symbol, WallTime now) {
  advance(now);
  if (WantedSymbol* const wanted = wanted_.find(symbol)) wanted_.failed(*wanted, Blame::symbol);
  if (const UnknownSymbol* const entry = unknown_.find(symbol)) {
    shares_.found(entry->client, false);
    unknown_.erase(symbol);
  }
}

void Planner::failed(const std::string& symbol, Blame blame, WallTime now) {
  advance(now);
  if (WantedSymbol* const wanted = wanted_.find(symbol)) wanted_.failed(*wanted, blame);
  if (UnknownSymbol* const entry = unknown_.find(symbol)) {
    entry->calling = false;
    entry->not_before = now_ + kPauseOfUnknown;
  }
}

std::size_t Planner::queued(WallTime now) {
  advance(now);
  return unknown_.size() + wanted_.count([&](const WantedSymbol& each) {
    return !each.calling && wanted_.due_at(each) <= now_;
  });
}

}  // namespace stockclient
