// The outcomes that the classifier of `CircuitBreaker::when` is asked about, and the effects of its
// answers.

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "circuitbreaker/circuit_breaker.h"
#include "circuitbreaker/pipeline.h"
#include "circuitbreaker/retry.h"

namespace circuitbreaker {
namespace {

using namespace std::chrono_literals;

struct Response {
  int status = 200;
};

struct GenericBesideExceptions {
  Verdict operator()(const auto& result) const {
    return result.has_value() ? Verdict::success : Verdict::failure;
  }
  Verdict operator()(const std::exception_ptr&) const { return Verdict::ignored; }
};

class Classifier : public ::testing::Test {
 protected:
  using Answer = expected<Response, std::string>;

  static Answer respond(int status) { return Response{status}; }
  static Answer fail() { return unexpected<std::string>("down"); }
  static Verdict judge_status(const Response& response) {
    return response.status >= 500 ? Verdict::failure : Verdict::success;
  }
  CallCounts calls() { return breaker.calls(); }

  ManualClock clock;
  CircuitBreaker breaker{"test", {}, clock};
};

TEST_F(Classifier, OfValuesIsAskedAboutTheValue) {
  const auto policy = breaker.when(judge_status);
  for (int i = 0; i < 20; ++i) (void)policy.call([] { return Response{503}; });
  EXPECT_EQ(breaker.snapshot().state, State::open);
  EXPECT_EQ(calls().failure, 5u);
  EXPECT_EQ(calls().success, 0u);
}

TEST_F(Classifier, OfValuesLeavesErrorsAndExceptionsToTheUsualVerdict) {
  const auto policy = breaker.when([](const Response&) { return Verdict::ignored; });
  (void)policy.call([] { return fail(); });
  EXPECT_THROW((void)policy.call([]() -> Answer { throw 1; }), int);
  EXPECT_EQ(calls().failure, 2u);
}

TEST_F(Classifier, OfErrorsIsAskedAboutTheFunctionsOwnError) {
  const auto policy = breaker.when([](const std::string& error) {
    return error == "not found" ? Verdict::success : Verdict::failure;
  });
  (void)policy.call([]() -> Answer { return unexpected<std::string>("not found"); });
  (void)policy.call([] { return fail(); });
  (void)policy.call([] { return respond(200); });
  EXPECT_EQ(calls().success, 2u);
  EXPECT_EQ(calls().failure, 1u);
}

TEST_F(Classifier, OfErrorsMayTakeATypeThatTheErrorConvertsTo) {
  const auto policy = breaker.when([](std::string_view) { return Verdict::ignored; });
  (void)policy.call([] { return fail(); });
  EXPECT_EQ(calls().ignored, 1u);
}

TEST_F(Classifier, OfErrorsIsNotAskedAboutInnerRejections) {
  CircuitBreaker inner("inner", {}, clock);
  inner.force_open("test");
  const auto policy = breaker.when([](const std::string&) { return Verdict::failure; });
  (void)policy.call([&] { return inner.call([] { return fail(); }); });
  EXPECT_EQ(calls().ignored, 1u);
}

TEST_F(Classifier, OfCallErrorsIsAskedAboutInnerRejectionsToo) {
  CircuitBreaker inner("inner", {}, clock);
  inner.force_open("test");
  const auto policy = breaker.when([](const CallError<std::string>& error) {
    return error.rejected() ? Verdict::failure : Verdict::ignored;
  });
  (void)policy.call([&] { return inner.call([] { return fail(); }); });
  (void)policy.call([] { return fail(); });
  EXPECT_EQ(calls().failure, 1u);
  EXPECT_EQ(calls().ignored, 1u);
}

TEST_F(Classifier, OfExceptionsIsAskedAboutExceptionsOnly) {
  const auto policy = breaker.when([](std::exception_ptr) { return Verdict::ignored; });
  EXPECT_THROW((void)policy.call([]() -> Answer { throw 1; }), int);
  (void)policy.call([] { return fail(); });
  EXPECT_EQ(calls().ignored, 1u);
  EXPECT_EQ(calls().failure, 1u);
}

TEST_F(Classifier, OfTheWholeResultIsAskedAboutValuesAndErrors) {
  const auto policy = breaker.when(
      [](const expected<Response, CallError<std::string>>&) { return Verdict::ignored; });
  (void)policy.call([] { return respond(200); });
  (void)policy.call([] { return fail(); });
  EXPECT_EQ(calls().ignored, 2u);
}

TEST_F(Classifier, AGenericLambdaIsGivenTheResultAndNeverAnException) {
  // The body does not compile for an exception_ptr, so it must not be instantiated for one either.
  const auto policy = breaker.when(
      [](const auto& result) { return result.has_value() ? Verdict::success : Verdict::ignored; });
  EXPECT_THROW((void)policy.call([]() -> Answer { throw std::runtime_error("broken"); }),
               std::runtime_error);
  EXPECT_EQ(calls().failure, 1u);
  (void)policy.call([] { return fail(); });
  EXPECT_EQ(calls().ignored, 1u);
}

TEST_F(Classifier, EveryKindOfGenericLambdaIsGivenTheResultOnly) {
  const auto expect_failure_for_exceptions = [&](auto policy) {
    const auto before = calls().failure;
    EXPECT_THROW((void)policy.call([]() -> Answer { throw 1; }), int);
    EXPECT_EQ(calls().failure, before + 1);
    (void)policy.call([] { return respond(200); });
  };
  expect_failure_for_exceptions(
      breaker.when([](auto r) { return r.has_value() ? Verdict::success : Verdict::failure; }));
  expect_failure_for_exceptions(
      breaker.when([](auto&& r) { return r.has_value() ? Verdict::success : Verdict::failure; }));
  expect_failure_for_exceptions(breaker.when([calls = 0](const auto& r) mutable {
    return ++calls, r.has_value() ? Verdict::success : Verdict::failure;
  }));
  EXPECT_EQ(calls().success, 3u);
}

TEST_F(Classifier, OverloadsAreEachAskedAboutTheirOwnKindOfOutcome) {
  struct Overloads {
    Verdict operator()(const Response&) const { return Verdict::ignored; }
    Verdict operator()(const std::string&) const { return Verdict::success; }
    Verdict operator()(std::exception_ptr) const { return Verdict::timeout; }
  };
  const auto policy = breaker.when(Overloads());
  (void)policy.call([] { return respond(200); });
  (void)policy.call([] { return fail(); });
  EXPECT_THROW((void)policy.call([]() -> Answer { throw 1; }), int);
  EXPECT_EQ(calls().ignored, 1u);
  EXPECT_EQ(calls().success, 1u);
  EXPECT_EQ(calls().timeout, 1u);
}

TEST_F(Classifier, AGenericOverloadBesideOneForExceptionsIsGivenTheResult) {
  const auto policy = breaker.when(GenericBesideExceptions());
  EXPECT_THROW((void)policy.call([]() -> Answer { throw 1; }), int);
  (void)policy.call([] { return respond(200); });
  EXPECT_EQ(calls().ignored, 1u);
  EXPECT_EQ(calls().success, 1u);
}

TEST_F(Classifier, ATypeThatConvertsToTheResultIsNotTakenForIt) {
  // An expected<int, ...> can be constructed from an int, and so can a CallError<int>.
  const auto policy = breaker.when([](const CallError<int>&) { return Verdict::ignored; });
  (void)policy.call([]() -> expected<int, int> { return 3; });
  (void)policy.call([]() -> expected<int, int> { return unexpected<int>(3); });
  EXPECT_EQ(calls().success, 1u);
  EXPECT_EQ(calls().ignored, 1u);
}

TEST_F(Classifier, MayBePassedByReference) {
  int asked = 0;
  auto classifier = [&asked](const Response&) { return ++asked, Verdict::ignored; };
  const auto policy = breaker.when(std::ref(classifier));
  (void)policy.call([] { return respond(200); });
  EXPECT_EQ(asked, 1);
}

TEST_F(Classifier, MayBeMoveOnly) {
  const auto policy = breaker.when([limit = std::make_unique<int>(500)](const Response& response) {
    return response.status >= *limit ? Verdict::failure : Verdict::success;
  });
  (void)policy.call([] { return respond(503); });
  EXPECT_EQ(calls().failure, 1u);
}

TEST_F(Classifier, IsKeptByAPipeline) {
  const auto guarded = pipeline(breaker.when(judge_status));
  for (int i = 0; i < 9; ++i) (void)guarded.call([] { return respond(404); });
  EXPECT_EQ(breaker.snapshot().state, State::closed);
  EXPECT_EQ(calls().success, 9u);
}

TEST_F(Classifier, MayPassOnTheOpenTimeThatTheDependencyAskedFor) {
  Settings settings;
  settings.failure_threshold = 1;
  breaker.reconfigure(settings);
  (void)breaker.when([](const Response&) { return Assessment(Verdict::failure, 90s); }).call([] {
    return respond(503);
  });
  EXPECT_EQ(breaker.snapshot().retry_after, 90s);
}

TEST_F(Classifier, MayThrowWhichIsABugOfTheCallerAndBlamesNobody) {
  const auto policy =
      breaker.when([](const Response&) -> Verdict { throw std::logic_error("bug"); });
  EXPECT_THROW((void)policy.call([] { return respond(200); }), std::logic_error);
  EXPECT_EQ(calls().ignored, 1u);
  EXPECT_EQ(calls().failure, 0u);
  const auto of_exceptions =
      breaker.when([](std::exception_ptr) -> Verdict { throw std::logic_error("bug"); });
  EXPECT_THROW((void)of_exceptions.call([]() -> Answer { throw 1; }), std::logic_error);
  EXPECT_EQ(calls().ignored, 2u);
}

TEST_F(Classifier, NeverMakesASuccessfulFunctionRunAgainByThrowing) {
  ManualSleeper sleeper(clock);
  Retry retry({.max_attempts = 3}, sleeper);
  const auto policy =
      breaker.when([](const Response&) -> Verdict { throw std::logic_error("bug"); });
  int runs = 0;
  EXPECT_THROW((void)policy.call([&] { return ++runs, respond(200); }), std::logic_error);
  EXPECT_EQ(runs, 1);
  const auto retrying = retry.when([](const Response&) -> bool { throw std::logic_error("bug"); });
  EXPECT_THROW((void)retrying.call([&] { return ++runs, respond(200); }), std::logic_error);
  EXPECT_EQ(runs, 2);
  EXPECT_EQ(retry.statistics().given_up, 1u);
}

TEST_F(Classifier, KeepsASharedBreakerAlive) {
  auto shared = std::make_shared<CircuitBreaker>("shared", Settings(), clock);
  const std::weak_ptr<CircuitBreaker> watch = shared;
  const auto policy = when(std::move(shared), judge_status);
  EXPECT_TRUE(policy.call([] { return respond(200); }));
  EXPECT_FALSE(watch.expired());
}

}  // namespace
}  // namespace circuitbreaker
