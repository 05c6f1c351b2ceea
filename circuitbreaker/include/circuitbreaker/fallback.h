#pragma once
/// The next best answer when there is none, counted, so that nobody lives on fallbacks unnoticed.
///
///     Fallback stale([&](const auto& why) { return last_known(); });
///     auto price = pipeline(stale, breaker).call([&] { return ask(); });
///
/// Thread-safety: `call` may be called from any thread if the handler may.

#include <atomic>
#include <concepts>
#include <cstdint>
#include <exception>
#include <functional>
#include <type_traits>
#include <utility>

#include "circuitbreaker/call.h"

namespace circuitbreaker {

/// `Handler` takes the error, or nothing, and returns a value or a whole outcome. When it also
/// takes a `std::exception_ptr` it answers for exceptions; else they pass.
template <class Handler>
class Fallback {
 public:
  explicit Fallback(Handler handler) : handler_(std::move(handler)) {}

  template <class F>
  CallResult<F> call(F&& f, const CallContext& context = {}) {
    using Result = CallResult<F>;
    if constexpr (std::invocable<Handler&, std::exception_ptr> &&
                  !std::invocable<Handler&, typename Result::error_type>) {
      return call_catching<Result>(f, context);
    } else {
      return or_else(detail::call_plainly(f, context));
    }
  }

  /// How often the handler answered.
  [[nodiscard]] std::uint64_t count() const noexcept {
    return count_.load(std::memory_order_relaxed);
  }

 private:
  template <class Result, class F>
  Result call_catching(F& f, const CallContext& context) {
    try {
      return or_else(detail::call_plainly(f, context));
    } catch (...) {
      return answer<Result>(std::current_exception());
    }
  }

  template <class Result>
  Result or_else(Result result) {
    if (result) return result;
    if constexpr (std::invocable<Handler&, typename Result::error_type>) {
      return answer<Result>(result.error());
    } else if constexpr (std::invocable<Handler&>) {
      return answer<Result>();
    } else {
      return result;
    }
  }

  template <class Result, class... Why>
  Result answer(const Why&... why) {
    count_.fetch_add(1, std::memory_order_relaxed);
    if constexpr (std::is_void_v<std::invoke_result_t<Handler&, const Why&...>>) {
      std::invoke(handler_, why...);
      return {};
    } else {
      return std::invoke(handler_, why...);
    }
  }

  Handler handler_;
  std::atomic<std::uint64_t> count_{0};
};

}  // namespace circuitbreaker
