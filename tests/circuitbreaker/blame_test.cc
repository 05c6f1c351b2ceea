// Whether a failed call is blamed on the dependency or on a caller who stopped waiting.

#include <stdexcept>
#include <stop_token>
#include <string>

#include <gtest/gtest.h>

#include "circuitbreaker/circuit_breaker.h"
#include "circuitbreaker/pipeline.h"
#include "circuitbreaker/retry.h"
#include "circuitbreaker/time_limit.h"

namespace circuitbreaker {
namespace {

using namespace std::chrono_literals;

class Blame : public ::testing::Test {
 protected:
  using Answer = expected<int, std::string>;

  // A function that takes `length` and then fails.
  auto failing_after(Duration length) {
    return [this, length]() -> Answer {
      clock.advance(length);
      return unexpected<std::string>("too slow");
    };
  }
  CallContext patient_for(Duration length) { return {.deadline = Deadline::after(clock, length)}; }

  ManualClock clock;
  ManualSleeper sleeper{clock};
  CircuitBreaker breaker{"test",
                         [] {
                           Settings settings;
                           settings.call_timeout = 10s;
                           return settings;
                         }(),
                         clock};
};

TEST_F(Blame, FiveImpatientCallersDoNotOpenAHealthyDependencysBreaker) {
  for (int i = 0; i < 5; ++i) (void)breaker.call(failing_after(100ms), patient_for(100ms));
  EXPECT_EQ(breaker.snapshot().state, State::closed);
  EXPECT_EQ(breaker.calls().ignored, 5u);
}

TEST_F(Blame, AnExceptionAfterTheCallersDeadlineIsIgnoredToo) {
  const auto throwing = [&]() -> int {
    clock.advance(100ms);
    throw std::runtime_error("too slow");
  };
  EXPECT_THROW((void)breaker.call(throwing, patient_for(100ms)), std::runtime_error);
  EXPECT_EQ(breaker.calls().ignored, 1u);
}

TEST_F(Blame, AFailureBeforeTheCallersDeadlineIsBlamedOnTheDependency) {
  (void)breaker.call(failing_after(99ms), patient_for(100ms));
  EXPECT_EQ(breaker.calls().failure, 1u);
}

TEST_F(Blame, ASuccessAfterTheCallersDeadlineIsASuccess) {
  (void)breaker.call([&] { clock.advance(1s); }, patient_for(100ms));
  EXPECT_EQ(breaker.calls().success, 1u);
}

TEST_F(Blame, OnlyTheBreakersOwnTimeoutBlamesASlowCall) {
  (void)breaker.call(failing_after(10s), patient_for(100ms));
  EXPECT_EQ(breaker.calls().timeout, 1u);
}

TEST_F(Blame, ACallThatTheClassifierIgnoresIsNoTimeout) {
  const auto lenient = breaker.when([](const std::string&) { return Verdict::ignored; });
  (void)lenient.call(failing_after(10s));
  EXPECT_EQ(breaker.calls().ignored, 1u);
}

TEST_F(Blame, ASuccessAfterAStopRequestIsASuccess) {
  std::stop_source stop;
  (void)breaker.call([&] { stop.request_stop(); }, {.stop = stop.get_token()});
  EXPECT_EQ(breaker.calls().success, 1u);
}

TEST_F(Blame, ATimeLimitAroundTheBreakerCountsAsTheCallersDeadline) {
  TimeLimit limit(100ms, clock);
  (void)pipeline(limit, breaker).call(failing_after(100ms));
  EXPECT_EQ(breaker.calls().ignored, 1u);
}

TEST_F(Blame, NestedCallsOfOneBreakerDoNotStarveItsProbe) {
  Settings settings;
  settings.half_open_max_calls = 1;
  settings.success_threshold = 1;
  settings.failure_threshold = 1;
  breaker.reconfigure(settings);
  (void)breaker.call(failing_after(0s));
  clock.advance(settings.open_timeout);
  const auto nested = [&] { return breaker.call([] { return 1; }); };
  EXPECT_EQ(breaker.call(nested), 1);
  EXPECT_EQ(breaker.snapshot().state, State::closed);
}

TEST_F(Blame, TheFailureOfANestedCallIsTheProbesFailure) {
  Settings settings;
  settings.half_open_max_calls = 1;
  settings.failure_threshold = 1;
  breaker.reconfigure(settings);
  (void)breaker.call(failing_after(0s));
  clock.advance(settings.open_timeout);
  (void)breaker.call([&] { return breaker.call(failing_after(0s)); });
  EXPECT_EQ(breaker.snapshot().state, State::open);
  EXPECT_EQ(breaker.calls().failure, 2u);
}

TEST_F(Blame, AProbeGoesOnAfterANestedProbeOfAnotherBreaker) {
  Settings settings;
  settings.half_open_max_calls = 1;
  settings.success_threshold = 1;
  settings.failure_threshold = 1;
  breaker.reconfigure(settings);
  CircuitBreaker other("other", settings, clock);
  (void)breaker.call(failing_after(0s));
  (void)other.call(failing_after(0s));
  clock.advance(settings.open_timeout);
  const auto result = breaker.call([&] {
    (void)other.call([] { return 1; });
    return breaker.call([] { return 2; });
  });
  EXPECT_EQ(result, 2) << "the second nested call still belongs to the outer probe";
}

TEST_F(Blame, ANestedCallOfAnotherBreakerNeedsItsOwnSlot) {
  Settings settings;
  settings.half_open_max_calls = 1;
  settings.failure_threshold = 1;
  breaker.reconfigure(settings);
  CircuitBreaker other("other", settings, clock);
  (void)breaker.call(failing_after(0s));
  (void)other.call(failing_after(0s));
  clock.advance(settings.open_timeout);
  const auto taken = other.try_acquire();
  const auto result = breaker.call([&] { return other.call([] { return 1; }); });
  EXPECT_EQ(rejection_of(result)->reason, Rejected::Reason::half_open_full);
}

TEST(DeadlineTest, IsClampedToTheRangeOfTime) {
  ManualClock clock;
  EXPECT_TRUE(Deadline::after(clock, Duration::max()).is_never());
  EXPECT_TRUE(Deadline::at(clock, TimePoint::max()).is_never());
  EXPECT_TRUE(Deadline::after(clock, Duration::min()).expired());
  EXPECT_EQ(Deadline::after(clock, Duration::min()).remaining(), 0ns);
  EXPECT_EQ(Deadline::at(clock, TimePoint::min()).remaining(), 0ns);
  EXPECT_TRUE(Deadline::at(clock, TimePoint::min()).expired());
  EXPECT_EQ(Deadline::at(clock, TimePoint::max() - 1ns).remaining(),
            TimePoint::max() - 1ns - clock.now());
}

class EarlyClock final : public Clock {
 public:
  [[nodiscard]] TimePoint now() const noexcept override { return TimePoint::min(); }
};

TEST(DeadlineTest, IsClampedToTheRangeOfTimeOnAClockThatBeganBeforeItsEpoch) {
  EarlyClock clock;
  EXPECT_EQ(Deadline::at(clock, TimePoint::max() - 1ns).remaining(), Duration::max());
  EXPECT_FALSE(Deadline::after(clock, Duration::max()).is_never());
  EXPECT_TRUE(Deadline::after(clock, -1ns).expired());
}

TEST(DeadlineTest, TheTimeLeftIsRoundedUpInCoarserUnits) {
  ManualClock clock;
  using Milliseconds = std::chrono::duration<int, std::milli>;
  EXPECT_EQ(Deadline::after(clock, 1500us).remaining_as<Milliseconds>(), 2ms);
  EXPECT_EQ(Deadline::after(clock, 2ms).remaining_as<Milliseconds>(), 2ms);
  EXPECT_EQ(Deadline::after(clock, 0ms).remaining_as<Milliseconds>(), 0ms);
  EXPECT_EQ(Deadline().remaining_as<Milliseconds>(), Milliseconds::max());
  EXPECT_GT(Deadline().remaining_as<std::chrono::seconds>(), 24h * 365);
}

TEST(ManualClockTest, StopsAtTheEndOfTime) {
  ManualClock clock;
  const TimePoint start = clock.now();
  clock.advance(-1s);
  EXPECT_EQ(clock.now(), start);
  clock.advance(Duration::max());
  EXPECT_EQ(clock.now(), TimePoint::max());
}

}  // namespace
}  // namespace circuitbreaker
