#include "stockclient/flights/upstream_breakers.h"

#include <atomic>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace stockclient {
namespace {

using namespace std::chrono_literals;
using circuitbreaker::Rejected;
using circuitbreaker::State;
using circuitbreaker::Verdict;

constexpr CallEnd kSuccess{.verdict = Verdict::success};
constexpr CallEnd kFailure{.verdict = Verdict::failure, .reason = "status 500"};
constexpr CallEnd kTimeout{.verdict = Verdict::timeout, .reason = "no answer"};
constexpr CallEnd kNotConnected{
    .verdict = Verdict::failure, .reason = "connection refused", .connected = false};

class UpstreamBreakersTest : public ::testing::Test {
 protected:
  static UpstreamBreakerSettings settings(double slow_call_rate = 0) {
    circuitbreaker::Settings all;
    all.failure_threshold = 5;
    all.success_threshold = 2;
    all.open_timeout = 30s;
    if (slow_call_rate > 0) {
      all.slow_call_rate = slow_call_rate;
      all.slow_call_duration = 2s;
      all.window.calls = 4;
      all.window.minimum_calls = 2;
    }
    UpstreamBreakerSettings settings{.host = all, .functions = {}};
    settings.functions.fill(all);
    return settings;
  }

  UpstreamBreakersTest() { make(settings()); }
  void make(const UpstreamBreakerSettings& settings) {
    breakers.reset();
    breakers = std::make_unique<UpstreamBreakers>(settings, clock);
  }

  /// Makes one call a second long; false when it was rejected.
  bool call(Function function, const CallEnd& end) {
    clock.advance(1s);
    auto permit = breakers->try_acquire(function);
    if (!permit) return false;
    permit->end(end);
    return true;
  }
  void calls(int count, Function function, const CallEnd& end) {
    for (int i = 0; i < count; ++i) call(function, end);
  }
  State host() { return breakers->host().snapshot().state; }
  State of(Function function) { return breakers->of(function).snapshot().state; }

