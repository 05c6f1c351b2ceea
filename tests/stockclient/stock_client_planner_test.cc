// How the stock client spends its calls over days: the planner at work behind real requests.

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <rapidcheck/gtest.h>

#include "stockclient/breaker_defaults.h"
#include "tests/freshness/market_model.h"
#include "tests/stockclient/client_fixture.h"
#include "tests/stockclient/quota/memory_ledger.h"
#include "tests/stockclient/time/calendars.h"

namespace stockclient::testing {
namespace {

std::string date_text(TradingDay day) {
  const std::chrono::year_month_day date(day);
  std::array<char, 16> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02u-%02u", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
  return text.data();
}

/// A stock client, its clocks, and an upstream that publishes as the market does. The client can be
/// restarted; then it keeps only its ledger.
class PlannedClient {
 public:
  struct Call {
    WallTime at;
    std::string symbol;
    /// The value that was known before, if any.
    std::optional<ValueTimes> before;
    /// Whether the breaker needed a probe, for which a fresh value will do.
    bool is_probe = false;
  };

  PlannedClient(const char* plan, QuoteUpdates updates, WallTime from, std::uint32_t seed = 1)
      : wall(clock, from), market(calendar, updates, seed) {
    settings.quota_plan = plan;
    settings.quote_updates = updates;
    settings.market_hours = true;
    upstream.answers([this](const Query& query, auto, const auto&) -> AttemptResult {
      const auto known = values.find(query.argument);
      calls.push_back(
          {wall.now(), query.argument,
           known == values.end() ? std::nullopt : std::optional(known->second),
           breakers->host().snapshot().state != circuitbreaker::State::closed ||
               breakers->of(query.function).snapshot().state != circuitbreaker::State::closed});
      if (is_down && is_down(wall.now())) return fault(FailureKind::upstream_failure);
      const ValueTimes value{market.trading_day_at(wall.now()), wall.now()};
      values[query.argument] = value;
      Quote quote = quote_of(query.argument);
      quote.trading_day = date_text(*value.trading_day);
      return Data(quote);
    });
    restart();
  }

  void restart() {
    client.reset();
    breakers.emplace(same_for_all(default_breaker(settings)), clock);
    client.emplace(settings, upstream, *breakers, Clocks{clock, wall, boot},
                   std::vector<Observer*>{&observer}, StockClientParts{&scheduler, &ledger, {}});
    values.clear();
  }

  /// A request, with the time to wait for its turn. Counts those that are refused for lack of a
  /// share.
  void ask(const std::string& symbol, const std::string& who = "somebody") {
    auto result =
        client->get(quote_query(symbol), {clock.now() + 10s, who}, [this](Outcome outcome) {
          if (!outcome) note(outcome.error());
        });
    if (auto* outcome = std::get_if<Outcome>(&result)) {
      if (!*outcome) note(outcome->error());
    } else {
      waiting.push_back(std::move(std::get<StockClient::Ticket>(result)));
    }
  }
  void live_until(WallTime end, const std::function<void()>& each, circuitbreaker::Duration step) {
    while (wall.now() < end) {
      if (each) each();
      scheduler.advance(std::min<circuitbreaker::Duration>(step, end - wall.now()));
      waiting.clear();
    }
  }
  [[nodiscard]] std::map<std::string, int> calls_between(WallTime from, WallTime to) const {
    std::map<std::string, int> counts;
    for (const Call& call : calls) {
      if (call.at >= from && call.at < to) ++counts[call.symbol];
    }
    return counts;
  }
  [[nodiscard]] bool is_stale(const std::string& symbol) {
    const auto result = client->get(quote_query(symbol), {clock.now(), {}}, [](const Outcome&) {});
    const auto* outcome = std::get_if<Outcome>(&result);
    return outcome == nullptr || !*outcome || (*outcome)->stale();
  }

  circuitbreaker::ManualClock clock;
  DerivedWallClock wall;
  DerivedBootClock boot{clock};
  ManualScheduler scheduler{clock};
  const ExchangeCalendar calendar = calendar_of("IBM");
  freshness::MarketModel market;
  StockClientSettings settings;
  CountingObserver observer;
  ScriptedUpstream upstream;
  MemoryLedger ledger;
  std::optional<UpstreamBreakers> breakers;
  std::optional<StockClient> client;
  std::vector<StockClient::Ticket> waiting;
  std::vector<Call> calls;
  std::map<std::string, ValueTimes> values;
  std::map<FailureKind, int> refusals;
  std::function<bool(WallTime)> is_down;

