#include "circuitbreaker/pipeline.h"

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "circuitbreaker/bulkhead.h"
#include "circuitbreaker/circuit_breaker.h"
#include "circuitbreaker/fallback.h"
#include "circuitbreaker/retry.h"
#include "circuitbreaker/time_limit.h"

namespace circuitbreaker {
namespace {

using namespace std::chrono_literals;

TEST(PipelineTest, RunsItsPoliciesOutermostFirst) {
  ManualClock clock;
  const ManualSleeper sleeper(clock);
  Settings settings;
  settings.failure_threshold = 2;
  CircuitBreaker breaker("test", settings, clock);
  Retry retry({.max_attempts = 5}, sleeper);
  Fallback fallback([](const CallError<std::string>&) { return 9; });
  TimeLimit limit(1h, clock);
  int calls = 0;
  auto guarded = pipeline(fallback, limit, retry, breaker);
  const auto result = guarded.call([&](const CallContext& context) -> expected<int, std::string> {
    EXPECT_FALSE(context.deadline.is_never());
    ++calls;
    return unexpected<std::string>("down");
  });
  EXPECT_EQ(result, 9);
  EXPECT_EQ(calls, 2) << "the breaker opened, which ended the retries";
}

TEST(TimeLimitTest, AnExpiredLimitRejectsTheCall) {
  ManualClock clock;
  EXPECT_EQ(TimeLimit(0s, clock).call([] { return 1; }).error().reason, Rejected::Reason::deadline);
}

TEST(PipelineTest, UsesTheClassifiersOfItsBreakers) {
  CircuitBreaker breaker("test");
  Retry retry({.initial_delay = 0ms});
  const auto guarded = pipeline(retry, breaker.when([](const std::string& error) {
    return error == "404" ? Verdict::success : Verdict::failure;
  }));
  for (int i = 0; i < 9; ++i) {
    (void)guarded.call(
        []() -> expected<int, std::string> { return unexpected<std::string>("404"); });
  }
  EXPECT_EQ(breaker.snapshot().state, State::closed);
  EXPECT_EQ(breaker.calls().failure, 0u);
}

// A pipeline stored in a class member.
class ClientWithPipeline {
 public:
  explicit ClientWithPipeline(CircuitBreaker& breaker) : guarded_(pipeline(breaker)) {}
  [[nodiscard]] int fetch() const {
    return guarded_.call([] { return 4; }).value();
  }

 private:
  const Pipeline<CircuitBreaker&> guarded_;
};

TEST(PipelineTest, MayBeAConstMember) {
  CircuitBreaker breaker("test");
  EXPECT_EQ(ClientWithPipeline(breaker).fetch(), 4);
}

TEST(PipelineTest, OwnsTemporariesAndTheTargetsOfSmartPointers) {
  ManualClock clock;
  const auto make = [&clock] {
    auto breaker = std::make_shared<CircuitBreaker>("test", Settings(), clock);
    return pipeline(Fallback([](const Rejected&) { return -1; }), TimeLimit(1s, clock),
                    Retry({.max_attempts = 1}), std::make_unique<Bulkhead>(), std::move(breaker));
  };
  const auto guarded = make();
  EXPECT_EQ(guarded.call([] { return 3; }), 3);
  auto moved = make();
  const auto target = std::move(moved);
  EXPECT_EQ(target.call([] { return 3; }), 3);
}

TEST(PipelineTest, SharesThePolicyOfASharedPointerThatIsAnLvalue) {
  auto breaker = std::make_shared<CircuitBreaker>("test");
  const std::weak_ptr<CircuitBreaker> watch = breaker;
  const auto guarded = pipeline(breaker);
  breaker.reset();
  ASSERT_FALSE(watch.expired());
  EXPECT_EQ(guarded.call([] { return 1; }), 1);
}

TEST(PipelineTest, RefusesNullPointers) {
  const std::shared_ptr<CircuitBreaker> none;
  EXPECT_THROW((void)pipeline(none), std::invalid_argument);
  EXPECT_THROW((void)pipeline(std::unique_ptr<Bulkhead>()), std::invalid_argument);
  EXPECT_THROW(AnyPolicy<int>{none}, std::invalid_argument);
  EXPECT_THROW((void)when(none, UsualVerdict()), std::invalid_argument);
}

TEST(PipelineTest, IsAPolicyItself) {
  CircuitBreaker breaker("test");
  Retry retry;
  const auto inner = pipeline(breaker);
  EXPECT_EQ(pipeline(retry, inner).call([] { return 3; }), 3);
}

TEST(AnyPolicyTest, HidesTheTypeOfAnyPipeline) {
  CircuitBreaker breaker("test");
  Retry retry({.max_attempts = 2, .initial_delay = 0ms});
  using Fetched = expected<int, std::string>;
  AnyPolicy<Fetched> policy = pipeline(retry, breaker);
  const AnyPolicy<Fetched> copy = policy;
  EXPECT_EQ(copy.call([]() -> Fetched { return 3; }), 3);
  const auto failed = copy.call([]() -> Fetched { return unexpected<std::string>("down"); });
  EXPECT_EQ(failed.error(), "down");
  EXPECT_EQ(breaker.calls().failure, 2u);
  policy = std::make_shared<CircuitBreaker>("other");
  EXPECT_EQ(policy.call([]() -> Fetched { return 4; }), 4);
}

int plain_function() {
  return 5;
}

TEST(AnyPolicyTest, CallsFunctionsOfEveryKind) {
  CircuitBreaker breaker("test");
  const AnyPolicy<int> policy = pipeline(breaker);
  EXPECT_EQ(policy.call(plain_function), 5);
  EXPECT_EQ(policy.call([owned = std::make_unique<int>(6)] { return *owned; }), 6);
  EXPECT_EQ(
      policy.call([](const CallContext& context) { return static_cast<int>(context.attempt); }), 1);
  int calls = 0;
  const AnyPolicy<void> nothing = pipeline(breaker);
  EXPECT_TRUE(nothing.call([&] { ++calls; }));
  EXPECT_EQ(calls, 1);
  EXPECT_THROW((void)policy.call([]() -> int { throw 1; }), int);
}

}  // namespace
}  // namespace circuitbreaker
