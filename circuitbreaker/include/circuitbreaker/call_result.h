#pragma once
/// The result of a call that goes through a policy: the function's own result, or the reason why
/// the function was not called.
///
///     expected<int, Rejected> a = breaker.call([] { return 1; });
///     expected<int, CallError<Errno>> b = breaker.call([]() -> expected<int, Errno> { ... });
///     if (const Rejected* why = rejection_of(b)) respond(503, why->retry_after);
///     if (const Errno* error = error_of(b)) log(*error);

#include <concepts>
#include <functional>
#include <optional>
#include <system_error>
#include <type_traits>
#include <utility>

#include "circuitbreaker/expected.h"
#include "circuitbreaker/rejected.h"

namespace circuitbreaker {

/// The error of a call: the function's own error, or a rejection. It holds both if `Retry` gives up
/// because a later attempt is rejected: the error is then that of the first attempt. A plain value,
/// as safe across threads as `E`.
template <class E>
class CallError {
 public:
  /// The function was called and returned this error.
  CallError(E error) : error_(std::move(error)) {}  // NOLINT: a conversion
  /// The function was not called.
  CallError(Rejected rejected) noexcept : rejected_(rejected) {}  // NOLINT: a conversion
  /// The function returned `error`, and a retry was rejected.
  CallError(E error, Rejected rejected) : error_(std::move(error)), rejected_(rejected) {}

  /// Why the function was not called (again); null if it was.
  [[nodiscard]] const Rejected* rejected() const noexcept {
    return rejected_ ? &*rejected_ : nullptr;
  }
  /// The function's own error; null if it was never called.
  [[nodiscard]] const E* error() const noexcept { return error_ ? &*error_ : nullptr; }
  /// The function's own error, as a mutable reference to move from.
  [[nodiscard]] E* error() noexcept { return error_ ? &*error_ : nullptr; }

  /// Compares both parts.
  friend bool operator==(const CallError&, const CallError&) = default;
  /// Whether the function returned exactly `error` and nothing was rejected.
  friend bool operator==(const CallError& call,
                         const E& error) requires std::equality_comparable<E> {
    return !call.rejected_ && call.error_ == error;
  }
  /// Whether the call was rejected for the given reason.
  friend bool operator==(const CallError& call, Rejected::Reason reason) noexcept {
    return call.rejected_ && call.rejected_->reason == reason;
  }

