#include "stockclient/refresh/wanted_symbols.h"

#include <algorithm>
#include <tuple>

namespace stockclient {

using circuitbreaker::Duration;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

/// How much longer a rarely asked symbol may wait than if all were equal.
constexpr double kPatience = 1.15;
/// How often weights are derived from the requests.
constexpr minutes kWeighing{1};
constexpr std::size_t kRememberedClients = 4;
constexpr Duration kFirstPause = seconds(60);
constexpr Duration kLongestPause = hours(1);
/// The share of a week in which stocks trade: the pace of the trading clock of a symbol without a
/// calendar.
constexpr double kTradingShare = 6.5 * 5 / (24 * 7);
/// Being watched counts as one request a minute.
constexpr double kWatchedAsks = 24 * 60;

/// The pause before the next look at a symbol whose value has not advanced while others' have:
/// first the publication may just not have reached it, then it seems halted.
Duration pause_of_unchanged(unsigned times) {
  if (times <= 1) return hours(2);
  return hours(24) * std::min(1u << std::min(times - 2, 3u), 7u);
}

}  // namespace

WantedSymbols::WantedSymbols(RefreshSettings settings, const ExchangeCalendars* calendars)
    : settings_(settings), calendars_(calendars) {}

void WantedSymbols::advance(WallTime now) {
  if (now <= now_) return;
  now_ = now;
  for (KeyedWatch& each : watches_) each.watch.advance(now);
}

ExchangeWatch* WantedSymbols::watch_of(const std::string& symbol) {
  const ExchangeCalendar* const calendar = calendars_ == nullptr ? nullptr : calendars_->of(symbol);
  if (calendar == nullptr) return nullptr;
  const bool funds = is_us_fund(symbol);
  for (KeyedWatch& each : watches_) {
    if (each.calendar == calendar && each.funds == funds) return &each.watch;
  }
  const Duration lag = funds ? settings_.first_fund_lag : settings_.first_lag;
  watches_.push_back(
      {calendar, funds, ExchangeWatch(*calendar, settings_.updates, settings_.fresh_ttl, lag)});
  watches_.back().watch.advance(now_);
  return &watches_.back().watch;
}

WantedSymbol* WantedSymbols::find(const std::string& symbol) {
  const auto found = symbols_.find(symbol);
  return found == symbols_.end() ? nullptr : &found->second;
}

