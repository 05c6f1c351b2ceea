#include "circuitbreaker/fallback.h"

#include <exception>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include <gtest/gtest.h>

#include "circuitbreaker/circuit_breaker.h"
#include "circuitbreaker/pipeline.h"

namespace circuitbreaker {
namespace {

using namespace std::chrono_literals;

TEST(FallbackTest, AnswersErrorsAndRejectionsAndCounts) {
  ManualClock clock;
  CircuitBreaker breaker("test", {}, clock);
  Fallback fallback([](const CallError<std::string>& why) { return why.rejected() ? -1 : -2; });
  auto guarded = pipeline(fallback, breaker);
  const auto failing = []() -> expected<int, std::string> { return unexpected<std::string>("x"); };
  EXPECT_EQ(guarded.call(failing), -2);
  breaker.force_open("test");
  EXPECT_EQ(guarded.call(failing), -1);
  EXPECT_EQ(guarded.call([]() -> expected<int, std::string> { return 3; }), -1);
  EXPECT_EQ(fallback.count(), 3u);
  breaker.reset("test");
  EXPECT_EQ(guarded.call([]() -> expected<int, std::string> { return 3; }), 3);
  EXPECT_EQ(fallback.count(), 3u);
}

TEST(FallbackTest, AnswersExceptionsWhenItsHandlerTakesThem) {
  Fallback catching([](const std::exception_ptr&) { return 5; });
  EXPECT_EQ(catching.call([]() -> int { throw 1; }), 5);
  Fallback plain([] { return 6; });
  EXPECT_THROW((void)plain.call([]() -> int { throw 1; }), int);
  EXPECT_EQ(plain.call([]() -> expected<int, std::string> { return unexpected<std::string>("x"); }),
            6);
}

using FallbackAnswer = expected<int, std::string>;

FallbackAnswer fail_for_fallback() {
  return unexpected<std::string>("down");
}
FallbackAnswer throw_for_fallback() {
  throw std::runtime_error("broken");
}

TEST(FallbackTest, AnswersExceptionsBesideErrors) {
  struct Handler {
    int operator()(const CallError<std::string>& why) const { return why.rejected() ? 1 : 2; }
    int operator()(const std::exception_ptr&) const { return 3; }
  };
  CircuitBreaker breaker("test");
  Fallback fallback{Handler()};
  EXPECT_EQ(fallback.call(fail_for_fallback), 2);
  EXPECT_EQ(fallback.call(throw_for_fallback), 3);
  breaker.force_open("test");
  EXPECT_EQ(pipeline(fallback, breaker).call(throw_for_fallback), 1);
  EXPECT_EQ(fallback.count(), 3u);
}

TEST(FallbackTest, AnswersExceptionsBesideRejections) {
  struct Handler {
    int operator()(const Rejected&) const { return 1; }
    int operator()(std::exception_ptr) const { return 3; }
  };
  CircuitBreaker breaker("test");
  Fallback fallback{Handler()};
  const auto guarded = pipeline(fallback, breaker);
  EXPECT_EQ(guarded.call(throw_for_fallback), 3);
  EXPECT_EQ(guarded.call([]() -> int { throw 1; }), 3);
  breaker.force_open("test");
  EXPECT_EQ(guarded.call(throw_for_fallback), 1);
  EXPECT_EQ(guarded.call([]() -> int { throw 1; }), 1);
}

TEST(FallbackTest, AGenericHandlerAnswersErrorsButNoExceptions) {
  Fallback fallback([](const auto& why) { return why.rejected() ? 1 : 2; });
  EXPECT_EQ(fallback.call(fail_for_fallback), 2);
  EXPECT_THROW((void)fallback.call(throw_for_fallback), std::runtime_error);
}

TEST(FallbackTest, AHandlerOfExceptionsLeavesErrorsAlone) {
  Fallback fallback([](const std::exception_ptr&) { return 5; });
  EXPECT_EQ(fallback.call(throw_for_fallback), 5);
  EXPECT_EQ(fallback.call(fail_for_fallback).error(), "down");
}

// An error that converts to an exception is not treated as an exception.
struct ErrorLikeAnException {
  operator std::exception_ptr() const { return std::make_exception_ptr(1); }
};

TEST(FallbackTest, AHandlerOfExceptionsLeavesErrorsAloneThatConvertToOne) {
  Fallback fallback([](const std::exception_ptr&) { return 7; });
  using Answer = expected<int, ErrorLikeAnException>;
  const auto result = fallback.call(
      []() -> Answer { return unexpected<ErrorLikeAnException>(ErrorLikeAnException()); });
  EXPECT_FALSE(result);
  EXPECT_EQ(fallback.count(), 0u);
}

TEST(FallbackTest, AHandlerOfRejectionsLeavesTheFunctionsOwnErrorsAlone) {
  CircuitBreaker breaker("test");
  Fallback fallback([](const Rejected&) { return 1; });
  const auto guarded = pipeline(fallback, breaker);
  EXPECT_EQ(guarded.call(fail_for_fallback).error(), "down");
  breaker.force_open("test");
  EXPECT_EQ(guarded.call(fail_for_fallback), 1);
  EXPECT_EQ(fallback.count(), 1u);
}

TEST(FallbackTest, AHandlerOfOwnErrorsLeavesRejectionsAlone) {
  CircuitBreaker breaker("test");
  Fallback fallback([](std::string_view why) { return static_cast<int>(why.size()); });
  const auto guarded = pipeline(fallback, breaker);
  EXPECT_EQ(guarded.call(fail_for_fallback), 4);
  breaker.force_open("test");
  EXPECT_EQ(guarded.call(fail_for_fallback).error(), Rejected::Reason::forced_open);
}

TEST(FallbackTest, MayReturnAWholeResultOrNothing) {
  Fallback passing_on(
      [](const CallError<std::string>& why) -> expected<int, CallError<std::string>> {
        return unexpected<CallError<std::string>>(*why.error() + "!");
      });
  EXPECT_EQ(passing_on.call(fail_for_fallback).error(), "down!");
  Fallback silent([] {});
  EXPECT_TRUE(silent.call([]() -> expected<void, int> { return unexpected<int>(1); }));
}

TEST(FallbackByBreakerTest, AnswersTheRejectionsOfTheBreakerOfThatName) {
  CircuitBreaker database("database");
  CircuitBreaker cache("cache");
  FallbackByBreaker<int> fallbacks;
  fallbacks.set("database", [](const Rejected& why) {
    EXPECT_EQ(why.reason, Rejected::Reason::forced_open);
    return 7;
  });
  const auto query = pipeline(fallbacks, database);
  const auto look_up = pipeline(fallbacks, cache);
  EXPECT_EQ(query.call([] { return 1; }), 1);
  database.force_open("test");
  cache.force_open("test");
  EXPECT_EQ(query.call([] { return 1; }), 7);
  EXPECT_EQ(query.call(fail_for_fallback), 7);
  EXPECT_FALSE(look_up.call([] { return 1; }));
  EXPECT_EQ(fallbacks.count(), 2u);
  fallbacks.set("cache", [](const Rejected&) { return 8; });
  fallbacks.set("database", nullptr);
  EXPECT_EQ(look_up.call([] { return 1; }), 8);
  EXPECT_FALSE(query.call([] { return 1; }));
}

TEST(FallbackByBreakerTest, KnowsBreakersWhoseNamesAreLongerThanARejectionShows) {
  const std::string name(100, 'x');
  CircuitBreaker breaker(name);
  breaker.force_open("test");
  FallbackByBreaker<int> fallbacks;
  fallbacks.set(name, [](const Rejected&) { return 7; });
  EXPECT_EQ(pipeline(fallbacks, breaker).call([] { return 1; }), 7);
}

TEST(FallbackByBreakerTest, MayBeChangedByTheDestructorOfAReplacedHandler) {
  FallbackByBreaker<int> fallbacks;
  std::shared_ptr<void> on_destruction(
      nullptr, [&](void*) { fallbacks.set("cache", [](const Rejected&) { return 8; }); });
  fallbacks.set("database", [held = std::move(on_destruction)](const Rejected&) { return 7; });
  fallbacks.set("database", nullptr);
  CircuitBreaker cache("cache");
  cache.force_open("test");
  EXPECT_EQ(pipeline(fallbacks, cache).call([] { return 1; }), 8);
}

TEST(FallbackByBreakerTest, LeavesErrorsAndExceptionsAlone) {
  CircuitBreaker database("database");
  FallbackByBreaker<int> fallbacks;
  fallbacks.set("database", [](const Rejected&) { return 7; });
  const auto query = pipeline(fallbacks, database);
  EXPECT_EQ(query.call(fail_for_fallback).error(), "down");
  EXPECT_THROW((void)query.call(throw_for_fallback), std::runtime_error);
}

}  // namespace
}  // namespace circuitbreaker
