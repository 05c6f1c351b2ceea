#pragma once
/// Matches classifiers, predicates and handlers to the outcome of a call: not part of the public
/// interface.
///
///     if (const auto verdict = detail::ask<Verdict>(classifier, result)) record(*verdict);
///
/// A function object with exactly one signature may take any type listed at `Judge`. A generic
/// lambda takes every type, so it is given only the whole result: if it were also given exceptions,
/// it would judge them as if they were values. Overloads of one object must name the types exactly.

#include <concepts>
#include <exception>
#include <functional>
#include <optional>
#include <type_traits>
#include <utility>

#include "circuitbreaker/call_result.h"

namespace circuitbreaker::detail {

/// Converts to exactly `const X&`, so that a parameter reached through another user-defined
/// conversion (an `expected<int, E>` from an `int`) does not count as taking an `X`.
template <class X>
struct ExactArgument {
  /// Never defined: used only in overload resolution.
  operator const X&() const noexcept;
};

/// The result of overload resolution if the object under test has no specific overload.
struct NotSpecific {};

/// Competes with the overloads of `C`. A non-template overload that takes `X` exactly wins against
/// these templates. A generic overload ties with them, so its body is never instantiated;
/// instantiating a body that does not compile for `X` would be a hard error.
template <class C>
struct ConstCompetitor : C {
  using C::operator();
  /// Takes everything, less well than an overload of `C` that names its parameter.
  template <class X>
  NotSpecific operator()(const X&, int = 0) const;
};
/// As above, for call operators that are not const.
template <class C>
struct MutableCompetitor : C {
  using C::operator();
  /// Takes everything, less well than an overload of `C` that names its parameter.
  template <class X>
  NotSpecific operator()(const X&, int = 0);
};

/// Whether overload resolution for an argument of type `X` picks one of the call operators of the
/// object under test, not the catch-all of its competitor.
template <class Competitor, class X>
concept SelectsOwnOverload = requires(Competitor& competitor, const X& x) {
  competitor(x);
  requires !std::same_as<decltype(competitor(x)), NotSpecific>;
};

/// A function, a pointer to one, or an object whose call operator is neither overloaded nor a
/// template.
template <class C>
concept SingleSignature = !std::is_class_v<C> || requires {
  &C::operator();
};

/// Whether the overloads of `C` can be told apart: a competitor derives from `C`, so `C` must not
/// be final. Without a competitor, a generic call operator would pass for one that names its
/// parameter.
template <class C>
concept TellableOverloads = SingleSignature<C> || !std::is_final_v<C>;

/// Whether `C` names `X` as its parameter.
template <class C, class X>
consteval bool takes_exactly() {
  if constexpr (SingleSignature<C>) {
    return std::invocable<C&, ExactArgument<X>>;
  } else if constexpr (!TellableOverloads<C>) {
    return false;
  } else {
    return SelectsOwnOverload<const ConstCompetitor<C>, X> ||
           SelectsOwnOverload<MutableCompetitor<C>, X>;
  }
}

/// Whether `C` has one signature, and an `X` converts to its parameter.
template <class C, class X>
consteval bool takes_converted() {
  if constexpr (SingleSignature<C>) {
    return std::invocable<C&, const X&>;
  } else {
    return false;
  }
}

/// Whether `C` is generic (it names no type) and accepts an `X`.
template <class C, class X>
consteval bool takes_generically() {
  if constexpr (SingleSignature<C>) {
    return false;
  } else {
    return std::invocable<C&, const X&>;
  }
}

/// Represents the value of a call that returns none; no judge takes it.
struct NoValue {};

/// The function's own error type in a call's error type.
template <class Error>
struct OwnErrorOf {
  /// A function that cannot fail has none.
  using type = NoValue;
};
/// For a function that can fail: the function's own error type.
template <class E>
struct OwnErrorOf<CallError<E>> {
  /// The function's error type.
  using type = E;
};

/// The parts of `Result` (an `expected<T, CallError<E>>` or `expected<T, Rejected>`) that a judge
/// of type `C` is asked about: the whole result, its value `T`, its error (`CallError<E>` or
/// `Rejected`), the function's own error `E`, or an exception.
template <class C, class Result>
struct Judge {
  /// The value type `T`; `NoValue` instead of void.
  using Value = std::conditional_t<std::is_void_v<typename Result::value_type>, NoValue,
                                   typename Result::value_type>;
  /// The error type of the call: `CallError<E>` or `Rejected`.
  using Error = typename Result::error_type;
  /// The function's own error type `E`; `NoValue` if it cannot fail.
  using OwnError = typename OwnErrorOf<Error>::type;