bool WantedSymbols::ask(const std::string& symbol, ClientId client) {
  WantedSymbol* const wanted = find(symbol);
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

bool WantedSymbols::store(const std::string& symbol, const ValueTimes& value, ClientId client) {
  WantedSymbol* wanted = find(symbol);
  if (wanted == nullptr) {
    make_room();
    wanted = &symbols_[symbol];
    wanted->symbol = symbol;
    wanted->exchange = watch_of(symbol);
    ask(symbol, client);
  }
  wanted->value = value;
  wanted->calling = false;
  wanted->urgent = false;
  wanted->failures = 0;
  wanted->not_before = WallTime();
  wanted->turn = ++turns_;
  bool surprise = false;
  if (wanted->exchange != nullptr) {
    ExchangeWatch& exchange = *wanted->exchange;
    surprise = exchange.saw(symbol, value);
    WallTime true_at = std::min(value.fetched, now_);
    const FreshnessRules rules = exchange.rules();
    if (value.trading_day) {
      // The figures of a session are those of its close, however late they are fetched.
      true_at = std::min(true_at, exchange.calendar().session(*value.trading_day).closes);
      const bool behind = *value.trading_day < last_final_session(rules, now_).day;
      const bool others_advanced = !exchange.awaits_publication();
      wanted->unchanged = behind && others_advanced ? wanted->unchanged + 1 : 0;
      if (wanted->unchanged > 0) wanted->not_before = now_ + pause_of_unchanged(wanted->unchanged);
    }
    wanted->true_at = exchange.traded_at(true_at);
  }
  wanted->due = compute_due(*wanted);
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
  if (wanted.exchange != nullptr && wanted.exchange->awaits_publication()) {
    wanted.exchange->publication().look_begins();
  }
}

void WantedSymbols::failed(WantedSymbol& wanted, Blame blame) {
  wanted.calling = false;
  const bool once_a_day =
      settings_.rationed_by_day && blame == Blame::symbol && wanted.failures > 0;
  const Duration pause = kFirstPause * (1u << std::min(wanted.failures++, 6u));
  wanted.not_before = now_ + (once_a_day ? Duration(hours(24)) : std::min(pause, kLongestPause));
  if (wanted.exchange != nullptr) wanted.exchange->publication().look_failed();
  wanted.due = compute_due(wanted);
}

void WantedSymbols::erase(const std::string& symbol) {
  const WantedSymbol* const wanted = find(symbol);
  if (wanted == nullptr) return;
  // Another symbol must be able to look in its place.
  if (wanted->calling && wanted->exchange != nullptr) {
    wanted->exchange->publication().look_failed();
  }
  symbols_.erase(symbol);
}

WallTime WantedSymbols::compute_due(const WantedSymbol& wanted) const {
  WallTime due = wanted.value.fetched + settings_.fresh_ttl;
  if (wanted.exchange != nullptr) {
    due = fresh_until(wanted.value, wanted.exchange->rules(), now_);
  } else if (settings_.rationed_by_day) {
    due = std::max<WallTime>(due, wanted.value.fetched + hours(24));
  }
  return std::max(due, wanted.not_before);
}

WallTime WantedSymbols::due_at(const WantedSymbol& wanted) const {
  if (wanted.urgent) return WallTime();
  if (wanted.exchange != nullptr && wanted.due_revision != wanted.exchange->revision()) {
    wanted.due_revision = wanted.exchange->revision();
    wanted.due = compute_due(wanted);
  }
  return wanted.due;
}

bool WantedSymbols::is_wanted(const WantedSymbol& wanted) const {
  if (wanted.watched || wanted.urgent) return true;
  const Duration unasked = now_ - wanted.asked_last;
  if (wanted.exchange == nullptr) {
    return unasked <=
           (settings_.rationed_by_day ? settings_.wanted_end_of_day : settings_.wanted_intraday);
  }
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
  if (wanted.exchange == nullptr || !wanted.exchange->awaits_publication()) return true;
  const auto look = wanted.exchange->publication().next_look();
  return look && *look <= now_;
}

WantedSymbol* WantedSymbols::most_valuable_due(const Precedence& precedence,
                                               const Allowed& allowed) {
  due_.clear();
  for (auto& [symbol, wanted] : symbols_) {
    if (wanted.calling || due_at(wanted) > now_ || !is_wanted(wanted)) continue;
    if (wanted.urgent || (may_look(wanted) && allowed(wanted))) due_.push_back(&wanted);
  }
  if (due_.empty()) return nullptr;
  if (due_.size() > 1 && now_ - weighed_ >= kWeighing) weigh();
  const auto order = [&](const WantedSymbol& wanted) {
    // A symbol that has looked in vain makes a poor canary: it may be halted.
    const bool looked = wanted.exchange != nullptr && wanted.exchange->awaits_publication() &&
                        wanted.exchange->publication().has_looked(wanted.symbol);
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

WantedSymbol* WantedSymbols::most_asked() {
  WantedSymbol* most = nullptr;
  for (auto& [symbol, wanted] : symbols_) {
    if (wanted.calling || !is_wanted(wanted)) continue;
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
  for (const auto& [symbol, wanted] : symbols_) {
    if (!wanted.calling && is_wanted(wanted)) consider(due_at(wanted));
  }
  for (const KeyedWatch& each : watches_) {
    if (const auto look = each.watch.publication().next_look()) consider(*look);
  }
  return next;
}

void WantedSymbols::weigh() {
  weighed_ = now_;
  std::vector<double> weights;
  double total = 0;
  const auto asks = [&](const WantedSymbol& wanted) {
    return std::max(wanted.asks.at(now_), wanted.watched ? kWatchedAsks : 0.0);
  };
  for (const auto& [symbol, wanted] : symbols_) {
    if (!is_wanted(wanted)) continue;
    total += asks(wanted);
    weights.push_back(asks(wanted));
  }
  if (total <= 0) return;
  const double mean = total / static_cast<double>(weights.size());
  for (double& weight : weights) weight = weight_of(weight / mean);
  const double least = least_weight(weights, kPatience);
  for (auto& [symbol, wanted] : symbols_) {
    wanted.weight = std::max(weight_of(asks(wanted) / mean), least);
  }
}

}  // namespace stockclient
