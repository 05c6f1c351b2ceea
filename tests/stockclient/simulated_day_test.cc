// Simulated days on the free plan: 25 calls for 1,000 requests.

#include <algorithm>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "stockclient/breaker_defaults.h"
#include "tests/stockclient/client_fixture.h"

namespace stockclient::testing {
namespace {

constexpr int kSymbols = 50;
constexpr int kRequests = 1000;

/// The period in which the upstream is down, counted from the reset.
struct Outage {
  std::chrono::hours from{0};
  std::chrono::hours to{0};
};

class SimulatedDay : public ClientTest, public ::testing::WithParamInterface<unsigned> {
 protected:
  SimulatedDay() {
    settings.quota_plan = "free";
    settings.quota_reset = "00:00 UTC";
    breaker_settings = default_breaker(settings);
  }

  /// Simulates a day. `pick` selects the symbol to request at a given hour of the day.
  void live(Outage outage, const std::function<int(double hour)>& pick, int clients = 7) {
    const auto start = day_began = clock.now();
    upstream.answers([&, start](const Query& query, auto, const auto&) -> AttemptResult {
      departures.push_back(clock.now());
      const auto since = clock.now() - start;
      if (since >= outage.from && since < outage.to) return fault(FailureKind::upstream_failure);
      return Data(quote_of(query.argument));
    });
    for (int i = 0; i < kRequests; ++i) {
      const double hour = 24.0 * i / kRequests;
      const std::string symbol = "S" + std::to_string(pick(hour));
      // A deadline long enough to wait for the rate limit.
      Asked asked = ask(symbol, 10s, "client" + std::to_string(i % clients));
      scheduler.advance(std::chrono::duration_cast<circuitbreaker::Duration>(24h) / kRequests);
      ASSERT_TRUE(asked.answered());
      if (asked.has_value()) {
        first_had.emplace(symbol, hour);
      } else {
        EXPECT_FALSE(first_had.contains(symbol)) << symbol << " had been answered before";
        EXPECT_TRUE(asked.error().retry_after.has_value() ||
                    asked.error().kind == FailureKind::upstream_failure);
      }
    }
  }

  /// Half of the symbols are requested only after noon.
  void live_with_an_outage_before_noon(int clients) {
    const auto pick = [&](double hour) {
      const int asked_for = hour < 12 ? kSymbols / 2 : kSymbols;
      return std::uniform_int_distribution(0, asked_for - 1)(random);
    };
    live({8h, 12h}, pick, clients);
  }

  struct AfterNoon {
    int had = 0;
    int never_asked_before = 0;
  };
  [[nodiscard]] AfterNoon first_had_after_noon() const {
    AfterNoon after;
    for (const auto& [symbol, hour] : first_had) {
      if (hour < 12) continue;
      ++after.had;
      if (std::stoi(symbol.substr(1)) >= kSymbols / 2) ++after.never_asked_before;
    }
    return after;
  }

  void expect_within_quota() {
    EXPECT_LE(std::count_if(departures.begin(), departures.end(),
                            [&](auto at) { return at < day_began + 24h; }),
              25);
    for (std::size_t i = 1; i < departures.size(); ++i) {
      EXPECT_GE(departures[i] - departures[i - 1], 1s);
    }
    EXPECT_EQ(observer.failures[FailureKind::throttled_second], 0);
  }

  std::mt19937 random{GetParam()};
  circuitbreaker::TimePoint day_began;
  std::vector<circuitbreaker::TimePoint> departures;
  /// The hour at which a symbol first got a value.
  std::map<std::string, double> first_had;
};

TEST_P(SimulatedDay, AThousandRequestsForFiftySymbolsStayWithinTheQuota) {
  live({}, [&](double) { return std::uniform_int_distribution(0, kSymbols - 1)(random); });
  expect_within_quota();
  EXPECT_GE(departures.size(), 24u) << "the quota is used up, too";
  EXPECT_GE(first_had.size(), 18u);
}

TEST_P(SimulatedDay, ASingleClientStaysWithinTheQuotaAndCanUseMostOfIt) {
  live(
      {}, [&](double) { return std::uniform_int_distribution(0, kSymbols - 1)(random); }, 1);
  expect_within_quota();
  EXPECT_GE(departures.size(), 24u) << "the quota is used up, too";
  EXPECT_GE(first_had.size(), 16u);
}

TEST_P(SimulatedDay, AfterAnOutageOfFourHoursCallsAreLeftForNewSymbols) {
  live_with_an_outage_before_noon(7);
  expect_within_quota();
  const auto [had, never_asked_before] = first_had_after_noon();
  EXPECT_GE(had, 3);
  EXPECT_GE(never_asked_before, 1);
}

TEST_P(SimulatedDay, AfterAnOutageOfFourHoursCallsAreLeftForASingleClient) {
  live_with_an_outage_before_noon(1);
  expect_within_quota();
  const auto [had, never_asked_before] = first_had_after_noon();
  EXPECT_GE(had, 2);
  EXPECT_GE(never_asked_before, 1);
}

TEST_P(SimulatedDay, AnOutageAtTheResetIsOvercomeWithTheRemainingCalls) {
  live({0h, 4h}, [&](double) { return std::uniform_int_distribution(0, kSymbols - 1)(random); });
  expect_within_quota();
  EXPECT_GE(first_had.size(), 5u);
  EXPECT_EQ(state(), circuitbreaker::State::closed);
}

INSTANTIATE_TEST_SUITE_P(Seeds, SimulatedDay, ::testing::Range(1u, 9u));

class ThrottleForTheDay : public ClientTest {};

TEST_F(ThrottleForTheDay, AllowsNoFurtherCallUntilTheReset) {
  settings.quota_reset = "00:00 America/New_York";
  know("KNOWN", 61s);
  upstream.fails(FailureKind::throttled_day);
  const std::size_t before = upstream.calls();
  ask_and_run("NEW");
  // The test starts at midnight UTC, so the next midnight in New York is five hours later.
  const WallTime reset(std::chrono::sys_days(std::chrono::year(2026) / 11 / 21) + 5h);
  while (wall.now() < reset) {
    const Asked unknown = ask_and_run("OTHER");
    EXPECT_EQ(unknown.error().kind, FailureKind::throttled_day);
    EXPECT_EQ(wall.now() + *unknown.error().retry_after, reset);
    const Asked known = ask_and_run("KNOWN");
    EXPECT_EQ(known.value().stale_reason, StaleReason::throttled);
    if (reset - wall.now() <= 17min) break;
    scheduler.advance(17min);
  }
  EXPECT_EQ(upstream.calls() - before, 1u);
  EXPECT_EQ(state(), circuitbreaker::State::closed);
  upstream.heals();
  scheduler.advance(reset - wall.now());
  EXPECT_FALSE(ask("KNOWN").value().stale()) << "refreshed by the first call of the new day";
  scheduler.advance(2s);
  EXPECT_TRUE(ask_and_run("OTHER").has_value());
}

}  // namespace
}  // namespace stockclient::testing
