// How `call` returns the results of many kinds of functions, and how it judges them.

#include <version>
#ifdef __cpp_lib_expected
#include <expected>
#endif
#include <functional>
#include <memory>
#include <string>
#include <system_error>
#include <type_traits>
#include <utility>

#include <gtest/gtest.h>
#include <httplib.h>

#include "circuitbreaker/circuit_breaker.h"

namespace circuitbreaker {
namespace {

using namespace std::chrono_literals;

class CallResultTest : public ::testing::Test {
 protected:
  std::string last_failure() { return breaker.snapshot().last_failure->reason; }

  ManualClock clock;
  CircuitBreaker breaker{"test", {}, clock};
};

TEST_F(CallResultTest, TheErrorIsAccessibleInOneStep) {
  const auto result = breaker.call(
      []() -> expected<int, std::errc> { return unexpected<std::errc>(std::errc::timed_out); });
  EXPECT_EQ(*error_of(result), std::errc::timed_out);
  EXPECT_EQ(rejection_of(result), nullptr);
  EXPECT_EQ(result.error(), std::errc::timed_out);
}

TEST_F(CallResultTest, TheRejectionIsAccessibleInOneStep) {
  breaker.force_open("test");
  const auto result = breaker.call([]() -> expected<int, std::errc> { return 1; });
  EXPECT_EQ(rejection_of(result)->reason, Rejected::Reason::forced_open);
  EXPECT_EQ(error_of(result), nullptr);
  EXPECT_EQ(result.error(), Rejected::Reason::forced_open);
  EXPECT_EQ(rejection_of(breaker.call([] { return 1; }))->reason, Rejected::Reason::forced_open);
}

TEST_F(CallResultTest, AnHttplibResultIsUnwrapped) {
  const auto ok = breaker.call([] {
    auto response = std::make_unique<httplib::Response>();
    response->status = 204;
    return httplib::Result(std::move(response), httplib::Error::Success);
  });
  static_assert(
      std::is_same_v<decltype(ok), const expected<httplib::Response, CallError<httplib::Error>>>);
  EXPECT_EQ(ok->status, 204);
  const auto failed =
      breaker.call([] { return httplib::Result(nullptr, httplib::Error::Connection); });
  EXPECT_EQ(failed.error(), httplib::Error::Connection);
  EXPECT_EQ(breaker.calls().failure, 1u);
}

#ifdef __cpp_lib_expected
TEST_F(CallResultTest, AStdExpectedIsAnExpected) {
  const auto ok = breaker.call([]() -> std::expected<int, std::string> { return 3; });
  EXPECT_EQ(ok, 3);
  const auto failed =
      breaker.call([]() -> std::expected<void, std::string> { return std::unexpected("down"); });
  EXPECT_EQ(failed.error(), "down");
}
#endif

// A class like C++23's std::expected, for C++20 compilers.
template <class T, class E>
class OtherExpected {
 public:
  using value_type = T;
  using error_type = E;
  explicit OtherExpected(T value) : value_(std::move(value)) {}
  OtherExpected(std::nullptr_t, E error) : error_(std::move(error)) {}
  explicit operator bool() const { return value_.has_value(); }
  T& operator*() { return *value_; }
  const T& operator*() const { return *value_; }
  const E& error() const { return error_; }

 private:
  std::optional<T> value_;
  E error_{};
};

TEST_F(CallResultTest, AnExpectedOfAnotherLibraryIsAnExpected) {
  using Other = OtherExpected<std::unique_ptr<int>, std::string>;
  const expected<std::unique_ptr<int>, CallError<std::string>> ok =
      breaker.call([] { return Other(std::make_unique<int>(7)); });
  EXPECT_EQ(**ok, 7);
  EXPECT_EQ(breaker.call([] { return Other(nullptr, "down"); }).error(), "down");
  EXPECT_EQ(last_failure(), "down");
}

TEST_F(CallResultTest, AClassWithAnErrorMemberAloneIsAValue) {
  struct Reply {
    [[nodiscard]] std::string error() const { return "none"; }
  };
  const expected<Reply, Rejected> reply = breaker.call([] { return Reply(); });
  EXPECT_EQ(reply->error(), "none");
  EXPECT_EQ(breaker.calls().success, 1u);
}

TEST_F(CallResultTest, AClassWithAnErrorMemberThatIsFalseIsAFailure) {
  struct Status {
    std::string text;
    explicit operator bool() const { return text.empty(); }
    [[nodiscard]] std::string error() const { return text; }
  };
  const expected<Status, Rejected> status = breaker.call([] { return Status{"disk full"}; });
  EXPECT_EQ(status->text, "disk full");
  EXPECT_EQ(breaker.calls().failure, 1u);
  EXPECT_EQ(last_failure(), "disk full");
  (void)breaker.call([] { return Status{}; });
  EXPECT_EQ(breaker.calls().success, 1u);
}

TEST_F(CallResultTest, AReferenceToAnObjectThatCannotBeCopiedStaysAReference) {
  std::unique_ptr<int> object = std::make_unique<int>(5);
  const auto result = breaker.call([&]() -> std::unique_ptr<int>& { return object; });
  EXPECT_EQ(&result->get(), &object);
  const auto constant = breaker.call([&]() -> const std::unique_ptr<int>& { return object; });
  EXPECT_EQ(&constant->get(), &object);
}

TEST_F(CallResultTest, AReferenceToAnExpectedIsUnwrapped) {
  const expected<int, std::string> known = 4;
  const auto result = breaker.call([&]() -> const expected<int, std::string>& { return known; });
  EXPECT_EQ(result, 4);
}

TEST_F(CallResultTest, MoveOnlyFunctionsAreCalled) {
  EXPECT_EQ(breaker.call([owned = std::make_unique<int>(6)] { return *owned; }), 6);
  auto counting = [owned = std::make_unique<int>(6)]() mutable { return ++*owned; };
  EXPECT_EQ(breaker.call(counting), 7);
  EXPECT_EQ(breaker.call(counting), 8);
}

TEST_F(CallResultTest, AnErrorCodeIsAFailureUnlessItIsZero) {
  const expected<void, CallError<std::error_code>> failed =
      breaker.call([] { return std::make_error_code(std::errc::connection_refused); });
  EXPECT_EQ(*error_of(failed), std::errc::connection_refused);
  EXPECT_EQ(breaker.calls().failure, 1u);
  EXPECT_TRUE(breaker.call([] { return std::error_code(); }));
  EXPECT_EQ(breaker.calls().success, 1u);
}

TEST_F(CallResultTest, AnErrorCodesMessageIsTheReasonOfTheFailure) {
  const auto code = std::make_error_code(std::errc::connection_refused);
  (void)breaker.call(
      [&]() -> expected<int, std::error_code> { return unexpected<std::error_code>(code); });
  EXPECT_EQ(last_failure(), code.message());
}

TEST_F(CallResultTest, AnErrorThatHasANameGivesTheReason) {
  (void)breaker.call([] { return httplib::Result(nullptr, httplib::Error::Connection); });
  EXPECT_EQ(last_failure(), httplib::to_string(httplib::Error::Connection));
}

TEST_F(CallResultTest, AnExceptionAsAnErrorGivesTheReason) {
  (void)breaker.call([]() -> expected<int, std::runtime_error> {
    return unexpected<std::runtime_error>(std::runtime_error("refused"));
  });
  EXPECT_EQ(last_failure(), "refused");
}

}  // namespace
}  // namespace circuitbreaker
