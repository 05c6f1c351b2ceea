#include "circuitbreaker/retry.h"

#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "circuitbreaker/circuit_breaker.h"
#include "circuitbreaker/pipeline.h"

namespace circuitbreaker {
namespace {

using namespace std::chrono_literals;

// A policy that rejects every call from the call with the given number on.
struct RejectingFrom {
  template <class F>
  CallResult<F> call(F&& f, const CallContext& context) {
    if (++calls < first) return detail::call_plainly(f, context);
    return detail::rejected_with<CallResult<F>>({Rejected::Reason::bulkhead_full});
  }
  int first;
  int calls = 0;
};

class RetryTest : public ::testing::Test {
 protected:
  using Answer = expected<int, std::string>;
  using Rejectable = expected<int, CallError<std::string>>;
  static RetrySettings exact() {
    return {.max_attempts = 4,
            .initial_delay = 100ms,
            .max_delay = 300ms,
            .multiplier = 2,
            .jitter = Jitter::none};
  }
  // Fails a given number of times, then succeeds, and records when it was called.
  auto failing(int times) {
    return [this, times]() mutable -> Answer {
      called_at.push_back(clock.now() - start);
      if (times-- > 0) return unexpected<std::string>("down");
      return 1;
    };
  }
  ManualClock clock;
  ManualSleeper sleeper{clock};
  TimePoint start = clock.now();
  std::vector<Duration> called_at;
};

TEST_F(RetryTest, WaitsLongerEachTimeUpToTheCapAndReturnsTheFirstSuccess) {
  Retry retry(exact(), sleeper);
  EXPECT_EQ(retry.call(failing(3)), 1);
  EXPECT_EQ(called_at, (std::vector<Duration>{0ms, 100ms, 300ms, 600ms}));
  EXPECT_EQ(retry.statistics().recovered, 1u);
  EXPECT_EQ(retry.statistics().attempts, 4u);
}

TEST_F(RetryTest, ReturnsTheLastErrorWhenAttemptsAreExhausted) {
  Retry retry(exact(), sleeper);
  const auto result = retry.call(failing(9));
  EXPECT_EQ(*result.error().error(), "down");
  EXPECT_EQ(called_at.size(), 4u);
  EXPECT_EQ(retry.statistics().attempts_exhausted, 1u);
  EXPECT_EQ(retry.statistics().given_up, 1u);
}

TEST_F(RetryTest, TheLastExceptionIsRethrown) {
  Retry retry(exact(), sleeper);
  int calls = 0;
  EXPECT_THROW(
      (void)retry.call([&]() -> int { throw std::runtime_error(std::to_string(++calls)); }),
      std::runtime_error);
  EXPECT_EQ(calls, 4);
}

TEST_F(RetryTest, NeverRetriesARejection) {
  Retry retry(exact(), sleeper);
  CircuitBreaker breaker("test", {}, clock);
  breaker.force_open("test");
  auto guarded = pipeline(retry, breaker);
  EXPECT_FALSE(guarded.call(failing(0)));
  EXPECT_EQ(breaker.snapshot().calls.rejected, 1u);
  EXPECT_EQ(clock.now(), start);
}

TEST_F(RetryTest, APredicateDecidesWhetherToRetry) {
  Retry retry(exact(), sleeper);
  auto only_small = retry.when([](const expected<int, Rejected>& r) { return *r < 3; });
  int calls = 0;
  EXPECT_EQ(only_small.call([&] { return ++calls; }), 3);
  auto no_exceptions = retry.when([](const std::exception_ptr&) { return false; });
  EXPECT_THROW((void)no_exceptions.call([&]() -> int { throw ++calls; }), int);
  EXPECT_EQ(calls, 4);
}

TEST_F(RetryTest, DoesNotBeginADelayThatEndsAfterTheDeadline) {
  Retry retry(exact(), sleeper);
  const auto result = retry.call(failing(9), {.deadline = Deadline::after(clock, 250ms)});
  EXPECT_FALSE(result);
  EXPECT_EQ(called_at, (std::vector<Duration>{0ms, 100ms}));
  EXPECT_EQ(retry.statistics().deadline_too_near, 1u);
}

TEST_F(RetryTest, DoesNotBeginADelayThatEndsAtTheDeadline) {
  Retry retry(exact(), sleeper);
  (void)retry.call(failing(9), {.deadline = Deadline::after(clock, 100ms)});
  EXPECT_EQ(called_at, (std::vector<Duration>{0ms}));
}

TEST_F(RetryTest, ASuccessAtTheFirstAttemptIsNoRecovery) {
  Retry retry(exact(), sleeper);
  EXPECT_EQ(retry.call(failing(0)), 1);
  EXPECT_EQ(retry.statistics().recovered, 0u);
  EXPECT_EQ(retry.statistics().given_up, 0u);
}

// Requests a stop in the middle of a delay, as another thread would.
class StoppedWhileSleeping final : public Sleeper {
 public:
  explicit StoppedWhileSleeping(std::stop_source& source) : source_(source) {}
  bool sleep(Duration, const std::stop_token& stop) const override {
    source_.request_stop();
    return !stop.stop_requested();
  }

