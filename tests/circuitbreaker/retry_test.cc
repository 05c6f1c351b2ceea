#include "circuitbreaker/retry.h"

#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "circuitbreaker/circuit_breaker.h"
#include "circuitbreaker/pipeline.h"

namespace circuitbreaker {
namespace {

using namespace std::chrono_literals;

class RetryTest : public ::testing::Test {
 protected:
  using Answer = expected<int, std::string>;
  static RetrySettings exact() {
    return {.max_attempts = 4,
            .initial_delay = 100ms,
            .max_delay = 300ms,
            .multiplier = 2,
            .jitter = Jitter::none};
  }
  // Fails so many times, then succeeds, and notes when it was called.
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

TEST_F(RetryTest, APredicateDecidesWhatIsWorthAnotherAttempt) {
  Retry retry(exact(), sleeper);
  auto only_small = retry.when([](const expected<int, Rejected>& r) { return *r < 3; });
  int calls = 0;
  EXPECT_EQ(only_small.call([&] { return ++calls; }), 3);
  auto no_exceptions = retry.when([](const std::exception_ptr&) { return false; });
  EXPECT_THROW((void)no_exceptions.call([&]() -> int { throw ++calls; }), int);
  EXPECT_EQ(calls, 4);
}

TEST_F(RetryTest, DoesNotBeginADelayThatReachesBeyondTheDeadline) {
  Retry retry(exact(), sleeper);
  const auto result =
      retry.call(failing(9), {.deadline = Deadline::after(clock, 250ms), .stop = {}});
  EXPECT_FALSE(result);
  EXPECT_EQ(called_at, (std::vector<Duration>{0ms, 100ms}));
  EXPECT_EQ(retry.statistics().deadline_too_near, 1u);
}

// Requests the stop in the middle of a delay, as another thread would.
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
  const auto result = retry.call(failing(9), {.deadline = {}, .stop = source.get_token()});
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

TEST_F(RetryTest, ThePresetsAreWhatTheirNamesPromise) {
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

TEST_F(RetryTest, TheBudgetGrantsATenthOfFirstAttemptsAndAFloor) {
  RetryBudget budget({.ratio = 0.1, .floor = 2, .window = 10s}, clock);
  EXPECT_EQ(budget.remaining(), 2u);
  for (int i = 0; i < 50; ++i) budget.first_attempt();
  EXPECT_EQ(budget.remaining(), 5u);
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(budget.try_retry());
  EXPECT_FALSE(budget.try_retry());
  clock.advance(11s);
  EXPECT_EQ(budget.remaining(), 2u);
}

TEST_F(RetryTest, ARetryThatBacksOffIsInTheBudgetAlready) {
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

}  // namespace
}  // namespace circuitbreaker
