#pragma once
/// Several policies as one, outermost first.
///
///     auto guarded = pipeline(fallback, retry, breaker, bulkhead);
///     auto answer = guarded.call([&](const CallContext& context) {
///       return ask(context.deadline.remaining());
///     });
///
/// Policies are referred to, not copied, and must outlive the pipeline. It costs what its policies
/// cost: no allocation, no virtual call. A policy is anything with `call(f, context)`.
/// Thread-safety: that of the policies.

#include <cstddef>
#include <tuple>
#include <utility>

#include "circuitbreaker/call.h"

namespace circuitbreaker {

template <class... Policies>
class Pipeline {
 public:
  explicit Pipeline(Policies&... policies) noexcept : policies_(policies...) {}

  template <class F>
  auto call(F&& f, const CallContext& context = {}) {
    return through<0>(f, context);
  }

 private:
  template <std::size_t I, class F>
  auto through(F& f, const CallContext& context) {
    if constexpr (I + 1 == sizeof...(Policies)) {
      return std::get<I>(policies_).call(f, context);
    } else {
      return std::get<I>(policies_).call(
          [&](const CallContext& inner) { return through<I + 1>(f, inner); }, context);
    }
  }

  std::tuple<Policies&...> policies_;
};

template <class... Policies>
[[nodiscard]] Pipeline<Policies...> pipeline(Policies&... policies) noexcept {
  static_assert(sizeof...(Policies) > 0, "a pipeline needs a policy");
  return Pipeline<Policies...>(policies...);
}

}  // namespace circuitbreaker
