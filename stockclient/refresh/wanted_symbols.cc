#include "stockclient/refresh/wanted_symbols.h"

#include <algorithm>
#include <tuple>

#include "stockclient/refresh/due_time.h"

namespace stockclient {

using circuitbreaker::Duration;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

/// Limit on the wait of a rarely requested symbol, as a multiple of its wait under equal weights.
constexpr double kPatience = 1.15;
/// Interval at which the weights are recomputed from the requests.
constexpr minutes kWeighing{1};
constexpr std::size_t kRememberedClients = 4;
/// The fraction of a week during which stocks trade, used as the rate of the trading clock for
/// symbols without a calendar.
constexpr double kTradingShare = 6.5 * 5 / (24 * 7);
/// A watched symbol counts as if it were requested once a minute.
constexpr double kWatchedAsks = 24 * 60;

}  // namespace

WantedSymbols::WantedSymbols(RefreshSettings settings, ExchangeWatches& watches)
    : settings_(settings), watches_(watches) {
  lifetimes_.fill(seconds(60));
}

void WantedSymbols::set_lifetimes(const ShortestLifetimes& lifetimes) {
  lifetimes_ = lifetimes;
  ++lifetimes_revision_;
}

void WantedSymbols::advance(WallTime now) {
  if (now <= now_) return;
  now_ = now;
  watches_.advance(now);
}

WantedSymbol* WantedSymbols::find(const Query& query) {
  const auto found = symbols_.find(query);
  return found == symbols_.end() ? nullptr : &found->second;
}

bool WantedSymbols::ask(const Query& query, ClientId client) {
  WantedSymbol* const wanted = find(query);
  if (wanted == nullptr) return false;
  wanted->asked_last = now_;
  if (wanted->exchange != nullptr) wanted->asked_at = wanted->exchange->traded();
  wanted->asks.add(1, now_);
  if (client == kNobody) return true;
  auto& clients = wanted->clients;
  if (!clients.empty() && clients.back() == client) return true;
  std::erase(clients, client);
  clients.push_back(client);
  if (clients.size() > kRememberedClients) clients.erase(clients.begin());
  return true;
}

bool WantedSymbols::store(const Query& query, const ValueTimes& value, ClientId client) {
  WantedSymbol* wanted = find(query);
  if (wanted == nullptr) {
    make_room();
    wanted = &symbols_[query];
    wanted->query = query;
    wanted->exchange = watches_.of(query);
    ask(query, client);
  }
  wanted->value = value;
  wanted->calling = false;
  wanted->urgent = false;
  wanted->not_before = WallTime();
  wanted->turn = ++turns_;
  bool surprise = false;
  if (ExchangeWatch* const exchange = wanted->exchange) {
    // A series may contain a bar of the session in progress, so it says nothing about publication.
    if (query.function == Function::global_quote) {
      surprise = watches_.saw(*exchange, query.argument, value);
    }
    WallTime true_at = std::min(value.fetched, now_);
    if (value.trading_day) {
      // A session's figures are those at its close, however late they are fetched.
      true_at = std::min(true_at, exchange->calendar().session(*value.trading_day).closes);
    }
    wanted->true_at = exchange->traded_at(true_at);
  }
  wanted->due = compute_due(*wanted);
  wanted->due_revision = revision_of(*wanted);
  return surprise;
}

void WantedSymbols::make_room() {
  if (symbols_.size() < settings_.max_wanted) return;
  const auto least =
      std::min_element(symbols_.begin(), symbols_.end(), [&](const auto& a, const auto& b) {
        const auto worth = [&](const WantedSymbol& each) {
          return std::tuple(each.watched || each.calling, each.asks.at(now_));
        };
        return worth(a.second) < worth(b.second);
      });
  symbols_.erase(least);
}

void WantedSymbols::called(WantedSymbol& wanted) {
  wanted.calling = true;
  wanted.called_last = now_;
  if (awaits_publication(wanted)) watches_.call_begins(*wanted.exchange);
}

void WantedSymbols::failed(WantedSymbol& wanted, Duration pause) {
  wanted.urgent = false;
  wanted.not_before = now_ + pause;
  wanted.due_revision = 0;
  not_made(wanted);
}

void WantedSymbols::not_made(WantedSymbol& wanted) {
  if (!wanted.calling) return;
  wanted.calling = false;
  // Another symbol must be able to check for new data in its place.
  if (awaits_publication(wanted)) watches_.call_failed(*wanted.exchange);
}

void WantedSymbols::erase(const Query& query) {
  WantedSymbol* const wanted = find(query);
  if (wanted == nullptr) return;
  not_made(*wanted);
  symbols_.erase(query);
}

WallTime WantedSymbols::compute_due(const WantedSymbol& wanted) const {
  const Duration shortest = lifetimes_[static_cast<std::size_t>(wanted.query.function)];
  WallTime due = wanted.value.fetched + shortest;
  if (wanted.exchange != nullptr) {
    FreshnessRules rules = wanted.exchange->rules();
    rules.fresh_ttl = shortest;
    due = due_time(wanted.value, rules, now_);
  } else if (watches_.is_daily_without_calendar(wanted.query, settings_.rationed_by_day)) {
    due = std::max<WallTime>(due, wanted.value.fetched + hours(24));
  }
  return std::max(due, wanted.not_before);
}

