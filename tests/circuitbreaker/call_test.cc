#include "circuitbreaker/call.h"

#include <memory>
#include <stdexcept>
#include <string>
#include <type_traits>

#include <gtest/gtest.h>

#include "circuitbreaker/circuit_breaker.h"

namespace circuitbreaker {
namespace {

using namespace std::chrono_literals;

class Call : public ::testing::Test {
 protected:
  Snapshot snapshot() { return breaker.snapshot(); }
  ManualClock clock;
  CircuitBreaker breaker{"test",
                         [] {
                           Settings settings;
                           settings.failure_threshold = 1;
                           settings.call_timeout = 2s;
                           return settings;
                         }(),
                         clock};
};

TEST_F(Call, ReturnsTheValueAndCountsASuccess) {
  const expected<int, Rejected> result = breaker.call([] { return 7; });
  EXPECT_EQ(result, 7);
  EXPECT_EQ(snapshot().calls.success, 1u);
}

TEST_F(Call, AcceptsFunctionsThatReturnNothing) {
  const expected<void, Rejected> result = breaker.call([] {});
  EXPECT_TRUE(result);
}

TEST_F(Call, ReturnsValuesThatCannotBeCopied) {
  auto result = breaker.call([] { return std::make_unique<int>(3); });
  EXPECT_EQ(**result, 3);
}

TEST_F(Call, AnErrorOfTheFunctionIsAFailureAndIsReturned) {
  const auto result =
      breaker.call([]() -> expected<int, std::string> { return unexpected<std::string>("down"); });
  static_assert(std::is_same_v<decltype(result), const expected<int, CallError<std::string>>>);
  ASSERT_FALSE(result);
  EXPECT_EQ(*result.error().error(), "down");
  EXPECT_EQ(result.error().rejected(), nullptr);
  EXPECT_EQ(snapshot().state, State::open);
  EXPECT_EQ(snapshot().last_failure->reason, "down");
}

TEST_F(Call, ARejectionSaysWhyAndTheFunctionIsNotCalled) {
  breaker.force_open("test");
  bool called = false;
  const auto result = breaker.call([&]() -> expected<void, std::string> {
    called = true;
    return {};
  });
  EXPECT_FALSE(called);
  EXPECT_EQ(result.error().rejected()->reason, Rejected::Reason::forced_open);
}

TEST_F(Call, AnExceptionIsAFailureAndIsRethrown) {
  EXPECT_THROW((void)breaker.call([]() -> int { throw std::runtime_error("broken"); }),
               std::runtime_error);
  EXPECT_EQ(snapshot().calls.failure, 1u);
  EXPECT_EQ(snapshot().last_failure->reason, "broken");
}

TEST_F(Call, AClassifierDecidesAboutResultsAndExceptions) {
  struct Lenient {
    Verdict operator()(const expected<int, Rejected>& result) const {
      return *result < 0 ? Verdict::failure : Verdict::ignored;
    }
    Verdict operator()(const std::exception_ptr&) const { return Verdict::ignored; }
  };
  const auto lenient = breaker.when(Lenient());
  EXPECT_EQ(lenient.call([] { return 1; }), 1);
  EXPECT_THROW((void)lenient.call([]() -> int { throw 1; }), int);
  EXPECT_EQ(snapshot().calls.ignored, 2u);
  EXPECT_EQ(lenient.call([] { return -1; }), -1);
  EXPECT_EQ(snapshot().calls.failure, 1u);
}

TEST_F(Call, ARejectionByAnInnerPolicyIsIgnored) {
  CircuitBreaker inner("inner", {}, clock);
  inner.force_open("test");
  (void)breaker.call([&] { return inner.call([] { return 1; }); });
  EXPECT_EQ(snapshot().calls.ignored, 1u);
  EXPECT_EQ(snapshot().state, State::closed);
}

TEST_F(Call, ACallThatOutlivesTheCallTimeoutIsATimeout) {
  const auto result = breaker.call([&](const Deadline& deadline, const std::stop_token&) {
    EXPECT_EQ(deadline.remaining(), 2s);
    clock.advance(2s);
    return 1;
  });
  EXPECT_EQ(result, 1);
  EXPECT_EQ(snapshot().calls.timeout, 1u);
  EXPECT_EQ(snapshot().state, State::open);
}

TEST_F(Call, TheFunctionIsGivenTheCallersDeadlineWhenItIsSooner) {
  (void)breaker.call(
      [&](const CallContext& context) { EXPECT_EQ(context.deadline.remaining(), 1s); },
      {.deadline = Deadline::after(clock, 1s)});
}

TEST_F(Call, ACancelledCallIsIgnoredWhetherItFailsOrThrows) {
  std::stop_source stop;
  const CallContext context{.deadline = {}, .stop = stop.get_token()};
  (void)breaker.call(
      [&]() -> expected<int, std::string> {
        stop.request_stop();
        return unexpected<std::string>("cancelled");
      },
      context);
  EXPECT_EQ(snapshot().calls.ignored, 1u);
  bool called = false;
  const auto after = breaker.call([&] { called = true; }, context);
  EXPECT_FALSE(called);
  EXPECT_EQ(after.error().reason, Rejected::Reason::cancelled);
  EXPECT_EQ(snapshot().state, State::closed);
}

TEST_F(Call, DoesNotCallTheFunctionAfterTheDeadline) {
  bool called = false;
  const auto result =
      breaker.call([&] { called = true; }, {.deadline = Deadline::after(clock, 0s), .stop = {}});
  EXPECT_FALSE(called);
  EXPECT_EQ(result.error().reason, Rejected::Reason::deadline);
}

}  // namespace
}  // namespace circuitbreaker