 private:
  void note(const Failure& failure) { ++refusals[failure.kind]; }
};

std::string ticker(int index) {
  return {'S', static_cast<char>('A' + index / 26), static_cast<char>('A' + index % 26)};
}

TEST(StockClientPlanner, TheFreePlanAnswersTwentySymbolsAndThenRefreshesEachOnceAfterItsClose) {
  PlannedClient world("free", QuoteUpdates::end_of_day, new_york(2026, 10, 5, 8));
  int turn = 0;
  const auto poll = [&] { world.ask(ticker(turn++ % 20)); };
  world.live_until(new_york(2026, 10, 6, 8) - 1s, poll, 30s);
  EXPECT_EQ(world.values.size(), 20u) << "all are answered on the first day";
  EXPECT_EQ(world.refusals[FailureKind::client_share_spent], 0);
  EXPECT_EQ(world.calls.size(), 25u) << "nothing is left unspent while something is stale";
  world.live_until(new_york(2026, 10, 12, 12), poll, 30s);
  for (unsigned day = 12; day < 16; ++day) {
    const WallTime noon = new_york(2026, 10, day, 12);
    world.live_until(noon + 24h, poll, 30s);
    const auto counts = world.calls_between(noon, noon + 24h);
    EXPECT_EQ(counts.size(), 20u) << day;
    int repeated = 0;
    for (const auto& [symbol, count] : counts) repeated += count - 1;
    EXPECT_LE(repeated, 2) << "only a symbol that looks for the publication is asked for again";
    for (int i = 0; i < 20; ++i) EXPECT_FALSE(world.is_stale(ticker(i))) << ticker(i);
  }
}

TEST(StockClientPlanner, EquallyWantedRealtimeSymbolsAreRefreshedEquallyOftenAndNeverOnASaturday) {
  PlannedClient world("premium-75", QuoteUpdates::realtime, new_york(2026, 10, 9, 8));
  const auto poll = [&] {
    for (int i = 0; i < 100; ++i) world.ask(ticker(i));
  };
  const WallTime open = new_york(2026, 10, 9, 9, 30);
  world.live_until(open, poll, 10s);
  world.live_until(new_york(2026, 10, 9, 11), poll, 10s);
  const auto counts = world.calls_between(open, world.wall.now());
  ASSERT_EQ(counts.size(), 100u);
  const auto [least, most] =
      std::minmax_element(counts.begin(), counts.end(),
                          [](const auto& a, const auto& b) { return a.second < b.second; });
  EXPECT_GE(least->second, 60) << "the plan is used";
  EXPECT_LE(most->second - least->second, 1);
  world.live_until(new_york(2026, 10, 10, 0), poll, 1h);
  world.live_until(new_york(2026, 10, 11, 0), poll, 10min);
  EXPECT_TRUE(world.calls_between(new_york(2026, 10, 10, 0), world.wall.now()).empty());
}

TEST(StockClientPlanner, AWatchedSymbolIsKeptFreshThoughNobodyAsks) {
  PlannedClient world("free", QuoteUpdates::end_of_day, new_york(2026, 10, 5, 8));
  world.settings.watched_symbols = {"IBM", "MSFT"};
  world.restart();
  world.live_until(new_york(2026, 10, 9, 9), {}, 1h);
  EXPECT_EQ(world.values.at("IBM").trading_day, day_of(2026, 10, 8));
  EXPECT_EQ(world.values.at("MSFT").trading_day, day_of(2026, 10, 8));
  EXPECT_LE(world.calls.size(), 16u);
}

TEST(StockClientPlanner, ACompetitorsShareSurvivesARestart) {
  PlannedClient world("free", QuoteUpdates::end_of_day, new_york(2026, 10, 5, 8));
  int next = 0;
  world.ask("M", "modest");
  world.live_until(
      new_york(2026, 10, 5, 9), [&] { world.ask(ticker(next++), "greedy"); }, 1min);
  EXPECT_EQ(world.calls.size(), 14u) << "half of the day each";
  world.restart();
  world.ask("M", "modest");
  world.live_until(
      new_york(2026, 10, 5, 10), [&] { world.ask(ticker(next++), "greedy"); }, 1min);
  EXPECT_LE(world.calls.size(), 15u);
  EXPECT_GT(world.refusals[FailureKind::client_share_spent], 0);
}

/// Days with random plans, portfolios, outages and restarts.
RC_GTEST_PROP(StockClientPlannerProperty, NoCallIsWastedOrTooMuchAndNoSymbolStarves, ()) {
  const bool is_free = *rc::gen::arbitrary<bool>();
  const QuoteUpdates updates =
      is_free ? QuoteUpdates::end_of_day
              : *rc::gen::element(QuoteUpdates::end_of_day, QuoteUpdates::realtime);
  const int symbols = *rc::gen::inRange(1, 12);
  const WallTime start = new_york(2026, 10, 5, *rc::gen::inRange(0u, 24u));
  const WallTime outage = start + std::chrono::hours(*rc::gen::inRange(0, 48));
  const auto outage_length = std::chrono::hours(*rc::gen::inRange(0, 5));
  const WallTime restart = start + std::chrono::hours(*rc::gen::inRange(1, 48));
  PlannedClient world(is_free ? "free" : "premium-15", updates, start, *rc::gen::inRange(0u, 99u));
  world.is_down = [&](WallTime at) { return at >= outage && at < outage + outage_length; };
  const auto poll = [&] {
    for (int i = 0; i < symbols; ++i) world.ask(ticker(i));
  };
  world.live_until(restart, poll, 30min);
  world.restart();
  world.live_until(start + 72h, poll, 30min);

  const FreshnessRules earliest{
      .calendar = &world.calendar, .updates = updates, .fresh_ttl = 60s, .publication_lag = 0h};
  for (std::size_t i = 0; i < world.calls.size(); ++i) {
    const auto& call = world.calls[i];
    if (is_free && i >= 25) RC_ASSERT(call.at - world.calls[i - 25].at >= 24h);
    if (!is_free && i >= 15) RC_ASSERT(call.at - world.calls[i - 15].at >= 1min);
    if (is_free && i >= 1) RC_ASSERT(call.at - world.calls[i - 1].at >= 1s);
    if (call.before && !call.is_probe)
      RC_ASSERT(call.at >= fresh_until(*call.before, earliest, call.at));
  }
  RC_ASSERT(static_cast<int>(world.values.size()) == symbols);
  for (const auto& [symbol, value] : world.values) {
    RC_ASSERT(*value.trading_day >= world.calendar.last_closed(world.wall.now() - 24h).day);
  }
}

}  // namespace
}  // namespace stockclient::testing
