#pragma once
/// A substitute for the answer of a call that failed or was rejected.
///
///     Fallback stale([&](const auto& why) { return last_known(); });
///     auto price = pipeline(stale, breaker).call(fetch);

#include <concepts>
#include <cstdint>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "circuitbreaker/call.h"
#include "circuitbreaker/detail/counter.h"

namespace circuitbreaker {

namespace detail {

/// The outcomes that a handler of type `Handler` takes from calls that return a `Result`. A generic
/// lambda takes the error.
template <class Handler, class Result>
struct HandlerParts {
  /// The error type of the call: `CallError<E>` or `Rejected`.
  using Error = typename Result::error_type;
  /// The function's own error type `E`.
  using OwnError = typename OwnErrorOf<Error>::type;

  /// Whether it takes a `std::exception_ptr`.
  static constexpr bool exception = takes_exactly<Handler, std::exception_ptr>();
  /// Whether it takes a `Rejected`.
  static constexpr bool rejection = takes_exactly<Handler, Rejected>();
  /// Whether it can be called without an argument.
  static constexpr bool nothing = std::invocable<Handler&>;

  /// Whether it takes `Error`, by name or because it is generic.
  static constexpr bool error =
      takes_exactly<Handler, Error>() || takes_generically<Handler, Error>();
  /// Whether it takes `OwnError`; a conversion counts only if it takes nothing by name.
  static constexpr bool own_error =
      takes_exactly<Handler, OwnError>() ||
      (!error && !exception && !rejection && takes_converted<Handler, OwnError>());
  /// Whether it takes anything that such a call can give it.
  static constexpr bool any = error || own_error || rejection || exception || nothing;
};

}  // namespace detail

/// Supplies substitutes for the results of failed or rejected calls, and counts them, so that
/// prolonged use of substitutes does not go unnoticed.
///
/// `Handler` may take the error of the call (`const CallError<E>&` or `const Rejected&`), only the
/// function's own error (`const E&`), only a rejection (`const Rejected&`), a `std::exception_ptr`,
/// or nothing; it may have overloads for several of these. A generic lambda takes the error.
/// Outcomes that the handler does not take pass unchanged; in particular, exceptions pass unless it
/// takes a `std::exception_ptr`. It returns a value of the call's type or a whole result.
///
/// `call` may be called from any thread if the handler may. Moving must not race with other use.
template <class Handler>
class Fallback {
 public:
  /// Takes over the handler.
  explicit Fallback(Handler handler) : handler_(std::move(handler)) {}

  /// Calls `f`; if it fails in a way that the handler takes, returns the handler's answer. An
  /// exception thrown by the handler reaches the caller.
  template <class F>
  CallResult<F> call(F&& f, const CallContext& context = {}) {
    using Result = CallResult<F>;
    using Parts = detail::HandlerParts<detail::JudgeType<Handler>, Result>;
    static_assert(detail::TellableOverloads<detail::JudgeType<Handler>>,
                  "circuitbreaker: a fallback whose call operator is overloaded or a template must "
                  "not be final");
    static_assert(Parts::any,
                  "circuitbreaker: this fallback takes nothing that the call can give it; it may "
                  "take the error (const CallError<E>&), the function's own error (const E&), a "
                  "rejection (const Rejected&), a std::exception_ptr, or nothing");
    if constexpr (Parts::exception) {
      auto ended = detail::call_catching(f, context);
      if (ended.thrown) return answer<Result>(std::as_const(ended.thrown));
      return or_else<Parts>(*std::move(ended.result));
    } else {
      return or_else<Parts>(detail::call_plainly(f, context));
    }
  }

  /// Number of calls that the handler has answered.
  [[nodiscard]] std::uint64_t count() const noexcept { return count_.get(); }

 private:
  template <class Parts, class Result>
  Result or_else(Result result) {
    if (result) return result;
    if constexpr (Parts::error) {
      return answer<Result>(std::as_const(result).error());
    } else {
      if constexpr (Parts::rejection) {
        if (const auto* why = rejection_of(result)) return answer<Result>(*why);
      }
      if constexpr (Parts::own_error) {
        if (const auto* error = error_of(std::as_const(result))) return answer<Result>(*error);
      }
      if constexpr (Parts::nothing) return answer<Result>();
      return result;
    }
  }

  template <class Result, class... Why>
  Result answer(const Why&... why) {
    count_.add();
    auto& handler = detail::judge_itself<Handler>(handler_);
    using Answer = std::invoke_result_t<decltype(handler), const Why&...>;
    if constexpr (std::is_void_v<Answer> && std::is_void_v<typename Result::value_type>) {
      std::invoke(handler, why...);
      return {};
    } else {
      static_assert(
          std::convertible_to<Answer, Result>,
          "circuitbreaker: a fallback must return a value of the call or its whole result");
      return std::invoke(handler, why...);
    }
  }

  Handler handler_;
  detail::Counter count_;
};

/// Substitutes for rejected calls, chosen by the name of the breaker that rejected them: one policy
/// around any number of breakers.
///
///     FallbackByBreaker<Rows> fallbacks;
///     fallbacks.set("database", [&](const Rejected&) { return cached_rows(); });
///     auto rows = pipeline(fallbacks, breaker).call(query);
///
/// Every member function may be called from any thread; a handler runs with no lock held, possibly
/// on several threads simultaneously.
template <class T>
class FallbackByBreaker {
 public:
  /// Returns the substitute for a rejected call.
  using Handler = std::function<T(const Rejected&)>;

  /// Sets or replaces the handler for rejections by the breaker of this name; an empty one removes
  /// it.
  void set(std::string_view breaker, Handler handler) {
    auto entry = handler ? std::make_shared<const Handler>(std::move(handler)) : nullptr;
    // Names are compared as they appear in a rejection.
    const std::string key{BriefText(breaker).view()};
    const std::lock_guard lock(mutex_);
    // The previous handler is destroyed after the lock is released, because its destructor is the
    // caller's code.
    auto& kept = handlers_[key];
    kept.swap(entry);
    if (kept == nullptr) handlers_.erase(key);
  }

  /// Calls `f`; if a breaker with a handler rejects the call, returns the handler's answer.
  /// Everything else passes unchanged.
  template <class F>
  CallResult<F> call(F&& f, const CallContext& context = {}) {
    using Result = CallResult<F>;
    static_assert(std::is_void_v<T> ? std::is_void_v<typename Result::value_type>
                                    : std::convertible_to<T, typename Result::value_type>,
                  "circuitbreaker: the fallbacks' type is not the type of the call's value");
    Result result = detail::call_plainly(f, context);
    const Rejected* const rejected = rejection_of(result);
    const auto handler = rejected == nullptr ? nullptr : find(rejected->breaker);
    if (!handler) return result;
    count_.add();
    if constexpr (std::is_void_v<T>) {
      (*handler)(*rejected);
      return {};
    } else {
      return Result(tl::in_place, (*handler)(*rejected));
    }
  }

  /// Number of calls that the handlers have answered.
  [[nodiscard]] std::uint64_t count() const noexcept { return count_.get(); }

 private:
  [[nodiscard]] std::shared_ptr<const Handler> find(std::string_view breaker) const {
    const std::lock_guard lock(mutex_);
    const auto found = handlers_.find(breaker);
    return found == handlers_.end() ? nullptr : found->second;
  }

  mutable std::mutex mutex_;
  std::map<std::string, std::shared_ptr<const Handler>, std::less<>> handlers_;
  detail::Counter count_;
};

}  // namespace circuitbreaker
