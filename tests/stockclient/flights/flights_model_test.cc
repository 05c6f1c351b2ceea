// Invariants of flights after random sequences of requests, departures, deadlines, forced breaker
// states and upstream behaviours.

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/stockclient/client_fixture.h"

namespace stockclient::testing {
namespace {

StockClientSettings short_settings() {
  StockClientSettings settings;
  settings.fresh_ttl = 3s;
  settings.stale_while_revalidate = 3s;
  settings.stale_if_error = 60s;
  settings.negative_ttl = 2s;
  settings.max_waiters = 12;
  settings.max_wait = 6s;
  settings.upstream_timeout = 2s;
  return settings;
}

/// A new state for each generated case, because the fixture is shared by all of them.
struct World {
  World() {
    upstream.answers([this](const Query& query, circuitbreaker::Duration timeout, const auto&) {
      return answer(query, timeout);
    });
  }

  AttemptResult answer(const Query& query, circuitbreaker::Duration timeout) {
    // Recorded instead of thrown, because `fetch` is noexcept.
    if (!under_way.insert(query.argument).second) broken = "two simultaneous calls for one key";
    if (under_way.size() > settings.bulkhead) broken = "more calls than workers";
    if (timeout <= 0s || timeout > settings.upstream_timeout) broken = "a wrong timeout";
    if (clock.now() < held_until) broken = "a call while held";
    // A symbol that had a value is refreshed or probed even if nobody waits.
    if (!had.contains(query.argument) && !somebody_waits_for(query.argument)) {
      broken = "a call that nobody waits for";
    }
    AttemptResult result = answer_in_mood(query, timeout);
    under_way.erase(query.argument);
    if (result) had[query.argument] = {clock.now(), price_};
    return result;
  }
  [[nodiscard]] bool somebody_waits_for(const std::string& symbol) const {
    return std::any_of(all.begin(), all.end(), [&](const Asked& asked) {
      return asked.symbol == symbol && !asked.left && !asked.answered();
    });
  }
  /// A value that differs from all earlier ones.
  AttemptResult next_value(const Query& query) {
    return Data(quote_of(query.argument, std::to_string(++price_)));
  }
  AttemptResult answer_in_mood(const Query& query, circuitbreaker::Duration timeout) {
    switch (mood) {
      case 0:
        return next_value(query);
      case 1:
        scheduler.advance(timeout);
        return fault(FailureKind::timeout);
      case 2:
        return fault(FailureKind::upstream_failure);
      case 3:
        held_until = std::max(held_until, clock.now() + settings.throttle_hold_second);
        return fault(FailureKind::throttled_second);
      case 4:
        held_until = std::max(held_until, clock.now() + settings.throttle_hold_minute);
        nobody_waits_until = held_until;
        return fault(FailureKind::throttled_minute);
      case 5:
        return fault(FailureKind::not_found);
      default:
        scheduler.advance(timeout / 2);
        return next_value(query);
    }
  }

  void ask(const std::string& symbol, circuitbreaker::Duration patience) {
    Asked asked;
    asked.asked_at = clock.now();
    auto result = client.get(
        quote_query(symbol), {clock.now() + patience, {}},
        [outcomes = asked.outcomes](Outcome outcome) { outcomes->push_back(std::move(outcome)); });
    asked.symbol = symbol;
    asked.patience = std::min(patience, settings.max_wait);
    if (had.contains(symbol)) asked.known = had.at(symbol);
    if (auto* outcome = std::get_if<Outcome>(&result)) {
      asked.outcomes->push_back(std::move(*outcome));
    } else {
      asked.ticket = std::move(std::get<StockClient::Ticket>(result));
    }
    all.push_back(std::move(asked));
  }

