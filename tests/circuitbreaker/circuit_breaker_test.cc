#include "circuitbreaker/circuit_breaker.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "breaker_fixture.h"

namespace circuitbreaker {
namespace {

using namespace std::chrono_literals;

TEST_F(CircuitBreakerTest, OpensAfterFiveConsecutiveFailures) {
  fail(4);
  EXPECT_EQ(state(), State::closed);
  fail(1);
  EXPECT_EQ(state(), State::open);
}

TEST_F(CircuitBreakerTest, ASuccessForgetsTheFailuresBeforeIt) {
  fail(4);
  succeed(1);
  fail(4);
  EXPECT_EQ(state(), State::closed);
  EXPECT_EQ(breaker.snapshot().consecutive_failures, 4u);
}

TEST_F(CircuitBreakerTest, ATimeoutIsAFailure) {
  for (int i = 0; i < 5; ++i) breaker.try_acquire().value().timeout();
  EXPECT_EQ(state(), State::open);
}

TEST_F(CircuitBreakerTest, IgnoredCallsNeitherCountAsFailuresNorResetThem) {
  fail(4);
  for (int i = 0; i < 20; ++i) breaker.try_acquire().value().ignore();
  EXPECT_EQ(state(), State::closed);
  fail(1);
  EXPECT_EQ(state(), State::open);
}

TEST_F(CircuitBreakerTest, APermitDestroyedUnrecordedIsIgnored) {
  { const auto permit = breaker.try_acquire(); }
  const Snapshot snapshot = breaker.snapshot();
  EXPECT_EQ(snapshot.calls.ignored, 1u);
  EXPECT_EQ(snapshot.in_flight, 0u);
}

TEST_F(CircuitBreakerTest, OnlyTheFirstEndingOfAPermitCounts) {
  auto permit = breaker.try_acquire().value();
  permit.success();
  permit.failure("too late");
  const Snapshot snapshot = breaker.snapshot();
  EXPECT_EQ(snapshot.calls.total(), 1u);
  EXPECT_EQ(snapshot.calls.success, 1u);
}

TEST_F(CircuitBreakerTest, OpenRejectsAndSaysForHowLong) {
  fail(5);
  clock.advance(10s);
  const auto permit = breaker.try_acquire();
  ASSERT_FALSE(permit);
  EXPECT_EQ(permit.error().reason, Rejected::Reason::open);
  EXPECT_EQ(permit.error().retry_after, 20s);
  EXPECT_EQ(breaker.snapshot().calls.rejected, 1u);
  EXPECT_EQ(breaker.snapshot().calls.total(), 5u);
}

TEST_F(CircuitBreakerTest, LetsAProbeThroughExactlyWhenTheOpenTimeIsOver) {
  fail(5);
  clock.advance(30s - 1ns);
  EXPECT_FALSE(breaker.try_acquire());
  clock.advance(1ns);
  const auto permit = breaker.try_acquire();
  ASSERT_TRUE(permit);
  EXPECT_TRUE(permit->is_probe());
}

TEST_F(CircuitBreakerTest, ASnapshotPerformsTheDueTransitionAndDatesItWhenItWasDue) {
  fail(5);
  const TimePoint opened = clock.now();
  clock.advance(45s);
  const Snapshot snapshot = breaker.snapshot();
  EXPECT_EQ(snapshot.state, State::half_open);
  EXPECT_EQ(snapshot.since, opened + 30s);
  EXPECT_EQ(snapshot.in_open, 30s);
  EXPECT_EQ(snapshot.in_half_open, 15s);
  EXPECT_EQ(snapshot.outage_start, opened);
}

TEST_F(CircuitBreakerTest, HalfOpenAdmitsThreeSimultaneousProbes) {
  make_half_open();
  std::vector<Permit> probes;
  for (int i = 0; i < 3; ++i) probes.push_back(breaker.try_acquire().value());
  const auto fourth = breaker.try_acquire();
  ASSERT_FALSE(fourth);
  EXPECT_EQ(fourth.error().reason, Rejected::Reason::half_open_full);
  probes.pop_back();
  EXPECT_TRUE(breaker.try_acquire());
}

TEST_F(CircuitBreakerTest, ThreeSuccessfulProbesClose) {
  make_half_open();
  succeed(2);
  EXPECT_EQ(state(), State::half_open);
  succeed(1);
  EXPECT_EQ(state(), State::closed);
  EXPECT_EQ(breaker.snapshot().outage_start, std::nullopt);
  fail(4);
  EXPECT_EQ(state(), State::closed);
}

TEST_F(CircuitBreakerTest, AFailedProbeOpensAgainForTheWholeTime) {
  make_half_open();
  succeed(2);
  fail(1);
  EXPECT_EQ(breaker.snapshot().retry_after, 30s);
  clock.advance(30s);
  succeed(2);
  EXPECT_EQ(state(), State::half_open);
}

TEST_F(CircuitBreakerTest, ACancelledProbeNeitherClosesNorOpens) {
  make_half_open();
  for (int i = 0; i < 10; ++i) breaker.try_acquire().value().ignore();
  EXPECT_EQ(state(), State::half_open);
}

TEST_F(CircuitBreakerTest, AnAbandonedProbeHoldsItsSlotNoLongerThanItsLease) {
  make_half_open();
  std::vector<Permit> hung;
  for (int i = 0; i < 3; ++i) hung.push_back(breaker.try_acquire().value());
  clock.advance(10s - 1ns);
  EXPECT_FALSE(breaker.try_acquire());
  clock.advance(1ns);
  succeed(3);
  EXPECT_EQ(state(), State::closed);
}

TEST_F(CircuitBreakerTest, TheResultOfAProbeWhoseSlotWasGivenAwayCausesNoTransition) {
  make_half_open();
  auto late = breaker.try_acquire().value();
  const auto second = breaker.try_acquire().value();
  const auto third = breaker.try_acquire().value();
  clock.advance(10s);
  const auto successor = breaker.try_acquire().value();
  late.failure("late");
  EXPECT_EQ(state(), State::half_open);
  EXPECT_EQ(breaker.snapshot().calls.failure, 6u);
}

TEST_F(CircuitBreakerTest, AProbeKeepsItsSlotThroughTheNextOpening) {
  Settings settings;
  settings.open_timeout = 1s;
  breaker.reconfigure(settings);
  fail(5);
  clock.advance(1s);
  auto failing = breaker.try_acquire().value();
  const auto second = breaker.try_acquire().value();
  const auto third = breaker.try_acquire().value();
  failing.failure();
  clock.advance(1s);
  const auto fourth = breaker.try_acquire();
  EXPECT_TRUE(fourth);
  EXPECT_FALSE(breaker.try_acquire()) << "the dependency already sees three probes";
}

TEST_F(CircuitBreakerTest, ALateProbeWhoseSlotNobodyNeededStillCounts) {
  make_half_open();
  auto late = breaker.try_acquire().value();
  clock.advance(1h);
  late.failure("late");
  EXPECT_EQ(state(), State::open);
}

TEST_F(CircuitBreakerTest, AResultFromAnOlderGenerationIsCountedButCausesNoTransition) {
  auto success = breaker.try_acquire().value();
  auto failure = breaker.try_acquire().value();
  make_half_open();
  success.success();
  failure.failure();
  const Snapshot snapshot = breaker.snapshot();
  EXPECT_EQ(snapshot.state, State::half_open);
  EXPECT_EQ(snapshot.consecutive_successes, 0u);
  EXPECT_EQ(snapshot.calls.total(), 7u);
}

TEST_F(CircuitBreakerTest, ForcedOpenRejectsUntilReset) {
  breaker.force_open("maintenance");
  clock.advance(24h);
  const auto permit = breaker.try_acquire();
  ASSERT_FALSE(permit);
  EXPECT_EQ(permit.error().reason, Rejected::Reason::forced_open);
  EXPECT_EQ(permit.error().retry_after, std::nullopt);
  EXPECT_EQ(breaker.snapshot().mode, Mode::forced_open);
  EXPECT_EQ(breaker.snapshot().reason, "maintenance");
  breaker.reset("done");
  EXPECT_TRUE(breaker.try_acquire());
  EXPECT_EQ(breaker.snapshot().mode, Mode::normal);
}

TEST_F(CircuitBreakerTest, ForcedClosedAndDisabledAlwaysAdmit) {
  breaker.force_close("trust me");
  fail(20);
  EXPECT_EQ(state(), State::closed);
  breaker.disable("not needed");
  fail(20);
  EXPECT_EQ(state(), State::closed);
  EXPECT_EQ(breaker.snapshot().calls.failure, 40u);
}

TEST_F(CircuitBreakerTest, ShadowCountsWouldBeRejectionsAndRejectsNothing) {
  breaker.shadow("trial");
  fail(5);
  EXPECT_EQ(state(), State::open);
  succeed(7);
  EXPECT_EQ(state(), State::open);
  EXPECT_EQ(breaker.snapshot().calls.rejected, 7u);
  EXPECT_EQ(breaker.snapshot().calls.success, 7u);
}

TEST_F(CircuitBreakerTest, AReasonIsCutTo200BytesWithoutSplittingACharacter) {
  breaker.try_acquire().value().failure(std::string(199, 'x') + "\u00e9 and more");
  EXPECT_EQ(breaker.snapshot().last_failure->reason, std::string(199, 'x'));
}

TEST_F(CircuitBreakerTest, ReconfigurationKeepsStateAndCounts) {
  fail(3);
  Settings settings;
  settings.failure_threshold = 4;
  breaker.reconfigure(settings);
  EXPECT_EQ(breaker.snapshot().consecutive_failures, 3u);
  fail(1);
  EXPECT_EQ(state(), State::open);
}

TEST_F(CircuitBreakerTest, ARejectionNamesTheBreakerAndItsLastFailure) {
  for (int i = 0; i < 5; ++i) breaker.try_acquire().value().failure("connection refused");
  const Rejected open = breaker.try_acquire().error();
  EXPECT_EQ(open.breaker.view(), "test");
  EXPECT_EQ(open.last_failure.view(), "connection refused");
  clock.advance(30s);
  breaker.try_acquire().value().timeout("no answer in 5 s");
  EXPECT_EQ(breaker.try_acquire().error().last_failure.view(), "no answer in 5 s");
  clock.advance(30s);
  std::vector<Permit> probes;
  for (int i = 0; i < 3; ++i) probes.push_back(breaker.try_acquire().value());
  const Rejected full = breaker.try_acquire().error();
  EXPECT_EQ(full.reason, Rejected::Reason::half_open_full);
  EXPECT_EQ(full.breaker.view(), "test");
  EXPECT_EQ(full.last_failure.view(), "no answer in 5 s");
}

TEST_F(CircuitBreakerTest, ALateFailureIsTheLastFailureOfLaterRejections) {
  auto late = breaker.try_acquire().value();
  fail(5);
  late.failure("late");
  EXPECT_EQ(breaker.try_acquire().error().last_failure.view(), "late");
}

TEST_F(CircuitBreakerTest, IsHealthyWhileClosed) {
  EXPECT_TRUE(breaker.is_healthy());
  make_half_open();
  EXPECT_FALSE(breaker.is_healthy());
  succeed(3);
  EXPECT_TRUE(breaker.is_healthy());
}

TEST_F(CircuitBreakerTest, ReportsItsFailureAndSuccessRates) {
  EXPECT_EQ(breaker.failure_rate(), 0);
  EXPECT_EQ(breaker.success_rate(), 0);
  fail(1);
  succeed(3);
  breaker.try_acquire().value().ignore();
  EXPECT_DOUBLE_EQ(breaker.failure_rate(), 0.25);
  EXPECT_DOUBLE_EQ(breaker.success_rate(), 0.75);
}

TEST(CircuitBreakerSettings, PresetsAreValidAndMatchTheirDescriptions) {
  for (const Settings& preset : {Settings::database(), Settings::cache(), Settings::object_store(),
                                 Settings::conservative(), Settings::aggressive()}) {
    EXPECT_NO_THROW(validate(preset));
    EXPECT_GT(preset.probe_lease, preset.call_timeout);
  }
  EXPECT_EQ(Settings::database().failure_threshold, 3u);
  EXPECT_EQ(Settings::database().success_threshold, 2u);
  EXPECT_EQ(Settings::database().call_timeout, 10s);
  EXPECT_EQ(Settings::database().open_timeout, 30s);
  EXPECT_EQ(Settings::cache().failure_threshold, 10u);
  EXPECT_EQ(Settings::cache().success_threshold, 5u);
  EXPECT_EQ(Settings::cache().call_timeout, 5s);
  EXPECT_EQ(Settings::cache().open_timeout, 15s);
  EXPECT_EQ(Settings::object_store().failure_threshold, 5u);
  EXPECT_EQ(Settings::object_store().success_threshold, 3u);
  EXPECT_EQ(Settings::object_store().call_timeout, 30s);
  EXPECT_EQ(Settings::object_store().open_timeout, 60s);
  EXPECT_LT(Settings::aggressive().failure_threshold, Settings::conservative().failure_threshold);
  EXPECT_LT(Settings::aggressive().open_timeout, Settings::conservative().open_timeout);
}

TEST(CircuitBreakerSettings, AnOutOfRangeSettingIsNamed) {
  Settings settings;
  settings.success_threshold = 0;
  try {
    const CircuitBreaker breaker("test", settings);
    FAIL();
  } catch (const std::invalid_argument& error) {
    EXPECT_NE(std::string(error.what()).find("success_threshold"), std::string::npos);
  }
}

}  // namespace
}  // namespace circuitbreaker