  circuitbreaker::ManualClock clock;
  std::unique_ptr<UpstreamBreakers> breakers;
};

constexpr auto kQuote = Function::global_quote;
constexpr auto kHistory = Function::daily_series;
constexpr auto kSearch = Function::symbol_search;

TEST_F(UpstreamBreakersTest, TheHostOpensWithTheFifthFailureWhenOneFunctionIsInUse) {
  calls(4, kQuote, kFailure);
  EXPECT_EQ(host(), State::closed);
  call(kQuote, kFailure);
  EXPECT_EQ(host(), State::open);
}

TEST_F(UpstreamBreakersTest, TheHostOpensWithTheFifthFailureWhenAllFunctionsFail) {
  for (int i = 0; i < 2; ++i) {
    call(kQuote, kFailure);
    call(kHistory, kTimeout);
  }
  EXPECT_EQ(host(), State::closed);
  call(kSearch, kFailure);
  EXPECT_EQ(host(), State::open);
}

TEST_F(UpstreamBreakersTest, AFunctionThatFailsAloneOpensAlone) {
  for (int i = 0; i < 5; ++i) {
    call(kHistory, kFailure);
    call(kQuote, kSuccess);
  }
  EXPECT_EQ(of(kHistory), State::open);
  EXPECT_EQ(of(kQuote), State::closed);
  EXPECT_EQ(host(), State::closed);
  EXPECT_TRUE(call(kQuote, kSuccess));
  EXPECT_FALSE(call(kHistory, kSuccess));
}

TEST_F(UpstreamBreakersTest, TwoFunctionsThatFailDoNotOpenTheHostOnceAThirdHasSucceeded) {
  call(kHistory, kFailure);
  call(kSearch, kFailure);
  call(kQuote, kSuccess);
  calls(4, kHistory, kFailure);
  calls(4, kSearch, kFailure);
  EXPECT_EQ(of(kHistory), State::open);
  EXPECT_EQ(of(kSearch), State::open);
  EXPECT_EQ(host(), State::closed);
}

TEST_F(UpstreamBreakersTest, FailuresWithoutAConnectionCountForTheHostWhateverOthersDid) {
  for (int i = 0; i < 4; ++i) call(kHistory, kFailure), call(kQuote, kSuccess);
  calls(5, kSearch, kNotConnected);
  EXPECT_EQ(host(), State::open);
}

TEST_F(UpstreamBreakersTest, ASuccessBeforeTheFirstFailureExcusesNothing) {
  calls(3, kQuote, kSuccess);
  calls(5, kHistory, kFailure);
  EXPECT_EQ(host(), State::open);
}

TEST_F(UpstreamBreakersTest, ARejectionNamesTheBreakerThatRejected) {
  for (int i = 0; i < 5; ++i) call(kHistory, kFailure), call(kQuote, kSuccess);
  auto permit = breakers->try_acquire(kHistory);
  ASSERT_FALSE(permit);
  EXPECT_EQ(permit.error().reason, Rejected::Reason::open);
  EXPECT_EQ(permit.error().breaker.view(), "alpha_vantage.history");
  calls(5, kQuote, kNotConnected);
  permit = breakers->try_acquire(kHistory);
  ASSERT_FALSE(permit);
  EXPECT_EQ(permit.error().breaker.view(), "alpha_vantage");
}

TEST_F(UpstreamBreakersTest, IgnoredCallsMoveNothing) {
  calls(20, kQuote, {.verdict = Verdict::ignored});
  EXPECT_EQ(host(), State::closed);
  EXPECT_EQ(of(kQuote), State::closed);
}

TEST_F(UpstreamBreakersTest, FunctionsOpenedDuringAnOutageAreHalfOpenOnceTheHostCloses) {
  calls(5, kQuote, kFailure);
  ASSERT_EQ(of(kQuote), State::open);
  clock.advance(30s);
  // The function's own open time has not passed for history, which never failed: both may probe.
  ASSERT_TRUE(call(kHistory, kSuccess));
  EXPECT_EQ(host(), State::half_open);
  ASSERT_TRUE(call(kHistory, kSuccess));
  EXPECT_EQ(host(), State::closed);
  EXPECT_EQ(of(kQuote), State::half_open);
  calls(2, kQuote, kSuccess);
  EXPECT_EQ(of(kQuote), State::closed);
}

TEST_F(UpstreamBreakersTest, AHalfOpenHostIsProbedThroughAnOpenFunction) {
  auto longer = settings();
  longer.functions[0].open_timeout = 10min;
  make(longer);
  calls(5, kQuote, kFailure);
  clock.advance(30s);
  ASSERT_EQ(of(kQuote), State::open);
  auto permit = breakers->try_acquire(kQuote);
  ASSERT_TRUE(permit);
  EXPECT_TRUE(permit->is_probe());
  permit->end(kSuccess);
  EXPECT_TRUE(call(kQuote, kSuccess));
  EXPECT_EQ(host(), State::closed);
  EXPECT_EQ(of(kQuote), State::half_open);
}

TEST_F(UpstreamBreakersTest, AFunctionThatAnOperatorOpenedStaysClosedToProbesOfTheHost) {
  calls(5, kQuote, kNotConnected);
  breakers->of(kHistory).force_open("maintenance");
  clock.advance(30s);
  const auto permit = breakers->try_acquire(kHistory);
  ASSERT_FALSE(permit);
  EXPECT_EQ(permit.error().reason, Rejected::Reason::forced_open);
}

TEST_F(UpstreamBreakersTest, AFunctionThatOpenedBeforeTheOutageKeepsItsOpenTime) {
  auto longer = settings();
  longer.functions[1].open_timeout = 10min;
  make(longer);
  for (int i = 0; i < 5; ++i) call(kHistory, kFailure), call(kQuote, kSuccess);
  calls(5, kQuote, kNotConnected);
  clock.advance(30s);
  calls(2, kQuote, kSuccess);
  EXPECT_EQ(host(), State::closed);
  EXPECT_EQ(of(kHistory), State::open);
}

TEST_F(UpstreamBreakersTest, HangingCallsOfTheOnlyFunctionOpenTheHostBeforeTheirTimeouts) {
  make(settings(0.5));
  auto first = breakers->try_acquire(kQuote);
  auto second = breakers->try_acquire(kQuote);
  clock.advance(2s);
  EXPECT_EQ(of(kQuote), State::open);
  EXPECT_EQ(host(), State::open);
}

TEST_F(UpstreamBreakersTest, AFunctionThatHangsAloneOpensAlone) {
  make(settings(0.5));
  auto first = breakers->try_acquire(kHistory);
  auto second = breakers->try_acquire(kHistory);
  call(kQuote, kSuccess);
  clock.advance(2s);
  EXPECT_EQ(of(kHistory), State::open);
  EXPECT_EQ(host(), State::closed);
  EXPECT_TRUE(call(kQuote, kSuccess));
}

TEST_F(UpstreamBreakersTest, AFunctionThatHangsCallByCallBetweenAnswersOfOthersOpensAlone) {
  make(settings(0.5));
  for (int i = 0; i < 2; ++i) {
    call(kQuote, kSuccess);
    clock.advance(1s);
    const auto started = clock.now();
    auto permit = breakers->try_acquire(kHistory);
    ASSERT_TRUE(permit);
    clock.advance(2s);
    breakers->call_became_slow(kHistory, started);
    permit->end(kTimeout);
  }
  EXPECT_EQ(of(kHistory), State::open);
  EXPECT_EQ(host(), State::closed);
}

TEST_F(UpstreamBreakersTest, RejectionsOfAFunctionDoNotCountAsCallsOfTheHost) {
  for (int i = 0; i < 5; ++i) call(kHistory, kFailure), call(kQuote, kSuccess);
  const auto before = breakers->host().snapshot().calls;
  calls(10, kHistory, kSuccess);
  const auto after = breakers->host().snapshot().calls;
  EXPECT_EQ(after.total(), before.total());
}

TEST_F(UpstreamBreakersTest, CallsOfManyFunctionsThatHangOpenTheHostTogether) {
  make(settings(0.5));
  std::vector<UpstreamPermit> permits;
  for (const Function function : {kQuote, kHistory}) {
    permits.push_back(*breakers->try_acquire(function));
  }
  const auto started = clock.now();
  clock.advance(2s);
  breakers->call_became_slow(kQuote, started);
  EXPECT_EQ(host(), State::closed);
  breakers->call_became_slow(kHistory, started);
  EXPECT_EQ(host(), State::open);
  EXPECT_EQ(of(kQuote), State::closed) << "too few calls of its own";
}

TEST_F(UpstreamBreakersTest, ASlowProbeOfTheHostIsATimeout) {
  make(settings(0.5));
  calls(5, kQuote, kNotConnected);
  clock.advance(30s);
  auto permit = breakers->try_acquire(kHistory);
  ASSERT_TRUE(permit);
  clock.advance(2s);
  permit->end(kSuccess);
  EXPECT_EQ(host(), State::open);
  EXPECT_EQ(breakers->host().snapshot().calls.timeout, 1u);
}

TEST_F(UpstreamBreakersTest, AFunctionThatFailsAloneInAHalfOpenHostIsNoProbeOfItAnyMore) {
  auto longer = settings();
  longer.functions[1].open_timeout = 10min;
  make(longer);
  for (int i = 0; i < 5; ++i) call(i % 2 == 0 ? kQuote : kHistory, kNotConnected);
  calls(5, kHistory, kFailure);
  ASSERT_EQ(host(), State::open);
  breakers->of(kHistory).trip("test");
  clock.advance(30s);
  ASSERT_TRUE(breakers->opened_in_outage(kHistory));
  ASSERT_TRUE(call(kQuote, kSuccess));
  ASSERT_TRUE(call(kHistory, kFailure)) << "a probe through the open function";
  EXPECT_EQ(host(), State::half_open) << "quotes have succeeded meanwhile";
  EXPECT_FALSE(call(kHistory, kFailure));
  EXPECT_TRUE(call(kQuote, kSuccess));
  EXPECT_EQ(host(), State::closed);
  EXPECT_EQ(of(kHistory), State::open);
}

TEST_F(UpstreamBreakersTest, AFunctionThatOpenedAloneIsNoProbeOfTheHost) {
  auto longer = settings();
  longer.functions[1].open_timeout = 10min;
  make(longer);
  for (int i = 0; i < 5; ++i) call(kHistory, kFailure), call(kQuote, kSuccess);
  calls(5, kQuote, kNotConnected);
  clock.advance(30s);
  EXPECT_FALSE(call(kHistory, kSuccess));
  EXPECT_TRUE(call(kQuote, kSuccess));
}

TEST_F(UpstreamBreakersTest, ReconfigureReachesEveryBreakerAndKeepsTheStates) {
  calls(4, kQuote, kFailure);
  auto changed = settings(0.5);
  changed.host.failure_threshold = 9;
  for (auto& function : changed.functions) function.failure_threshold = 9;
  breakers->reconfigure(changed);
  EXPECT_EQ(breakers->slow_after(kQuote), 2s);
  EXPECT_EQ(breakers->host_slow_call_rate(), 0.5);
  calls(4, kQuote, kFailure);
  EXPECT_EQ(host(), State::closed);
  call(kQuote, kFailure);
  EXPECT_EQ(host(), State::open);
  EXPECT_EQ(of(kQuote), State::open);
}

TEST_F(UpstreamBreakersTest, ReconfigureChangesNothingIfOneSettingIsOutOfRange) {
  auto changed = settings();
  changed.host.failure_threshold = 9;
  changed.functions[3].success_threshold = 0;
  EXPECT_THROW(breakers->reconfigure(changed), std::invalid_argument);
  EXPECT_EQ(breakers->host().snapshot().settings.failure_threshold, 5u);
}

TEST_F(UpstreamBreakersTest, ThreadsThatCallFailAndReconfigureLoseNoCallAndNoPermit) {
  auto short_open = settings(0.5);
  short_open.host.open_timeout = 1ms;
  for (auto& function : short_open.functions) function.open_timeout = 1ms;
  make(short_open);
  std::atomic<std::uint64_t> permitted{0};
  {
    std::vector<std::jthread> threads;
    for (const Function function : kFunctions) {
      threads.emplace_back([&, function] {
        for (int i = 0; i < 2000; ++i) {
          clock.advance(100us);
          auto permit = breakers->try_acquire(function);
          if (!permit) continue;
          ++permitted;
          if (i % 50 == 0) breakers->call_became_slow(function, clock.now());
          permit->end(i % 7 < 5 ? kFailure : kSuccess);
        }
      });
    }
    threads.emplace_back([&] {
      for (int i = 0; i < 200; ++i) breakers->reconfigure(short_open);
    });
  }
  const auto snapshot = breakers->host().snapshot();
  EXPECT_EQ(snapshot.in_flight, 0u);
  // A call that the host permits and the function rejects counts for the host as ignored.
  EXPECT_GE(snapshot.calls.success + snapshot.calls.failure + snapshot.calls.timeout +
                snapshot.calls.ignored,
            permitted);
  EXPECT_GT(snapshot.transitions.closed_to_open, 0u);
  for (const Function function : kFunctions) {
    EXPECT_EQ(breakers->of(function).snapshot().in_flight, 0u);
    clock.advance(1h);
    for (int i = 0; i < 2; ++i) call(function, kSuccess);
  }
  EXPECT_EQ(host(), State::closed);
  for (const Function function : kFunctions) EXPECT_EQ(of(function), State::closed);
}

RC_GTEST_FIXTURE_PROP(UpstreamBreakersTest, WhileOneFunctionSucceedsAnotherNeverOpensTheHost, ()) {
  const auto order = *rc::gen::container<std::vector<bool>>(rc::gen::arbitrary<bool>());
  call(kQuote, kSuccess);
  int failures_in_a_row = 0;
  for (const bool healthy : order) {
    // The healthy function answers at least once for every four failures of the other.
    if (healthy || ++failures_in_a_row == 4) {
      failures_in_a_row = 0;
      call(kQuote, kSuccess);
    } else {
      call(kHistory, kFailure);
    }
    RC_ASSERT(host() == State::closed);
  }
}

RC_GTEST_FIXTURE_PROP(UpstreamBreakersTest, FiveFailuresInARowOpenTheHostWhateverTheFunctions, ()) {
  const auto functions = *rc::gen::container<std::vector<int>>(5, rc::gen::inRange(0, 4));
  for (const int function : functions) call(static_cast<Function>(function), kFailure);
  RC_ASSERT(host() == State::open);
}

}  // namespace
}  // namespace stockclient
