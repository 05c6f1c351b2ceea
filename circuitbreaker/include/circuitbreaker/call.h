#pragma once
/// Common parts of the policies' `call` functions: how a function is invoked and how its outcome is
/// judged.

#include <concepts>
#include <exception>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "circuitbreaker/call_result.h"
#include "circuitbreaker/deadline.h"
#include "circuitbreaker/detail/exceptions.h"
#include "circuitbreaker/detail/judge.h"
#include "circuitbreaker/expected.h"
#include "circuitbreaker/rejected.h"
#include "circuitbreaker/state.h"

namespace circuitbreaker {

namespace detail {

/// Calls `f` with the context, with its deadline and stop token, or with nothing: the first that
/// `f` accepts.
template <class F>
decltype(auto) invoke_with(F& f, const CallContext& context) {
  if constexpr (std::invocable<F&, const CallContext&>) {
    return std::invoke(f, context);
  } else if constexpr (std::invocable<F&, Deadline, std::stop_token>) {
    return std::invoke(f, context.deadline, context.stop);
  } else {
    static_assert(std::invocable<F&>,
                  "circuitbreaker: the function must be callable, as an lvalue, with a const "
                  "CallContext&, with a Deadline and a std::stop_token, or with nothing");
    return std::invoke(f);
  }
}

/// The type that `f` itself returns.
template <class F>
using Invoked = decltype(invoke_with(std::declval<F&>(), std::declval<const CallContext&>()));

}  // namespace detail

/// The return type of `policy.call(f)`:
///
/// | `f` returns | `call` returns |
/// |---|---|
/// | `T` or `void` | `expected<T, Rejected>` |
/// | `T&` | `expected<std::reference_wrapper<T>, Rejected>` |
/// | `expected<T, E>` of any library | `expected<T, CallError<E>>` |
/// | a pointer-like result with `error()` (`httplib::Result`) | `expected<T, CallError<E>>` |
/// | `std::error_code` | `expected<void, CallError<std::error_code>>` |
/// | the result of another policy | the same |
///
/// A function that returns a future, task or awaitable does not compile.
template <class F>
using CallResult = typename detail::CheckedCallResultOf<detail::Invoked<F>>::type;

/// The answer of a classifier: how the outcome of a call counts for the breaker.
struct Assessment {
  /// A bare verdict is an assessment, so a classifier may simply return a `Verdict`.
  Assessment(Verdict verdict_given,  // NOLINT: a conversion
             std::optional<Duration> retry_after_given = std::nullopt) noexcept
      : verdict(verdict_given), retry_after(retry_after_given) {}

  /// Whether the dependency is to blame.
  Verdict verdict;
  /// How long the dependency asked callers to wait (Retry-After). If this failure opens the
  /// breaker, it stays open for that long, but no longer than `Settings::open_timeout_max`.
  std::optional<Duration> retry_after;
};

/// The default classifier of `CircuitBreaker::call`: a value is a success, an error or an exception
/// is a failure, and a rejection by an inner policy is ignored. A value whose class has an
/// `error()` member and converts to bool is a failure when it converts to false.
struct UsualVerdict {
  /// The verdict on a returned result.
  template <class T, class E>
  Verdict operator()(const expected<T, E>& result) const noexcept {
    if (!result) return rejection_of(result) ? Verdict::ignored : Verdict::failure;
    if constexpr (detail::StatusLike<T>) {
      return static_cast<bool>(*result) ? Verdict::success : Verdict::failure;
    } else {
      return Verdict::success;
    }
  }
  /// The verdict on an exception.
  Verdict operator()(const std::exception_ptr&) const noexcept { return Verdict::failure; }
};

namespace detail {

/// Throws `std::invalid_argument`: a pointer to a policy is null.
[[noreturn]] void throw_null_policy();

/// Throws `std::invalid_argument` if `pointer` is null, for example because a `Registry` was full.
template <class Pointer>
void require_policy(const Pointer& pointer) {
  if (pointer == nullptr) throw_null_policy();
}

/// Calls `f` with no policy and turns its return value into a call's result; exceptions pass.
template <class F>
CallResult<F> call_plainly(F& f, const CallContext& context) {
  if constexpr (std::is_void_v<Invoked<F>>) {
    invoke_with(f, context);
    return {};
  } else if constexpr (std::same_as<Invoked<F>, CallResult<F>>) {
    return invoke_with(f, context);
  } else {
    return to_call_result<CallResult<F>>(invoke_with(f, context));
  }
}

/// How a call ended: with a result or with an exception.
template <class Result>
struct Ended {
  /// The result; empty when the call threw.
  std::optional<Result> result;
  /// The exception; null when the call returned.
  std::exception_ptr thrown;

