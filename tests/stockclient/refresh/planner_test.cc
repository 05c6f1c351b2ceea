// The planner's use of calls: the order of calls, the day's reserve, shares, halts, probes.

#include "stockclient/refresh/planner.h"

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/freshness/market_model.h"
#include "tests/freshness/quota_windows.h"
#include "tests/stockclient/time/calendars.h"

namespace stockclient::testing {
namespace {

using namespace std::chrono_literals;

constexpr ClientId kAlice{1};
constexpr ClientId kCrawler{2};

Query quote(const std::string& symbol) {
  return {Function::global_quote, symbol};
}

/// A planner, a quota and an upstream that answers immediately, on a clock that tests move.
class PlannerWorld {
 public:
  struct Call {
    WallTime at;
    PlannedCall planned;
    /// The value that was known before.
    std::optional<ValueTimes> before;
  };

  PlannerWorld(const char* plan, QuoteUpdates updates, WallTime from, std::uint32_t seed = 1)
      : now(from),
        market(calendar, updates, seed),
        quota(parse_quota_plan(plan).value()),
        watches({.updates = updates}),
        planner({.rationed_by_day = quota.plan().per_day.has_value()}, watches) {}

  /// A request, whose caller waits if no value is known.
  Interest ask(const std::string& symbol, ClientId client = kAlice) {
    const Interest interest = planner.asked(quote(symbol), client, now);
    if (interest == Interest::unknown) {
      EXPECT_TRUE(planner.wait_for(quote(symbol), client, now));
    }
    return interest;
  }

  void know(const std::string& symbol) {
    values[symbol] = {market.trading_day_at(now), now};
    planner.fetched(quote(symbol), values[symbol], now);
    planner.asked(quote(symbol), kAlice, now);
  }

  /// Makes every call that the quota and the planner allow now.
  void make_calls() {
    while (quota.free_at(now) <= now) {
      CallBudget budget = quota.budget(now);
      if (probing) budget.probing.set();
      const auto call = planner.next(now, budget);
      if (!call) return;
      make(*call);
    }
  }

  void make(const PlannedCall& call) {
    quota.charge(now);
    const std::string& symbol = call.query.argument;
    const auto known = values.find(symbol);
    calls.push_back(
        {now, call, known == values.end() ? std::nullopt : std::optional(known->second)});
    if (is_down && is_down(now)) return planner.failed(call.query, 60s, now);
    if (symbol.starts_with("MISSPELT")) return planner.not_found(call.query, now);
    ValueTimes value{market.trading_day_at(now), now};
    if (symbol == halted) value.trading_day = halted_on;
    values[symbol] = value;
    surprised |= planner.fetched(call.query, value, now);
  }

  /// Lives until `end`. `each` is called every `step`.
  void live_until(WallTime end, const std::function<void()>& each = {},
                  std::chrono::seconds step = 60s) {
    while (now < end) {
      if (each) each();
      const WallTime next = std::min<WallTime>(now + step, end);
      while (now < next) {
        make_calls();
        const WallTime wake = std::max(planner.next_event(now), quota.free_at(now));
        now = std::min(wake > now ? wake : now + 1s, next);
      }
    }
  }

  [[nodiscard]] std::map<std::string, int> calls_between(WallTime from, WallTime to) const {
    std::map<std::string, int> counts;
    for (const Call& call : calls) {
      if (call.at >= from && call.at < to) ++counts[call.planned.query.argument];
    }
    return counts;
  }