 private:
  std::stop_source& source_;
};

TEST_F(RetryTest, AStopRequestEndsADelayAndReturnsTheLastError) {
  std::stop_source source;
  const StoppedWhileSleeping stopped(source);
  Retry retry(exact(), stopped);
  const auto result = retry.call(failing(9), {.stop = source.get_token()});
  EXPECT_EQ(*result.error().error(), "down");
  EXPECT_EQ(called_at.size(), 1u);
  EXPECT_EQ(retry.statistics().cancelled, 1u);
}

TEST_F(RetryTest, TheThreadSleeperIsWokenByAStopRequest) {
  std::stop_source source;
  source.request_stop();
  EXPECT_FALSE(thread_sleeper().sleep(1h, source.get_token()));
}

TEST_F(RetryTest, JitterStaysInItsRangeAndFillsIt) {
  for (const auto jitter : {Jitter::equal, Jitter::full}) {
    RetrySettings settings = exact();
    settings.jitter = jitter;
    Retry retry(settings, sleeper);
    const Duration least = jitter == Jitter::equal ? 100ms : 0ms;
    Duration smallest = 1h;
    Duration largest{};
    for (int i = 0; i < 500; ++i) {
      const Duration delay = retry.delay_after(2);
      smallest = std::min(smallest, delay);
      largest = std::max(largest, delay);
    }
    EXPECT_GE(smallest, least);
    EXPECT_LT(smallest, least + 10ms);
    EXPECT_LE(largest, 200ms);
    EXPECT_GT(largest, 190ms);
  }
}

TEST_F(RetryTest, ThePresetsMatchTheirNames) {
  EXPECT_EQ(RetrySettings::standard().max_attempts, 3u);
  EXPECT_EQ(RetrySettings::standard().initial_delay, 100ms);
  EXPECT_EQ(RetrySettings::standard().max_delay, 5s);
  EXPECT_EQ(RetrySettings::aggressive().max_attempts, 5u);
  EXPECT_EQ(RetrySettings::aggressive().multiplier, 1.5);
  EXPECT_EQ(RetrySettings::conservative().max_attempts, 2u);
  EXPECT_EQ(RetrySettings::conservative().max_delay, 2s);
}

TEST_F(RetryTest, TheFunctionLearnsWhichAttemptItIs) {
  Retry retry(exact(), sleeper);
  std::vector<std::uint32_t> attempts;
  (void)retry.call([&](const CallContext& context) -> Answer {
    attempts.push_back(context.attempt);
    return unexpected<std::string>("down");
  });
  EXPECT_EQ(attempts, (std::vector<std::uint32_t>{1, 2, 3, 4}));
}

TEST_F(RetryTest, TheBudgetGrantsATenthOfFirstAttemptsAndAMinimum) {
  RetryBudget budget({.ratio = 0.1, .floor = 2, .window = 10s}, clock);
  EXPECT_EQ(budget.remaining(), 2u);
  for (int i = 0; i < 50; ++i) budget.first_attempt();
  EXPECT_EQ(budget.remaining(), 5u);
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(budget.try_retry());
  EXPECT_FALSE(budget.try_retry());
  clock.advance(11s);
  EXPECT_EQ(budget.remaining(), 2u);
}

TEST_F(RetryTest, TheBudgetCountsAFirstAttemptOncePerCall) {
  RetryBudget budget({.ratio = 1, .floor = 0}, clock);
  Retry retry(exact(), sleeper, &budget);
  (void)retry.call(failing(9));
  EXPECT_EQ(called_at.size(), 2u) << "one retry for one first attempt";
}

TEST_F(RetryTest, TheBudgetForgetsRetriesWhenTheirBucketLeavesTheWindow) {
  RetryBudget budget({.ratio = 0, .floor = 1, .window = 10s}, clock);
  EXPECT_TRUE(budget.try_retry());
  for (int i = 0; i < 9; ++i) {
    clock.advance(1s);
    EXPECT_EQ(budget.remaining(), 0u);
  }
  clock.advance(1s);
  EXPECT_EQ(budget.remaining(), 1u);
}

TEST_F(RetryTest, ARetryCountsInTheBudgetWhileItBacksOff) {
  RetryBudget budget({.ratio = 0, .floor = 1, .window = 10s}, clock);
  class Watching final : public Sleeper {
   public:
    explicit Watching(RetryBudget& watched) : budget_(watched) {}
    bool sleep(Duration, const std::stop_token&) const override {
      EXPECT_EQ(budget_.remaining(), 0u);
      return true;
    }

   private:
    RetryBudget& budget_;
  };
  const Watching watching(budget);
  Retry retry(exact(), watching, &budget);
  EXPECT_FALSE(retry.call(failing(9)));
  EXPECT_EQ(called_at.size(), 2u);
  EXPECT_EQ(retry.statistics().budget_exhausted, 1u);
}

TEST_F(RetryTest, ReportsAttemptsDelayAndLastErrorOfACall) {
  Retry retry(exact(), sleeper);
  RetryReport report;
  (void)retry.call(failing(2), {.retry_report = &report});
  EXPECT_EQ(report.attempts, 3u);
  EXPECT_EQ(report.total_delay, 300ms);
  EXPECT_EQ(report.last_error, "down");
  EXPECT_EQ(report.end, RetryEnd::succeeded);
}

TEST_F(RetryTest, TellsExhaustedAttemptsFromAnErrorThatIsNotRetryable) {
  Retry retry(exact(), sleeper);
  RetryReport report;
  (void)retry.call(failing(9), {.retry_report = &report});
  EXPECT_EQ(report.end, RetryEnd::attempts_exhausted);
  const auto never = retry.when([](const std::string&) { return false; });
  (void)never.call(failing(9), {.retry_report = &report});
  EXPECT_EQ(report.end, RetryEnd::not_retryable);
  EXPECT_EQ(report.attempts, 1u);
}

TEST_F(RetryTest, ReportsThroughAPipelineAndFromTheOutermostRetry) {
  Retry outer({.max_attempts = 2, .jitter = Jitter::none}, sleeper);
  Retry inner(exact(), sleeper);
  RetryReport report;
  (void)pipeline(outer, inner).call(failing(9), {.retry_report = &report});
  EXPECT_EQ(report.attempts, 2u);
  EXPECT_EQ(report.total_delay, 100ms) << "the outer retry's own";
  EXPECT_EQ(called_at.size(), 8u);
}

TEST_F(RetryTest, DoesNotSleepIfTheBreakerWillStillBeOpenAfterwards) {
  Retry retry(exact(), sleeper);
  Settings settings;
  settings.failure_threshold = 2;
  CircuitBreaker breaker("test", settings, clock);
  RetryReport report;
  const auto result = pipeline(retry, breaker).call(failing(9), {.retry_report = &report});
  EXPECT_EQ(result.error(), "down");
  EXPECT_EQ(clock.now() - start, 100ms) << "the delay before the second attempt, and no other";
  EXPECT_EQ(breaker.calls().rejected, 0u);
  EXPECT_EQ(report.end, RetryEnd::breaker_open);
  EXPECT_EQ(retry.statistics().breaker_open, 1u);
}

TEST_F(RetryTest, DoesNotSleepIntoABreakerThatAnOperatorOpened) {
  Retry retry(exact(), sleeper);
  CircuitBreaker breaker("test", {}, clock);
  RetryReport report;
  (void)pipeline(retry, breaker)
      .call(
          [&]() -> Answer {
            breaker.force_open("test");
            return unexpected<std::string>("down");
          },
          {.retry_report = &report});
  EXPECT_EQ(report.end, RetryEnd::breaker_open);
  EXPECT_EQ(clock.now(), start);
}

TEST_F(RetryTest, DoesNotSleepAfterARejectionIfTheBreakerWillStillBeOpen) {
  Retry retry(exact(), sleeper);
  const auto stubborn = retry.when([](const auto& result) { return !result; });
  Settings settings;
  settings.open_timeout = 150ms;
  CircuitBreaker breaker("test", settings, clock);
  breaker.trip("test");
  RetryReport report;
  EXPECT_FALSE(pipeline(stubborn, breaker).call(failing(0), {.retry_report = &report}));
  EXPECT_EQ(report.end, RetryEnd::breaker_open);
  EXPECT_EQ(clock.now(), start);
  clock.advance(100ms);  // The first delay is long enough now.
  EXPECT_EQ(pipeline(stubborn, breaker).call(failing(0), {.retry_report = &report}), 1);
  EXPECT_EQ(report.attempts, 2u);
  breaker.force_open("test");
  EXPECT_FALSE(pipeline(stubborn, breaker).call(failing(0), {.retry_report = &report}));
  EXPECT_EQ(report.end, RetryEnd::breaker_open);
  EXPECT_EQ(report.attempts, 1u);
}

TEST_F(RetryTest, SleepsAfterARejectionThatSaysNothingAboutAnOpenTime) {
  Retry retry(exact(), sleeper);
  const auto stubborn = retry.when([](const auto& result) { return !result; });
  Settings settings;
  settings.half_open_max_calls = 1;
  CircuitBreaker breaker("test", settings, clock);
  breaker.trip("test");
  breaker.try_half_open("test");
  const auto probe = breaker.try_acquire();
  RetryReport report;
  EXPECT_FALSE(pipeline(stubborn, breaker).call(failing(0), {.retry_report = &report}));
  EXPECT_EQ(report.end, RetryEnd::attempts_exhausted);
}

TEST_F(RetryTest, ABreakersOpenTimeCountsForOneAttempt) {
  Retry retry(exact(), sleeper);
  Settings settings;
  settings.failure_threshold = 1;
  settings.open_timeout = 250ms;
  CircuitBreaker primary("primary", settings, clock);
  CircuitBreaker secondary("secondary", {}, clock);
  const auto obedient = retry.when([](const std::string& error) {
    return error == "wait" ? RetryDecision::after(300ms) : RetryDecision(true);
  });
  RetryReport report;
  (void)obedient.call(
      [&](const CallContext& context) {
        const bool first = context.attempt == 1;
        return (first ? primary : secondary)
            .call([&]() -> Answer { return unexpected<std::string>(first ? "wait" : "down"); },
                  context);
      },
      {.retry_report = &report});
  EXPECT_EQ(report.end, RetryEnd::attempts_exhausted) << "only the first breaker was open";
}

TEST_F(RetryTest, SleepsWhenTheBreakerIsAShadowThatRejectsNothing) {
  Retry retry(exact(), sleeper);
  CircuitBreaker breaker("test", {}, clock);
  breaker.trip("test");
  breaker.shadow("test");
  RetryReport report;
  EXPECT_EQ(pipeline(retry, breaker).call(failing(1), {.retry_report = &report}), 1);
  EXPECT_EQ(report.attempts, 2u);
}

TEST_F(RetryTest, SleepsWhenTheBreakerWillAdmitAProbeInTime) {
  Retry retry(exact(), sleeper);
  Settings settings;
  settings.failure_threshold = 1;
  settings.open_timeout = 50ms;
  CircuitBreaker breaker("test", settings, clock);
  EXPECT_EQ(pipeline(retry, breaker).call(failing(1)), 1);
}

TEST_F(RetryTest, ARejectionOfALaterAttemptKeepsTheFirstError) {
  Retry retry(exact(), sleeper);
  CircuitBreaker breaker("test", {}, clock);
  int attempts = 0;
  const auto result = pipeline(retry, breaker).call([&]() -> Answer {
    if (++attempts == 2) breaker.disable("test");
    if (attempts == 1) return unexpected<std::string>("first");
    return unexpected<std::string>("second");
  });
  EXPECT_EQ(result.error(), "second") << "nothing was rejected";
  const auto rejected = retry.call([&, calls = 0](const CallContext&) mutable {
    if (++calls == 3) breaker.force_open("test");
    return breaker.call(
        [&]() -> Answer { return unexpected<std::string>(calls == 1 ? "first" : "second"); });
  });
  EXPECT_EQ(*error_of(rejected), "first");
  EXPECT_EQ(rejection_of(rejected)->reason, Rejected::Reason::forced_open);
}

TEST_F(RetryTest, ARejectionThatIsRetriedInVainKeepsTheFirstError) {
  Retry retry(exact(), sleeper);
  RejectingFrom inner{2};
  const auto stubborn = retry.when([](const auto& result) { return !result; });
  const auto result = pipeline(stubborn, inner).call(failing(9));
  ASSERT_NE(error_of(result), nullptr);
  EXPECT_EQ(*error_of(result), "down");
  EXPECT_EQ(rejection_of(result)->last_failure.view(), "down");
  EXPECT_EQ(retry.statistics().attempts_exhausted, 1u);
}

TEST_F(RetryTest, ARejectionBesideAnErrorKeepsItThroughAnOuterRetry) {
  Retry outer(exact(), sleeper);
  Retry retry(exact(), sleeper);
  RejectingFrom inner{2};
  const auto result = pipeline(outer, retry, inner).call(failing(9));
  ASSERT_NE(error_of(result), nullptr);
  EXPECT_EQ(*error_of(result), "down");
  EXPECT_EQ(rejection_of(result)->reason, Rejected::Reason::bulkhead_full);
}

TEST_F(RetryTest, ARejectionBeforeTheFirstErrorDoesNotTakeItsPlace) {
  Retry retry(exact(), sleeper);
  const auto stubborn = retry.when([](const auto& result) { return !result; });
  const auto result = stubborn.call([](const CallContext& context) -> Rejectable {
    if (context.attempt == 2) return unexpected<CallError<std::string>>(std::string("down"));
    return unexpected<CallError<std::string>>(Rejected{Rejected::Reason::bulkhead_full});
  });
  ASSERT_NE(error_of(result), nullptr);
  EXPECT_EQ(*error_of(result), "down");
}

TEST_F(RetryTest, ARejectionAfterAnExceptionCarriesItsText) {
  Retry retry(exact(), sleeper);
  int calls = 0;
  const auto result = retry.call([&]() -> expected<int, Rejected> {
    if (++calls == 1) throw std::runtime_error("broken");
    return unexpected<Rejected>(Rejected{Rejected::Reason::bulkhead_full});
  });
  EXPECT_EQ(result.error().reason, Rejected::Reason::bulkhead_full);
  EXPECT_EQ(result.error().last_failure.view(), "broken");
}

TEST_F(RetryTest, ARejectionThatNamesAFailureKeepsIt) {
  Retry retry(exact(), sleeper);
  int calls = 0;
  const auto result = retry.call([&]() -> expected<int, Rejected> {
    if (++calls == 1) throw std::runtime_error("broken");
    return unexpected<Rejected>(
        Rejected{.reason = Rejected::Reason::open, .last_failure = BriefText("refused")});
  });
  EXPECT_EQ(result.error().last_failure.view(), "refused");
}

TEST_F(RetryTest, ErrorsThatCannotBeCopiedAreKeptToo) {
  Retry retry(exact(), sleeper);
  int calls = 0;
  using Error = std::unique_ptr<std::string>;
  const auto result = retry.call([&]() -> expected<int, CallError<Error>> {
    if (++calls == 1) return unexpected<CallError<Error>>(std::make_unique<std::string>("first"));
    return unexpected<CallError<Error>>(Rejected{Rejected::Reason::rate_limited});
  });
  EXPECT_EQ(**error_of(result), "first");
}

TEST_F(RetryTest, TakesTheDelayFromTheResult) {
  Retry retry(exact(), sleeper);
  const auto obedient = retry.when([](const std::string&) { return RetryDecision::after(250ms); });
  EXPECT_EQ(obedient.call(failing(1)), 1);
  EXPECT_EQ(called_at, (std::vector<Duration>{0ms, 250ms}));
}

TEST_F(RetryTest, TheResultMayAskForTheLongestDelay) {
  Retry retry(exact(), sleeper);
  const auto obedient = retry.when([](const std::string&) { return RetryDecision::after(300ms); });
  EXPECT_EQ(obedient.call(failing(1)), 1);
}

TEST_F(RetryTest, TheDelayOfTheResultIsALowerBound) {
  Retry retry(exact(), sleeper);
  const auto obedient = retry.when([](const std::string&) { return RetryDecision::after(1ms); });
  EXPECT_EQ(obedient.call(failing(1)), 1);
  EXPECT_EQ(called_at, (std::vector<Duration>{0ms, 100ms}));
}

TEST_F(RetryTest, GivesUpWhenTheResultAsksForMoreThanTheLongestDelay) {
  Retry retry(exact(), sleeper);
  RetryReport report;
  const auto obedient = retry.when([](const std::string&) { return RetryDecision::after(1h); });
  EXPECT_FALSE(obedient.call(failing(1), {.retry_report = &report}));
  EXPECT_EQ(report.end, RetryEnd::delay_too_long);
  EXPECT_EQ(clock.now(), start);
}

TEST_F(RetryTest, AnInitialDelayOfZeroStaysZeroHoweverManyAttemptsThereAre) {
  RetrySettings settings = exact();
  settings.initial_delay = 0ms;
  settings.multiplier = 100;
  Retry retry(settings, sleeper);
  for (const std::uint32_t attempt : {0u, 1u, 2u, 1000u, 0xffffffffu}) {
    EXPECT_EQ(retry.delay_after(attempt), 0ns);
  }
}

TEST_F(RetryTest, TheDelayStaysAtItsCapHoweverManyAttemptsThereAre) {
  Retry retry(exact(), sleeper);
  EXPECT_EQ(retry.delay_after(100000), 300ms);
}

class ThrowingSleeper final : public Sleeper {
 public:
  bool sleep(Duration, const std::stop_token&) const override {
    throw std::runtime_error("interrupted");
  }
};

TEST_F(RetryTest, ASleepersExceptionReachesTheCaller) {
  const ThrowingSleeper throwing;
  Retry retry(exact(), throwing);
  RetryReport report;
  EXPECT_THROW((void)retry.call(failing(9), {.retry_report = &report}), std::runtime_error);
  EXPECT_EQ(report.end, RetryEnd::exception);
  EXPECT_EQ(retry.statistics().given_up, 1u);
}

TEST_F(RetryTest, TheThreadSleeperSleepsForeverUntilItIsStopped) {
  std::stop_source source;
  std::jthread sleeping(
      [&] { EXPECT_FALSE(thread_sleeper().sleep(Duration::max(), source.get_token())); });
  source.request_stop();
}

TEST_F(RetryTest, TheThreadSleeperReturnsImmediatelyForNegativeTimes) {
  EXPECT_TRUE(thread_sleeper().sleep(Duration::min(), {}));
}

TEST_F(RetryTest, TheManualSleeperStopsAtTheEndOfTime) {
  EXPECT_TRUE(sleeper.sleep(Duration::max(), {}));
  EXPECT_EQ(clock.now(), TimePoint::max());
}

TEST_F(RetryTest, ObserversSeeRetriesAndAnExhaustedBudget) {
  struct Observer final : PolicyObserver {
    void retry_scheduled(std::uint32_t attempt, Duration delay) noexcept override {
      delays.emplace_back(attempt, delay);
    }
    void retry_budget_exhausted() noexcept override { ++exhausted; }
    std::vector<std::pair<std::uint32_t, Duration>> delays;
    int exhausted = 0;
  } observer;
  RetryBudget budget({.ratio = 0, .floor = 2, .window = 10s}, clock);
  Retry retry(exact(), sleeper, &budget);
  retry.set_observer(&observer);
  (void)retry.call(failing(9));
  EXPECT_EQ(observer.delays,
            (std::vector<std::pair<std::uint32_t, Duration>>{{1, 100ms}, {2, 200ms}}));
  EXPECT_EQ(observer.exhausted, 1);
  retry.set_observer(nullptr);
  (void)retry.call(failing(9));
  EXPECT_EQ(observer.exhausted, 1);
}

TEST_F(RetryTest, MovesWithItsStatistics) {
  Retry retry(exact(), sleeper);
  (void)retry.call(failing(1));
  const Retry moved = std::move(retry);
  EXPECT_EQ(moved.statistics().recovered, 1u);
}

}  // namespace
}  // namespace circuitbreaker