  /// Hands the outcome on to the caller.
  Result unwrap() && {
    if (thrown) std::rethrow_exception(std::move(thrown));
    return *std::move(result);
  }
};

/// Calls `f` and catches its exception.
template <class F>
Ended<CallResult<F>> call_catching(F& f, const CallContext& context) {
  Ended<CallResult<F>> ended;
  CIRCUITBREAKER_TRY {
    ended.result.emplace(call_plainly(f, context));
  }
  CIRCUITBREAKER_CATCH_ALL {
    ended.result.reset();
    ended.thrown = std::current_exception();
  }
  return ended;
}

/// The message of an exception, or a substitute; empty when out of memory.
[[nodiscard]] std::string exception_text(const std::exception_ptr& thrown) noexcept;

/// A description of an error: the error itself when it is text, otherwise its `what()`, its
/// `message()` or the `to_string()` declared next to its type; empty when it has none of these.
template <class E>
[[nodiscard]] std::string error_text(const E& error) {
  if constexpr (std::convertible_to<const E&, std::string_view>) {
    return std::string(std::string_view(error));
  } else if constexpr (std::same_as<E, std::exception_ptr>) {
    return exception_text(error);
  } else if constexpr (requires {
                         { error.what() } -> std::convertible_to<std::string_view>;
                       }) {
    return std::string(std::string_view(error.what()));
  } else if constexpr (requires {
                         { error.message() } -> std::convertible_to<std::string_view>;
                       }) {
    return std::string(std::string_view(error.message()));
  } else if constexpr (requires {
                         { to_string(error) } -> std::convertible_to<std::string_view>;
                       }) {
    return std::string(std::string_view(to_string(error)));
  } else {
    return {};
  }
}

/// A description of the function's own error; empty when the call succeeded or was rejected.
template <class T, class E>
[[nodiscard]] std::string result_error_text(const expected<T, CallError<E>>& result) {
  const E* error = error_of(result);
  return error == nullptr ? std::string() : error_text(*error);
}
/// A description of the error in a returned value that represents a failure; empty for a success.
template <class T>
[[nodiscard]] std::string result_error_text(const expected<T, Rejected>& result) {
  if constexpr (StatusLike<T>) {
    if (result && !*result) return error_text(result->error());
  }
  return {};
}

/// A description of the failure that a result holds; empty when there is none or no memory for it.
template <class Result>
[[nodiscard]] std::string failure_text(const Result& result) noexcept {
  CIRCUITBREAKER_TRY {
    return result_error_text(result);
  }
  CIRCUITBREAKER_CATCH_ALL {}
  return {};
}
/// The same for a call that may have thrown.
template <class Result>
[[nodiscard]] std::string failure_text(const Ended<Result>& ended) noexcept {
  return ended.thrown ? exception_text(ended.thrown) : failure_text(*ended.result);
}

/// The rejection of a call that its caller has abandoned: a stop was requested or the deadline has
/// passed. Empty for any other call.
[[nodiscard]] inline std::optional<Rejected> abandoned(const CallContext& context) noexcept {
  if (context.stop.stop_requested()) return Rejected{Rejected::Reason::cancelled};
  if (context.deadline.expired()) return Rejected{Rejected::Reason::deadline};
  return std::nullopt;
}

/// The result of a call that was rejected.
template <class Result>
[[nodiscard]] Result rejected_with(const Rejected& rejected) {
  return unexpected<typename Result::error_type>(rejected);
}

/// Fails to compile for a judge that would never be asked. `Answer` is the type that it should
/// return.
template <class Answer, class C, class Result>
consteval void check_judge() {
  static_assert(TellableOverloads<C>,
                "circuitbreaker: a classifier, predicate or handler whose call operator is "
                "overloaded or a template must not be final");
  static_assert(Judge<C, Result>::any,
                "circuitbreaker: this classifier, predicate or handler takes nothing that the call "
                "can give it; it may take the value (const T&), the error (const E&, const "
                "CallError<E>& or const Rejected&), a std::exception_ptr, or the whole result "
                "(const expected<T, ...>&)");
  static_assert(
      !Judge<C, Result>::ambiguous,
      "circuitbreaker: the value and the error of the call both fit the parameter of this "
      "classifier, predicate or handler; take the whole result instead");
  if constexpr (Judge<C, Result>::any) {
    static_assert(answers_with<Answer, C, Result>(),
                  "circuitbreaker: a classifier must return a Verdict, a retry predicate a bool or "
                  "a RetryDecision");
  }
}

}  // namespace detail
}  // namespace circuitbreaker