  /// Checks the invariants that hold while no task runs.
  void check() {
    RC_ASSERT(broken == std::string());
    std::size_t waiting = 0;
    for (const Asked& asked : all) {
      RC_ASSERT(asked.outcomes->size() <= 1u);
      if (asked.left) continue;
      if (asked.outcomes->empty()) {
        ++waiting;
        RC_ASSERT(clock.now() - asked.asked_at < asked.patience);
        continue;
      }
      const Outcome& outcome = asked.outcomes->front();
      if (!outcome) {
        // A known value that may be served is always served.
        RC_ASSERT(!asked.known || asked.asked_at - asked.known->at >= *settings.stale_if_error);
        continue;
      }
      // Never older: the answer is at least as new as the value that was known when the request was
      // made.
      const Quote& quote = std::get<Quote>(outcome->record->data);
      RC_ASSERT(!asked.known || std::stoi(quote.price.text()) >= asked.known->price);
      RC_ASSERT(outcome->age < *settings.stale_if_error);
      RC_ASSERT(std::get<Quote>(outcome->record->data).symbol == asked.symbol);
      RC_ASSERT(outcome->stale() || outcome->age < settings.fresh_ttl);
    }
    RC_ASSERT(client.stats().waiters == waiting);
    RC_ASSERT(waiting <= settings.max_waiters);
    // Callers who would have waited in vain have been answered.
    RC_ASSERT(waiting == 0u || scheduler.ready() > 0 ||
              breakers.host().snapshot().state != circuitbreaker::State::open);
    RC_ASSERT(waiting == 0u || clock.now() >= nobody_waits_until);
  }

  struct Had {
    circuitbreaker::TimePoint at;
    int price = 0;
  };
  struct Asked : testing::Asked {
    std::string symbol;
    circuitbreaker::TimePoint asked_at;
    std::optional<Had> known;
    circuitbreaker::Duration patience{};
    bool left = false;
  };
  circuitbreaker::ManualClock clock;
  DerivedWallClock wall{clock, WallTime(std::chrono::hours(24 * 20'000))};
  DerivedBootClock boot{clock};
  ManualScheduler scheduler{clock};
  ScriptedUpstream upstream;
  CountingObserver observer;
  const StockClientSettings settings = short_settings();
  UpstreamBreakers breakers{{}, clock};
  int mood = 0;
  std::set<std::string> under_way;
  /// The last value fetched, by symbol.
  std::map<std::string, Had> had;
  int price_ = 0;
  circuitbreaker::TimePoint held_until{};
  /// End of a hold that lasts longer than any caller waits.
  circuitbreaker::TimePoint nobody_waits_until{};
  std::string broken;
  std::vector<Asked> all;
  StockClient client{settings, upstream, breakers, {clock, wall, boot}, {&observer}, {&scheduler}};
};

RC_GTEST_PROP(FlightsModel, KeepTheirInvariantsInAnyOrderOfEvents, ()) {
  World world;
  const auto events = *rc::gen::container<std::vector<std::pair<int, int>>>(
      120, rc::gen::pair(rc::gen::inRange(0, 16), rc::gen::inRange(0, 8)));
  for (const auto& [what, detail] : events) {
    const std::string symbol = "S" + std::to_string(detail % 4);
    switch (what) {
      case 0:
        world.mood = detail;
        break;
      case 1:
        if (!world.all.empty()) {
          auto& leaver = world.all[static_cast<std::size_t>(detail * 7) % world.all.size()];
          leaver.ticket.reset();
          leaver.left = leaver.outcomes->empty();
        }
        break;
      case 2:
        detail < 2 ? world.breakers.host().force_open("model")
                   : world.breakers.host().reset("model");
        break;
      case 3:
        world.scheduler.advance(std::chrono::seconds(detail * detail));
        break;
      case 4:
      case 5:
        world.scheduler.advance(std::chrono::milliseconds(100 * detail));
        break;
      case 6:
        world.ask(symbol, std::chrono::milliseconds(300 * (detail + 1)));
        break;
      case 7:
      case 8:
        world.scheduler.run_ready();
        break;
      default:
        world.ask(symbol, 10s);
    }
    world.check();
  }
  // Liveness: after the faults end and time passes, every caller is answered and nothing is left
  // over.
  world.mood = 0;
  world.breakers.host().reset("model");
  world.scheduler.advance(2min);
  world.check();
  RC_ASSERT(world.client.stats().waiters == 0u);
  RC_ASSERT(world.client.stats().flights == 0u);
  world.ask("S0", 10s);
  world.scheduler.run_ready();
  RC_ASSERT(world.all.back().has_value());
}

}  // namespace
}  // namespace stockclient::testing