  /// Whether `C` names the whole result as its parameter.
  static constexpr bool exact_result = takes_exactly<C, Result>();
  /// Whether `C` names the value.
  static constexpr bool exact_value = takes_exactly<C, Value>();
  /// Whether `C` names the error of the call.
  static constexpr bool exact_error = takes_exactly<C, Error>();
  /// Whether `C` names the function's own error.
  static constexpr bool exact_own_error = takes_exactly<C, OwnError>();
  /// Whether `C` is asked about exceptions; only a parameter that names them counts.
  static constexpr bool exception = takes_exactly<C, std::exception_ptr>();
  /// Whether `C` names anything at all. If it does, conversions do not count.
  static constexpr bool exact =
      exact_result || exact_value || exact_error || exact_own_error || exception;

  /// Whether `C` is asked about whole results.
  static constexpr bool result = exact_result || takes_generically<C, Result>();
  /// Whether `C` is asked about values.
  static constexpr bool value = exact_value || (!exact && takes_converted<C, Value>());
  /// Whether `C` is asked about the function's own errors.
  static constexpr bool own_error = exact_own_error || (!exact && takes_converted<C, OwnError>());
  /// Whether `C` is called for errors of type `Error`: only if its parameter has exactly that type,
  /// not if the error would have to be converted.
  static constexpr bool error = exact_error;
  /// Whether `C` is ever asked.
  static constexpr bool any = result || value || error || own_error || exception;
  /// Whether value and error have the same type, so that one signature cannot tell them apart.
  static constexpr bool ambiguous = SingleSignature<C> && value && (own_error || error);
};

/// A judge passed as `std::ref(judge)` is the judge itself.
template <class C>
using JudgeType = std::remove_cvref_t<std::unwrap_reference_t<C>>;
/// The judge inside a `std::reference_wrapper`, or the judge given.
template <class C>
[[nodiscard]] constexpr JudgeType<C>& judge_itself(C& judge) noexcept {
  return judge;
}

/// The answer of `judge` about `result`, or nothing when it does not take this kind of outcome.
template <class Answer, class C, class Result>
[[nodiscard]] std::optional<Answer> ask(C& judge, const Result& result) {
  using Of = Judge<C, Result>;
  if (result) {
    if constexpr (Of::value) return Answer(std::invoke(judge, *result));
  } else {
    if constexpr (Of::error) return Answer(std::invoke(judge, result.error()));
    if constexpr (Of::own_error) {
      const auto* own = result.error().error();
      if (own != nullptr && result.error().rejected() == nullptr) {
        return Answer(std::invoke(judge, *own));
      }
    }
  }
  if constexpr (Of::result) return Answer(std::invoke(judge, result));
  return std::nullopt;
}

/// Asks `judge` about an exception thrown by a call that returns a `Result`; empty if the judge
/// does not accept exceptions.
template <class Answer, class Result, class C>
[[nodiscard]] std::optional<Answer> ask_about(C& judge, const std::exception_ptr& thrown) {
  if constexpr (Judge<C, Result>::exception) return Answer(std::invoke(judge, thrown));
  return std::nullopt;
}

/// Whether `judge` returns an `Answer` in every case in which it may be asked.
template <class Answer, class C, class Result>
consteval bool answers_with() {
  using Of = Judge<C, Result>;
  bool fits = true;
  if constexpr (Of::result) fits = fits && std::is_invocable_r_v<Answer, C&, const Result&>;
  if constexpr (Of::value)
    fits = fits && std::is_invocable_r_v<Answer, C&, const typename Of::Value&>;
  if constexpr (Of::error)
    fits = fits && std::is_invocable_r_v<Answer, C&, const typename Of::Error&>;
  if constexpr (Of::own_error)
    fits = fits && std::is_invocable_r_v<Answer, C&, const typename Of::OwnError&>;
  if constexpr (Of::exception)
    fits = fits && std::is_invocable_r_v<Answer, C&, const std::exception_ptr&>;
  return fits;
}

}  // namespace circuitbreaker::detail
