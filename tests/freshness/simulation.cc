#include "tests/freshness/simulation.h"

#include <algorithm>
#include <deque>
#include <unordered_map>
#include <utility>

#include "stockclient/refresh/planner.h"
#include "tests/freshness/market_model.h"
#include "tests/freshness/quota_windows.h"

namespace freshness {

using circuitbreaker::Duration;
using stockclient::Interest;
using stockclient::PlannedCall;
using stockclient::Planner;
using stockclient::Query;
using stockclient::Session;
using stockclient::ValueTimes;

namespace {

/// How long the callers of unknown symbols wait.
constexpr std::chrono::seconds kPatience{10};

double seconds_of(Duration duration) {
  return std::chrono::duration<double>(duration).count();
}

class Simulation {
 public:
  Simulation(const Cell& cell, const stockclient::ExchangeCalendars& calendars,
             const Period& period, std::uint32_t seed)
      : cell_(cell),
        calendar_(*calendars.of("IBM")),
        period_(period),
        now_(period.begins),
        market_(calendar_, cell.updates, seed),
        quota_(stockclient::parse_quota_plan(cell.plan).value()),
        demand_(cell.demand, seed),
        watches_({.updates = cell.updates}),
        planner_({.rationed_by_day = quota_.plan().per_day.has_value()}, watches_),
        session_(calendar_.next_after(calendar_.last_opened(now_).day)) {
    for (std::size_t symbol = 0; symbol < cell.demand.symbols; ++symbol) {
      names_.push_back(symbol_name(symbol));
      indices_[names_.back()] = symbol;
      values_.push_back({market_.trading_day_at(now_), now_});
      planner_.fetched(quote(names_.back()), values_[symbol], now_);
      planner_.asked(quote(names_.back()), stockclient::kNobody, now_);
    }
    demand_.begin(session_.opens);
  }

  Measured run() {
    while (now_ < period_.ends) {
      make_calls();
      now_ = std::min({demand_.next_at(), wake_, open_ ? session_.closes : session_.opens,
                       waiting_.empty() ? WallTime::max() : waiting_.front().first});
      if (now_ >= period_.ends) break;
      while (!waiting_.empty() && waiting_.front().first <= now_) {
        planner_.stop_waiting(quote(waiting_.front().second), now_);
        waiting_.pop_front();
      }
      if (!open_ && now_ == session_.opens) {
        open_ = true;
        count_closes();
      } else if (open_ && now_ == session_.closes) {
        open_ = false;
        session_ = calendar_.next_after(session_.day);
        demand_.begin(session_.opens);
      } else if (now_ == demand_.next_at()) {
        ask(demand_.take());
      }
    }
    return measured_;
  }

 private:
  static Query quote(const std::string& symbol) {
    return {stockclient::Function::global_quote, symbol};
  }

  [[nodiscard]] bool is_measured() const { return session_.opens >= period_.measured_from; }

  void make_calls() {
    if (now_ < wake_ && !new_unknown_) return;
    new_unknown_ = false;
    while ((wake_ = quota_.free_at(now_)) <= now_) {
      const auto call = planner_.next(now_, quota_.budget(now_));
      if (!call) {
        wake_ = planner_.next_event(now_);
        return;
      }
      make(*call);
    }
  }

  void make(const PlannedCall& call) {
    quota_.charge(now_);
    if (is_measured()) ++measured_.calls;
    const auto index = indices_.find(call.query.argument);
    if (index == indices_.end()) {
      if (is_measured()) ++measured_.misspelt_calls;
      planner_.not_found(call.query, now_);
      return;
    }
    ValueTimes& value = values_[index->second];
    value = {market_.trading_day_at(now_), now_};
    planner_.fetched(call.query, value, now_);
  }

  void ask(const Request& request) {
    const Query query = quote(request.name);
    if (planner_.asked(query, request.client, now_) == Interest::unknown &&
        planner_.wait_for(query, request.client, now_)) {
      waiting_.emplace_back(now_ + kPatience, request.name);
      new_unknown_ = true;
    }
    if (!request.symbol || !is_measured()) return;
    const double age = seconds_of(calendar_.trading_time(values_[*request.symbol].fetched, now_));
    ++asks_;
    measured_.mean_age += (age - measured_.mean_age) / static_cast<double>(asks_);
    measured_.worst_age = std::max(measured_.worst_age, age);
  }

  /// At an open, counts the symbols that have a value of the previous session.
  void count_closes() {
    const Session before = calendar_.last_before(session_.day);
    if (before.opens < period_.measured_from) return;
    measured_.closes_known += static_cast<double>(
        std::count_if(values_.begin(), values_.end(),
                      [&](const ValueTimes& value) { return *value.trading_day >= before.day; }));
  }

  const Cell cell_;
  const stockclient::ExchangeCalendar& calendar_;
  const Period period_;
  WallTime now_;
  MarketModel market_;
  QuotaWindows quota_;
  Demand demand_;
  stockclient::ExchangeWatches watches_;
  Planner planner_;
  /// The session that trades, or trades next.
  Session session_;
  bool open_ = false;
  WallTime wake_{};
  bool new_unknown_ = false;
  std::vector<std::string> names_;
  std::unordered_map<std::string, std::size_t> indices_;
  std::vector<ValueTimes> values_;
  std::deque<std::pair<WallTime, std::string>> waiting_;
  Measured measured_;
  std::uint64_t asks_ = 0;
};

}  // namespace

Measured simulate(const Cell& cell, const stockclient::ExchangeCalendars& calendars,
                  const Period& period, std::uint32_t seed) {
  return Simulation(cell, calendars, period, seed).run();
}

}  // namespace freshness