 private:
  std::optional<E> error_;
  std::optional<Rejected> rejected_;
};

/// Why the call was not made; null if it was made.
template <class T>
[[nodiscard]] const Rejected* rejection_of(const expected<T, Rejected>& result) noexcept {
  return result ? nullptr : &result.error();
}
/// Why the call was not made (again); null if it was made.
template <class T, class E>
[[nodiscard]] const Rejected* rejection_of(const expected<T, CallError<E>>& result) noexcept {
  return result ? nullptr : result.error().rejected();
}
/// The error that the function itself returned; null if it succeeded or was never called.
template <class T, class E>
[[nodiscard]] const E* error_of(const expected<T, CallError<E>>& result) noexcept {
  return result ? nullptr : result.error().error();
}

namespace detail {

/// `tl::expected`, `std::expected` and types modelled on them.
template <class R>
concept ExpectedLike = requires(const R& r) {
  typename R::value_type;
  typename R::error_type;
  static_cast<bool>(r);
  r.error();
};

/// A pointer-like result that also has an error, for example `httplib::Result`.
template <class R>
concept PointerLikeResult = !ExpectedLike<R> && requires(R & r) {
  static_cast<bool>(r);
  r.error();
  *r;
};

/// A class that says whether it succeeded and holds its error, but has no value to unwrap.
template <class R>
concept StatusLike = !ExpectedLike<R> && !PointerLikeResult<R> && requires(const R& r) {
  static_cast<bool>(r);
  r.error();
};

/// A result that is not available yet: a future, a coroutine's task, an awaitable.
template <class R>
concept Asynchronous = requires {
  typename R::promise_type;
}
|| requires(R& r) {
  r.await_ready();
}
|| requires(R& r) {
  r.operator co_await();
}
|| requires(R& r) {
  operator co_await(r);
}
|| requires(R& r) {
  r.wait();
  r.get();
};

/// The error type of a call whose function returns an expected with error `E`.
template <class E>
struct CallErrorOf {
  /// The function's error or a rejection.
  using type = CallError<E>;
};
/// For a function that is itself a call through a policy and has no error of its own.
template <>
struct CallErrorOf<Rejected> {
  /// Policies nest without wrapping the error again.
  using type = Rejected;
};
/// For a function that is itself a call through a policy.
template <class E>
struct CallErrorOf<CallError<E>> {
  /// Policies nest without wrapping the error again.
  using type = CallError<E>;
};

/// The result type of a call of a function that returns `R`, which has no cv-qualifiers.
template <class R>
struct CallResultOf {
  /// The value or a rejection.
  using type = expected<R, Rejected>;
};
/// For an expected of any library.
template <ExpectedLike R>
struct CallResultOf<R> {
  /// The same value type, and the function's error or a rejection.
  using type = expected<typename R::value_type, typename CallErrorOf<typename R::error_type>::type>;
};
/// For a pointer-like result with an error.
template <PointerLikeResult R>
struct CallResultOf<R> {
  /// The value that the result points to, moved out of it; or its error, or a rejection.
  using type = expected<std::remove_cvref_t<decltype(*std::declval<R&>())>,
                        CallError<std::remove_cvref_t<decltype(std::declval<R&>().error())>>>;
};
/// For an error code, which is false on success.
template <>
struct CallResultOf<std::error_code> {
  /// No value, and the code or a rejection.
  using type = expected<void, CallError<std::error_code>>;
};
/// For a reference, whose target is never copied.
template <class R>
struct CallResultOf<R&> {
  /// The reference or a rejection.
  using type = expected<std::reference_wrapper<R>, Rejected>;
};
/// For a reference to a result, which is copied.
template <class R>
requires(ExpectedLike<std::remove_cv_t<R>> || PointerLikeResult<std::remove_cv_t<R>> ||
         std::same_as<std::remove_cv_t<R>, std::error_code>) struct CallResultOf<R&>
    : CallResultOf<std::remove_cv_t<R>> {
};
/// For an rvalue reference, whose target is moved from.
template <class R>
struct CallResultOf<R&&> : CallResultOf<std::remove_cv_t<R>> {};

/// Whether a `T`, and the value inside it, is available when the function returns, unlike a future.
template <class T>
consteval bool is_synchronous() {
  if constexpr (ExpectedLike<T>) {
    return !Asynchronous<T> && is_synchronous<std::remove_cv_t<typename T::value_type>>();
  } else {
    return !Asynchronous<T>;
  }
}

/// `CallResultOf` with a readable compile error for functions that cannot be judged.
template <class Invoked>
struct CheckedCallResultOf {
  static_assert(
      is_synchronous<std::remove_cvref_t<Invoked>>(),
      "circuitbreaker: the function returns a future, task or awaitable, so its outcome "
      "would be recorded before it runs; take a permit with try_acquire() and end it when "
      "the work completes");
  /// The call's result type.
  using type = typename CallResultOf<
      std::conditional_t<std::is_reference_v<Invoked>, Invoked, std::remove_cv_t<Invoked>>>::type;
};

/// Converts the value that a function returned to a `Result`.
template <class Result, class Invoked>
Result to_call_result(Invoked&& invoked) {
  using R = std::remove_cvref_t<Invoked>;
  if constexpr (std::same_as<R, Result>) {
    return std::forward<Invoked>(invoked);
  } else if constexpr (ExpectedLike<R> || PointerLikeResult<R>) {
    if (!invoked) {
      return unexpected<typename Result::error_type>(std::forward<Invoked>(invoked).error());
    }
    if constexpr (std::is_void_v<typename Result::value_type>) {
      return {};
    } else if constexpr (std::is_lvalue_reference_v<Invoked>) {
      return Result(tl::in_place, *invoked);
    } else {
      return Result(tl::in_place, std::move(*invoked));
    }
  } else if constexpr (std::same_as<R, std::error_code>) {
    if (invoked) return unexpected<typename Result::error_type>(invoked);
    return {};
  } else {
    return Result(tl::in_place, std::forward<Invoked>(invoked));
  }
}

}  // namespace detail
}  // namespace circuitbreaker
