#pragma once
/// What every policy's `call` has in common: how functions are invoked, what comes back, and what
/// it says about the dependency.
///
///     expected<int, Rejected> a = breaker.call([] { return 1; });
///     expected<int, CallError<Errno>> b = breaker.call([]() -> expected<int, Errno> { ... });
///     if (!b && b.error().rejected()) answer(503);

#include <concepts>
#include <exception>
#include <functional>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

#include "circuitbreaker/deadline.h"
#include "circuitbreaker/expected.h"
#include "circuitbreaker/rejected.h"
#include "circuitbreaker/state.h"

namespace circuitbreaker {

/// Either what the function itself returned as its error, or why it was not called.
template <class E>
class CallError {
 public:
  CallError(E error) : value_(std::in_place_index<0>, std::move(error)) {}  // NOLINT: a conversion
  CallError(Rejected rejected) noexcept : value_(std::in_place_index<1>, rejected) {}  // NOLINT

  /// Null when the function was called.
  [[nodiscard]] const Rejected* rejected() const noexcept { return std::get_if<1>(&value_); }
  /// Null when it was not.
  [[nodiscard]] const E* error() const noexcept { return std::get_if<0>(&value_); }
  friend bool operator==(const CallError&, const CallError&) = default;

 private:
  std::variant<E, Rejected> value_;
};

namespace detail {

template <class R>
struct CallResultOf {
  using type = expected<R, Rejected>;
};
template <class T, class E>
struct CallResultOf<expected<T, E>> {
  using type = expected<T, CallError<E>>;
};
template <class T>
struct CallResultOf<expected<T, Rejected>> {
  using type = expected<T, Rejected>;
};
template <class T, class E>
struct CallResultOf<expected<T, CallError<E>>> {
  using type = expected<T, CallError<E>>;
};

template <class F>
decltype(auto) invoke_with(F& f, const CallContext& context) {
  if constexpr (std::invocable<F&, const CallContext&>) {
    return std::invoke(f, context);
  } else if constexpr (std::invocable<F&, Deadline, std::stop_token>) {
    return std::invoke(f, context.deadline, context.stop);
  } else {
    static_assert(
        std::invocable<F&>,
        "a function takes a const CallContext&, or a Deadline and a std::stop_token, or nothing");
    return std::invoke(f);
  }
}

template <class F>
using InvokedResult = std::remove_cvref_t<decltype(invoke_with(
    std::declval<F&>(), std::declval<const CallContext&>()))>;

}  // namespace detail

/// What calling `F` through a policy returns: `expected<T, Rejected>` for a function returning a
/// plain `T` or void, `expected<T, CallError<E>>` for one returning `expected<T, E>`, and unchanged
/// what another policy returned already.
template <class F>
using CallResult = typename detail::CallResultOf<detail::InvokedResult<F>>::type;

namespace detail {

template <class F>
CallResult<F> call_plainly(F& f, const CallContext& context) {
  using Invoked = InvokedResult<F>;
  if constexpr (std::is_void_v<Invoked>) {
    invoke_with(f, context);
    return {};
  } else if constexpr (requires(Invoked r) { r.error(); } &&
                       !std::same_as<Invoked, CallResult<F>>) {
    Invoked result = invoke_with(f, context);
    if (!result) return unexpected<typename CallResult<F>::error_type>(std::move(result).error());
    if constexpr (std::is_void_v<typename Invoked::value_type>) {
      return {};
    } else {
      return *std::move(result);
    }
  } else {
    return invoke_with(f, context);
  }
}

template <class E>
const Rejected* rejection_in(const CallError<E>& error) noexcept {
  return error.rejected();
}
inline const Rejected* rejection_in(const Rejected& error) noexcept {
  return &error;
}

/// Why an outcome is a rejection, or null.
template <class T, class E>
const Rejected* rejection_of(const expected<T, E>& result) noexcept {
  return result ? nullptr : rejection_in(result.error());
}

/// What the function's own error says, when it says something.
template <class T, class E>
std::string_view text_of(const expected<T, CallError<E>>& result) noexcept {
  if constexpr (std::convertible_to<const E&, std::string_view>) {
    if (!result && result.error().error() != nullptr) return *result.error().error();
  }
  return {};
}
template <class T>
std::string_view text_of(const expected<T, Rejected>&) noexcept {
  return {};
}

/// Why nobody should be called at all any more.
inline std::optional<Rejected> hopeless(const CallContext& context) noexcept {
  if (context.stop.stop_requested()) return Rejected{Rejected::Reason::cancelled};
  if (context.deadline.expired()) return Rejected{Rejected::Reason::deadline};
  return std::nullopt;
}

}  // namespace detail

/// The usual meaning of an outcome: a value is a success, an error or an exception a failure, a
/// rejection by an inner policy says nothing. A classifier of your own is any function of the
/// outcome (what `CallResult` names), of a `std::exception_ptr`, or of both, returning a `Verdict`.
struct UsualVerdict {
  template <class T, class E>
  Verdict operator()(const expected<T, E>& result) const noexcept {
    if (result) return Verdict::success;
    return detail::rejection_of(result) != nullptr ? Verdict::ignored : Verdict::failure;
  }
  Verdict operator()(const std::exception_ptr&) const noexcept { return Verdict::failure; }
};

namespace detail {

template <class Classify, class Outcome>
Verdict classify_outcome(Classify& classify, const Outcome& outcome) {
  if constexpr (std::invocable<Classify&, const Outcome&>) {
    return std::invoke(classify, outcome);
  } else {
    return UsualVerdict()(outcome);
  }
}

}  // namespace detail

}  // namespace circuitbreaker