std::uint64_t WantedSymbols::revision_of(const WantedSymbol& wanted) const {
  return lifetimes_revision_ + (wanted.exchange == nullptr ? 0 : wanted.exchange->revision());
}

WallTime WantedSymbols::due_at(const WantedSymbol& wanted) const {
  if (wanted.urgent) return WallTime();
  if (const std::uint64_t revision = revision_of(wanted); wanted.due_revision != revision) {
    wanted.due_revision = revision;
    wanted.due = compute_due(wanted);
  }
  return wanted.due;
}

bool WantedSymbols::awaits_publication(const WantedSymbol& wanted) const {
  return wanted.exchange != nullptr && wanted.query.function == Function::global_quote &&
         wanted.exchange->awaits_publication();
}

bool WantedSymbols::is_wanted(const WantedSymbol& wanted) const {
  if (wanted.watched || wanted.urgent) return true;
  const Duration unasked = now_ - wanted.asked_last;
  if (wanted.exchange == nullptr) return wanted.asked_last >= due_at(wanted);
  if (wanted.exchange->updates() == QuoteUpdates::end_of_day) {
    return unasked <= settings_.wanted_end_of_day;
  }
  return wanted.exchange->traded() - wanted.asked_at <= settings_.wanted_intraday;
}

Duration WantedSymbols::staleness(const WantedSymbol& wanted) const {
  if (wanted.exchange != nullptr) return wanted.exchange->traded() - wanted.true_at;
  const auto age = std::chrono::duration<double, Duration::period>(now_ - wanted.value.fetched);
  return std::chrono::duration_cast<Duration>(age * kTradingShare);
}

bool WantedSymbols::may_look(const WantedSymbol& wanted) const {
  if (!awaits_publication(wanted)) return true;
  const auto look = wanted.exchange->publication().next_look();
  return look && *look <= now_;
}

WantedSymbol* WantedSymbols::most_valuable_due(const Precedence& precedence,
                                               const Allowed& allowed) {
  due_.clear();
  for (auto& [query, wanted] : symbols_) {
    if (wanted.calling || due_at(wanted) > now_ || !is_wanted(wanted)) continue;
    if (allowed(wanted) && (wanted.urgent || may_look(wanted))) due_.push_back(&wanted);
  }
  if (due_.empty()) return nullptr;
  if (due_.size() > 1 && now_ - weighed_ >= kWeighing) weigh();
  const auto order = [&](const WantedSymbol& wanted) {
    // A symbol whose check found no new data makes a poor canary, because it may be halted.
    const bool looked = awaits_publication(wanted) &&
                        wanted.exchange->publication().has_looked(wanted.query.argument);
    return std::tuple(!wanted.urgent, looked, precedence(wanted),
                      -refresh_value(wanted.weight, staleness(wanted)), wanted.turn);
  };
  WantedSymbol* best = due_.front();
  auto best_order = order(*best);
  for (WantedSymbol* const each : due_) {
    if (const auto its_order = order(*each); its_order < best_order) {
      best = each;
      best_order = its_order;
    }
  }
  return best;
}

WantedSymbol* WantedSymbols::most_asked(const Allowed& allowed) {
  WantedSymbol* most = nullptr;
  for (auto& [query, wanted] : symbols_) {
    if (wanted.calling || wanted.not_before > now_ || !allowed(wanted)) continue;
    if (!is_wanted(wanted) && now_ - wanted.asked_last > settings_.wanted_intraday) continue;
    if (most == nullptr || wanted.asks.at(now_) > most->asks.at(now_)) most = &wanted;
  }
  return most;
}

std::size_t WantedSymbols::count(const Allowed& predicate) const {
  return static_cast<std::size_t>(std::count_if(
      symbols_.begin(), symbols_.end(),
      [&](const auto& each) { return is_wanted(each.second) && predicate(each.second); }));
}

std::optional<WallTime> WantedSymbols::next_due() const {
  std::optional<WallTime> next;
  const auto consider = [&](WallTime time) {
    if (time > now_ && (!next || time < *next)) next = time;
  };
  for (const auto& [query, wanted] : symbols_) {
    if (wanted.calling || !is_wanted(wanted)) continue;
    consider(due_at(wanted));
    if (!awaits_publication(wanted)) continue;
    if (const auto look = wanted.exchange->publication().next_look()) consider(*look);
  }
  return next;
}

std::uint64_t WantedSymbols::exchange_revision(const Query& query) const {
  const ExchangeWatch* const exchange = watches_.of(query);
  return exchange == nullptr ? 0 : exchange->revision();
}

void WantedSymbols::weigh() {
  weighed_ = now_;
  std::vector<double> weights;
  double total = 0;
  const auto asks = [&](const WantedSymbol& wanted) {
    return std::max(wanted.asks.at(now_), wanted.watched ? kWatchedAsks : 0.0);
  };
  for (const auto& [query, wanted] : symbols_) {
    if (!is_wanted(wanted)) continue;
    total += asks(wanted);
    weights.push_back(asks(wanted));
  }
  if (total <= 0) return;
  const double mean = total / static_cast<double>(weights.size());
  for (double& weight : weights) weight = weight_of(weight / mean);
  const double least = least_weight(weights, kPatience);
  for (auto& [query, wanted] : symbols_) {
    wanted.weight = std::max(weight_of(asks(wanted) / mean), least);
  }
}

}  // namespace stockclient
