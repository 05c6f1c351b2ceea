#pragma once
/// Combines several policies into one, outermost first.
///
///     const auto guarded = pipeline(fallback, retry, breaker, bulkhead);
///     auto answer = guarded.call([&](const CallContext& context) {
///       return ask(context.deadline.remaining());
///     });

#include <concepts>
#include <cstddef>
#include <functional>
#include <memory>
#include <tuple>
#include <type_traits>
#include <utility>

#include "circuitbreaker/call.h"

namespace circuitbreaker {

namespace detail {

template <class Policy>
struct IsPolicyPointer : std::false_type {};
template <class Policy>
struct IsPolicyPointer<std::shared_ptr<Policy>> : std::true_type {};
template <class Policy, class Deleter>
struct IsPolicyPointer<std::unique_ptr<Policy, Deleter>> : std::true_type {};

/// The policy itself, whether the pipeline holds it directly or through a smart pointer.
template <class Held>
[[nodiscard]] auto& policy_in(Held& held) noexcept {
  if constexpr (IsPolicyPointer<std::remove_const_t<Held>>::value) {
    return *held;
  } else {
    return held;
  }
}

template <class Held>
struct IsSharedPolicy : std::false_type {};
template <class Policy>
struct IsSharedPolicy<std::shared_ptr<Policy>> : std::true_type {};

/// How a pipeline holds what was passed as `Passed&&`. A shared pointer is copied even if it is an
/// lvalue, because it is expected to keep its policy alive.
template <class Passed>
using HeldPolicy = std::conditional_t<IsSharedPolicy<std::remove_cvref_t<Passed>>::value,
                                      std::remove_cvref_t<Passed>, Passed>;

/// Throws `std::invalid_argument` for a null pointer to a policy.
template <class Policy>
void require_policy_in(const Policy& policy) {
  if constexpr (IsPolicyPointer<Policy>::value) require_policy(policy);
}

}  // namespace detail

/// Policies that are passed as lvalues are held by reference and must outlive the pipeline.
/// Temporaries are moved in, and shared pointers to policies are copied, so a pipeline made of
/// those may be returned and stored. A policy is anything with `call(f, context)`; a pipeline is
/// itself a policy. It adds no allocation and no virtual call. `call` is const and as safe across
/// threads as the policies.
template <class... Policies>
class Pipeline {
 public:
  /// Prefer the function `pipeline`.
  template <class... Args>
  requires(sizeof...(Args) == sizeof...(Policies) &&
           (std::constructible_from<Policies, Args> && ...)) explicit Pipeline(std::in_place_t,
                                                                               Args&&... policies)
      : policies_(std::forward<Args>(policies)...) {}

  /// Calls `f` through all policies.
  template <class F>
  auto call(F&& f, const CallContext& context = {}) const {
    return through<0>(f, context);
  }

 private:
  template <std::size_t I, class F>
  auto through(F& f, const CallContext& context) const {
    auto& policy = detail::policy_in(std::get<I>(policies_));
    if constexpr (I + 1 == sizeof...(Policies)) {
      return policy.call(f, context);
    } else {
      return policy.call([&](const CallContext& inner) { return through<I + 1>(f, inner); },
                         context);
    }
  }

  // Mutable, because the policies synchronise themselves, so calling through them does not change
  // the pipeline.
  mutable std::tuple<Policies...> policies_;
};

/// Combines policies, outermost first; see `Pipeline` about their lifetime. Throws
/// `std::invalid_argument` if a pointer to a policy is null, for example because a `Registry` was
/// full.
///
///     auto guarded = pipeline(Retry(settings), registry.get("database"));  // owns both
template <class... Policies>
[[nodiscard]] Pipeline<detail::HeldPolicy<Policies>...> pipeline(Policies&&... policies) {
  static_assert(sizeof...(Policies) > 0, "circuitbreaker: a pipeline needs at least one policy");
  (detail::require_policy_in(policies), ...);
  return Pipeline<detail::HeldPolicy<Policies>...>(std::in_place,
                                                   std::forward<Policies>(policies)...);
}

/// Any policy or pipeline for functions that return `T`, for places where its type should not be
/// visible: a member, a parameter or an interface between translation units. Copies share the
/// policy. A call costs one virtual call and no allocation. `call` is const and as safe across
/// threads as the policy.
///
///     class Client {
///       AnyPolicy<expected<Page, Errno>> guarded_;
///     };
template <class T>
class AnyPolicy {
 public:
  /// The result of a call.
  using Result = CallResult<T (*)()>;

  /// Takes over a policy, or shares it if it is passed as a `std::shared_ptr`. Throws only
  /// `std::bad_alloc`, the exceptions of moving the policy, and `std::invalid_argument` if the
  /// pointer is null. To refer to a policy that lives
  /// elsewhere, pass `pipeline(policy)`.
  template <class Policy>
  requires(!std::same_as<std::remove_cvref_t<Policy>, AnyPolicy>)
      AnyPolicy(Policy policy)  // NOLINT: a conversion
      : held_(std::make_shared<Held<Policy>>(std::move(policy))) {
    detail::require_policy_in(static_cast<const Held<Policy>&>(*held_).policy);
  }

  /// Calls `f`, whose result must convert to `T`, through the policy.
  template <class F>
  Result call(F&& f, const CallContext& context = {}) const {
    static_assert(std::is_void_v<T> || std::convertible_to<detail::Invoked<F>, T>,
                  "circuitbreaker: the function does not return the type of this AnyPolicy");
    auto invoke = [&f](const CallContext& inner) -> T { return detail::invoke_with(f, inner); };
    const ErasedFunction function{&invoke, [](void* target, const CallContext& inner) -> T {
                                    return (*static_cast<decltype(invoke)*>(target))(inner);
                                  }};
    return held_->call(function, context);
  }

 private:
  struct ErasedFunction {
    void* target;
    T (*invoke)(void*, const CallContext&);
    T operator()(const CallContext& context) const { return invoke(target, context); }
  };
  struct Base {
    virtual ~Base() = default;
    virtual Result call(const ErasedFunction& function, const CallContext& context) = 0;
  };
  template <class Policy>
  struct Held final : Base {
    explicit Held(Policy held) : policy(std::move(held)) {}
    Result call(const ErasedFunction& function, const CallContext& context) override {
      return detail::policy_in(policy).call(function, context);
    }
    Policy policy;
  };

  std::shared_ptr<Base> held_;
};

}  // namespace circuitbreaker