  ExchangeCalendars calendars;
  const ExchangeCalendar& calendar = *calendars.of("IBM");
  WallTime now;
  freshness::MarketModel market;
  freshness::QuotaWindows quota;
  ExchangeWatches watches;
  Planner planner;
  std::map<std::string, ValueTimes> values;
  std::vector<Call> calls;
  bool probing = false;
  bool surprised = false;
  std::string halted;
  TradingDay halted_on{};
  std::function<bool(WallTime)> is_down;
};

std::string symbol(int index) {
  return {'S', static_cast<char>('A' + index / 26), static_cast<char>('A' + index % 26)};
}

const WallTime kMondayMorning = new_york(2026, 10, 5, 10);

TEST(Planner, GivesTheFirstCallToAnUnknownSymbolWithAWaitingCaller) {
  PlannerWorld world("premium-75", QuoteUpdates::realtime, kMondayMorning);
  world.know("IBM");
  world.now += 5min;
  world.ask("NEW");
  world.make_calls();
  ASSERT_FALSE(world.calls.empty());
  EXPECT_EQ(world.calls[0].planned.query.argument, "NEW");
  EXPECT_EQ(world.calls[0].planned.reason, CallReason::unknown);
}

TEST(Planner, TakesUnknownSymbolsInTurnByClient) {
  PlannerWorld world("premium-75", QuoteUpdates::realtime, kMondayMorning);
  for (const char* symbol : {"A", "B", "C"}) world.ask(symbol);
  world.ask("X", ClientId{7});
  world.make_calls();
  ASSERT_EQ(world.calls.size(), 4u);
  EXPECT_LE(std::find_if(world.calls.begin(), world.calls.end(),
                         [](const auto& call) { return call.planned.query.argument == "X"; }) -
                world.calls.begin(),
            1);
}

TEST(Planner, KeepsAnUnknownSymbolWhoseCallerHasGone) {
  PlannerWorld world("premium-75", QuoteUpdates::realtime, kMondayMorning);
  world.ask("NEW");
  world.planner.stop_waiting(quote("NEW"), world.now);
  world.make_calls();
  ASSERT_EQ(world.calls.size(), 1u);
  EXPECT_EQ(world.calls[0].planned.query.argument, "NEW");
}

TEST(Planner, KeepsWatchedSymbolsFreshThoughNobodyAsks) {
  PlannerWorld world("free", QuoteUpdates::end_of_day, kMondayMorning);
  world.planner.watch(quote("IBM"), world.now);
  world.live_until(kMondayMorning + 30 * 24h);
  // One initial call and one after each of 22 closes. A check before publication costs a further
  // call.
  EXPECT_GE(world.calls.size(), 23u);
  EXPECT_LE(world.calls.size(), 38u);
}

TEST(Planner, RefreshesImmediatelyForAnOperator) {
  PlannerWorld world("free", QuoteUpdates::end_of_day, kMondayMorning);
  world.know("IBM");
  world.make_calls();
  EXPECT_TRUE(world.calls.empty());
  world.planner.refresh_now(quote("IBM"), world.now);
  world.make_calls();
  EXPECT_EQ(world.calls.size(), 1u);
}

TEST(Planner, ForgetsASymbolUntilItIsAskedForAgain) {
  PlannerWorld world("free", QuoteUpdates::end_of_day, kMondayMorning);
  world.know("IBM");
  world.planner.forget(quote("IBM"));
  EXPECT_EQ(world.ask("IBM"), Interest::unknown);
}

TEST(Planner, RefreshesNothingThatNobodyWantsAnyMore) {
  PlannerWorld world("free", QuoteUpdates::end_of_day, kMondayMorning);
  world.know("IBM");
  world.live_until(kMondayMorning + 30 * 24h);
  EXPECT_FALSE(world.calls.empty());
  EXPECT_LE(world.calls.back().at, kMondayMorning + 7 * 24h);
}

TEST(Planner, FreePlanAnswersTwentySymbolsOnTheFirstDayAndRefreshesEachOncePerClose) {
  PlannerWorld world("free", QuoteUpdates::end_of_day, new_york(2026, 10, 5, 8));
  int turn = 0;
  const auto poll = [&] { world.ask(symbol(turn++ % 20)); };
  world.live_until(new_york(2026, 10, 6, 8), poll, 30s);
  EXPECT_EQ(world.values.size(), 20u);
  EXPECT_EQ(world.calls.size(), 25u) << "nothing stays unspent while something is stale";

  // A week later the refreshes have moved to the evenings.
  world.live_until(new_york(2026, 10, 12, 12), poll, 30s);
  for (int day = 12; day < 16; ++day) {
    const WallTime noon = new_york(2026, 10, static_cast<unsigned>(day), 12);
    world.live_until(noon + 24h, poll, 30s);
    const auto counts = world.calls_between(noon, noon + 24h);
    EXPECT_EQ(counts.size(), 20u);
    int repeated = 0;
    for (const auto& [name, count] : counts) repeated += count - 1;
    EXPECT_LE(repeated, 2) << "only a canary looks twice";
  }
}

TEST(Planner, RealtimePlanRefreshesEquallyWantedSymbolsEquallyOftenAndRestsOnSaturday) {
  PlannerWorld world("premium-75", QuoteUpdates::realtime, new_york(2026, 10, 9, 8));
  for (int i = 0; i < 100; ++i) world.know(symbol(i));
  const auto poll = [&] {
    for (int i = 0; i < 100; ++i) world.ask(symbol(i));
  };
  const WallTime open = new_york(2026, 10, 9, 9, 30);
  world.live_until(open, poll, 10s);
  world.live_until(new_york(2026, 10, 9, 16), poll, 10s);
  const auto counts = world.calls_between(open, world.now);
  ASSERT_EQ(counts.size(), 100u);
  const auto [least, most] =
      std::minmax_element(counts.begin(), counts.end(),
                          [](const auto& a, const auto& b) { return a.second < b.second; });
  EXPECT_GE(least->second, 280);
  EXPECT_LE(most->second - least->second, 1);
  world.live_until(new_york(2026, 10, 12, 0), poll, 10min);
  EXPECT_EQ(world.calls_between(new_york(2026, 10, 10, 0), world.now).size(), 0u);
}

TEST(Planner, KeepsCallsForDueClosesFromUnknownSymbols) {
  PlannerWorld world("free", QuoteUpdates::end_of_day, new_york(2026, 10, 5, 18));
  for (int i = 0; i < 20; ++i) world.know(symbol(i));
  world.now = new_york(2026, 10, 6, 10);
  int next = 0;
  world.live_until(new_york(2026, 10, 6, 16), [&] { world.ask("N" + symbol(next++)); });
  EXPECT_EQ(world.calls.size(), 10u) << "60 % of the day are for the closes";
}

TEST(Planner, LetsACrawlerOfMisspeltSymbolsWaitBehindEverybody) {
  PlannerWorld world("free", QuoteUpdates::end_of_day, new_york(2026, 10, 5, 18));
  for (int i = 0; i < 20; ++i) world.know(symbol(i));
  int next = 0;
  const auto crawl = [&] {
    const std::string name = "MISSPELT" + std::to_string(next++);
    world.ask(name, kCrawler);
    world.planner.stop_waiting(quote(name), world.now);
    for (int i = 0; i < 20; ++i) world.ask(symbol(i));
  };
  world.live_until(new_york(2026, 10, 12, 8), crawl);
  const auto friday = day_of(2026, 10, 9);
  for (const auto& [name, value] : world.values) EXPECT_EQ(value.trading_day, friday) << name;
}

TEST(Planner, GivesAGuessingClientOnlyCallsThatNoDueCloseNeeds) {
  PlannerWorld world("free", QuoteUpdates::end_of_day, new_york(2026, 10, 5, 18));
  for (int i = 0; i < 20; ++i) world.know(symbol(i));
  world.now = new_york(2026, 10, 6, 8);
  int next = 0;
  world.live_until(new_york(2026, 10, 6, 20),
                   [&] { world.ask("MISSPELT" + std::to_string(next++), kCrawler); });
  for (const auto& [name, value] : world.values) {
    EXPECT_EQ(value.trading_day, day_of(2026, 10, 6)) << name;
  }
}

TEST(Planner, LetsOneCanaryLookForNewDataWhileTheOthersWait) {
  PlannerWorld world("unlimited", QuoteUpdates::end_of_day, new_york(2026, 10, 5, 18));
  for (const char* name : {"IBM", "MSFT"}) world.know(name);
  for (int i = 0; i < 50; ++i) world.ask("IBM");
  const WallTime now = new_york(2026, 10, 6, 18);
  const auto canary = world.planner.next(now, {});
  ASSERT_TRUE(canary.has_value());
  ASSERT_FALSE(world.planner.next(now, {}).has_value());
  world.planner.fetched(canary->query, {day_of(2026, 10, 5), now}, now);
  EXPECT_FALSE(world.planner.next(now, {}).has_value()) << "nothing new is there yet";
  const WallTime later = new_york(2026, 10, 6, 20);
  const auto second = world.planner.next(later, {});
  ASSERT_TRUE(second.has_value());
  EXPECT_NE(second->query, canary->query) << "the first one may be halted";
  world.planner.fetched(second->query, {day_of(2026, 10, 6), later}, later);
  const auto third = world.planner.next(later, {});
  ASSERT_TRUE(third.has_value());
  EXPECT_EQ(third->query, canary->query);
}

TEST(Planner, SpreadsRefreshesEvenlyOverTheMinute) {
  PlannerWorld world("premium-75", QuoteUpdates::realtime, kMondayMorning);
  for (int i = 0; i < 10; ++i) world.know(symbol(i));
  world.now += 5min;
  world.live_until(world.now + 30s);
  ASSERT_EQ(world.calls.size(), 10u);
  // A few may leave together after a rest, then sixty seconds are divided by 75 calls.
  EXPECT_GE(world.calls[9].at - world.calls[5].at, 4 * 800ms);
}

TEST(Planner, DividesTheDaysRefreshesFairlyBetweenClients) {
  PlannerWorld world("free", QuoteUpdates::end_of_day, new_york(2026, 10, 5, 18));
  const ClientId heavy{8};
  const ClientId light{9};
  for (int i = 0; i < 60; ++i) world.know(symbol(i));
  const auto poll = [&] {
    for (int i = 0; i < 60; ++i) world.ask(symbol(i), i < 5 ? light : heavy);
    // The heavy client asks more often, so demand alone would not favour the light client's
    // symbols.
    for (int i = 5; i < 60; ++i) world.ask(symbol(i), heavy);
  };
  world.live_until(new_york(2026, 10, 16, 12), poll, 10min);
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(world.values[symbol(i)].trading_day, day_of(2026, 10, 15)) << symbol(i);
  }
}

TEST(Planner, LeavesCallsToTheComingCloseWhenTheLastOneWasMissed) {
  PlannerWorld world("free", QuoteUpdates::end_of_day, new_york(2026, 10, 5, 12));
  for (int i = 0; i < 30; ++i) world.know(symbol(i));
  // Nothing leaves from the evening until the next morning.
  world.now = new_york(2026, 10, 6, 11);
  world.live_until(new_york(2026, 10, 6, 16));
  EXPECT_TRUE(world.calls.empty());
  world.live_until(new_york(2026, 10, 7, 9));
  EXPECT_EQ(world.calls.size(), 25u);
}

TEST(Planner, LooksAtAHaltedSymbolEverMoreRarely) {
  PlannerWorld world("free", QuoteUpdates::end_of_day, new_york(2026, 10, 5, 18));
  for (const char* name : {"IBM", "MSFT", "HALT"}) world.know(name);
  world.halted = "HALT";
  world.halted_on = day_of(2026, 10, 5);
  const auto poll = [&] {
    for (const char* name : {"IBM", "MSFT", "HALT"}) world.ask(name);
  };
  world.live_until(new_york(2026, 11, 6, 12), poll, 10min);
  const auto counts = world.calls_between(WallTime{}, world.now);
  EXPECT_GE(counts.at("IBM"), 23);
  EXPECT_LE(counts.at("HALT"), 11);
  EXPECT_GE(counts.at("HALT"), 4);
}

TEST(Planner, TakesAQuoteThatMovesDuringTradingForASurprise) {
  PlannerWorld world("premium-75", QuoteUpdates::end_of_day, new_york(2026, 10, 5, 12));
  world.know("IBM");
  EXPECT_TRUE(world.planner.fetched(quote("IBM"), {day_of(2026, 10, 5), world.now}, world.now));
  EXPECT_FALSE(world.planner.fetched(quote("IBM"), {day_of(2026, 10, 5), world.now}, world.now));
  // For the rest of the day it is refreshed like a realtime quote.
  world.now += 2min;
  world.make_calls();
  EXPECT_EQ(world.calls.size(), 1u);
}

TEST(Planner, ProbesAHalfOpenBreakerTwiceADayAndBeforeTheOpenWhenNothingIsDue) {
  PlannerWorld world("free", QuoteUpdates::end_of_day, new_york(2026, 10, 9, 20));
  world.know("IBM");
  world.probing = true;
  world.live_until(new_york(2026, 10, 10, 19));
  EXPECT_EQ(world.calls.size(), 2u);
  for (const auto& call : world.calls) EXPECT_EQ(call.planned.reason, CallReason::probe);
}

TEST(Planner, ProbesImmediatelyWithoutADailyQuota) {
  PlannerWorld world("unlimited", QuoteUpdates::realtime, new_york(2026, 10, 10, 12));
  world.know("IBM");
  CallBudget budget;
  EXPECT_FALSE(world.planner.next(world.now, budget).has_value());
  budget.probing.set();
  const auto probe = world.planner.next(world.now, budget);
  ASSERT_TRUE(probe.has_value());
  EXPECT_EQ(probe->reason, CallReason::probe);
}

TEST(Planner, RetriesAFailedCallAfterItsPause) {
  PlannerWorld world("unlimited", QuoteUpdates::realtime, new_york(2026, 10, 5, 12));
  world.know("IBM");
  world.is_down = [](WallTime) { return true; };
  world.live_until(new_york(2026, 10, 5, 12) + 10min, [&] { world.ask("IBM"); });
  EXPECT_GE(world.calls.size(), 8u);
  EXPECT_LE(world.calls.size(), 10u);
}

TEST(Planner, LeavesMostOfADayToTheTimeAfterAnOutage) {
  PlannerWorld world("free", QuoteUpdates::end_of_day, new_york(2026, 10, 5, 8));
  world.probing = true;
  world.is_down = [](WallTime) { return true; };
  world.live_until(new_york(2026, 10, 5, 12), [&] { world.ask("NEW"); });
  EXPECT_EQ(world.calls.size(), 2u);
  world.live_until(new_york(2026, 10, 6, 8), [&] { world.ask("NEW"); });
  EXPECT_LE(world.calls.size(), 5u);
}

TEST(Planner, GivesTheCallOfAFlightThatCouldNotBeMadeToTheNext) {
  PlannerWorld world("unlimited", QuoteUpdates::realtime, kMondayMorning);
  world.ask("NEW");
  const auto first = world.planner.next(world.now, {});
  ASSERT_TRUE(first.has_value());
  EXPECT_FALSE(world.planner.next(world.now, {}).has_value());
  world.planner.not_made(first->query, world.now);
  const auto again = world.planner.next(world.now, {});
  ASSERT_TRUE(again.has_value());
  EXPECT_EQ(again->query, first->query);
}

TEST(Planner, RefreshesAValueWithoutACalendarOnlyOnceItIsAskedForWhileDue) {
  PlannerWorld world("unlimited", QuoteUpdates::realtime, kMondayMorning);
  world.know("^FCHI");
  world.live_until(world.now + 10min);
  EXPECT_TRUE(world.calls.empty());
  EXPECT_EQ(world.ask("^FCHI"), Interest::became_due);
  EXPECT_EQ(world.ask("^FCHI"), Interest::unchanged) << "it is in the queue already";
  world.make_calls();
  EXPECT_EQ(world.calls.size(), 1u);
}

TEST(Planner, RemembersABoundedNumberOfSymbols) {
  RefreshSettings settings;
  settings.max_wanted = 10;
  settings.max_unknown = 5;
  ExchangeWatches watches({.market_hours = false});
  Planner planner(settings, watches);
  const WallTime now = kMondayMorning;
  for (int i = 0; i < 50; ++i) {
    planner.fetched(quote(symbol(i)), {std::nullopt, now}, now);
    EXPECT_EQ(planner.wait_for(quote("N" + symbol(i)), kAlice, now), i < 5);
  }
  EXPECT_EQ(planner.wanted().size(), 10u);
  EXPECT_LE(planner.queued(now + 1h), 15u);
}

/// Lives through days with random plans, portfolios and outages, and checks every call.
RC_GTEST_PROP(AnyPortfolio, IsNeverOverQuotaNeverStarvesAndIsNeverRefreshedInVain, ()) {
  const bool is_free = *rc::gen::arbitrary<bool>();
  const QuoteUpdates updates =
      is_free ? QuoteUpdates::end_of_day
              : *rc::gen::element(QuoteUpdates::end_of_day, QuoteUpdates::realtime);
  const int symbols = *rc::gen::inRange(1, 15);
  const WallTime start = new_york(2026, 10, 5, *rc::gen::inRange(0, 24));
  const WallTime outage = start + std::chrono::hours(*rc::gen::inRange(0, 2 * 24));
  const auto outage_length = std::chrono::hours(*rc::gen::inRange(0, 5));
  // The quota throws when a call exceeds it.
  PlannerWorld world(is_free ? "free" : "premium-15", updates, start, *rc::gen::inRange(0u, 99u));
  world.is_down = [&](WallTime at) { return at >= outage && at < outage + outage_length; };
  const auto poll = [&] {
    for (int i = 0; i < symbols; ++i) world.ask(symbol(i));
  };
  world.live_until(start + (updates == QuoteUpdates::realtime ? 30h : 72h), poll, 1h);

  RC_ASSERT(static_cast<int>(world.values.size()) == symbols);
  const FreshnessRules earliest{
      .calendar = &world.calendar, .updates = updates, .fresh_ttl = 60s, .publication_lag = 0h};
  for (const auto& call : world.calls) {
    if (call.before) RC_ASSERT(call.at >= fresh_until(*call.before, earliest, call.at));
  }
  for (const auto& [name, value] : world.values) {
    RC_ASSERT(world.calendar.last_closed(world.now).day - *value.trading_day <=
              std::chrono::days(4));
  }
}

}  // namespace
}  // namespace stockclient::testing
