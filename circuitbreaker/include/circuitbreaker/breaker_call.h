#pragma once
/// `CircuitBreaker::call` and breakers with a classifier. Included by circuit_breaker.h.

#include <algorithm>
#include <concepts>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include "circuitbreaker/call.h"
#include "circuitbreaker/circuit_breaker.h"

namespace circuitbreaker {

/// A breaker with its own classifier: a policy for pipelines, made by `CircuitBreaker::when` or
/// `when`. `Pointer` is a `CircuitBreaker*`, in which case the breaker must outlive this object, or
/// a `std::shared_ptr<CircuitBreaker>`, which keeps it alive. As safe across threads as the
/// classifier.
template <class Pointer, class Classify>
class ClassifiedBreaker {
 public:
  /// Prefer `CircuitBreaker::when`. Throws `std::invalid_argument` if `breaker` is null.
  ClassifiedBreaker(Pointer breaker, Classify classify)
      : breaker_(std::move(breaker)), classify_(std::move(classify)) {
    detail::require_policy(breaker_);
  }

  /// Like `CircuitBreaker::call`, but the classifier decides how the outcome counts. It may take
  /// the value (`const T&`), the error (`const E&`, `const CallError<E>&`), a `std::exception_ptr`,
  /// or the whole result, and returns a `Verdict` or an `Assessment`; outcomes that it does not
  /// take get the `UsualVerdict`. If it throws, the permit ends as ignored and the exception
  /// reaches the caller.
  template <class F>
  CallResult<F> call(F&& f, const CallContext& context = {}) const {
    return breaker_->call_classified(f, context, detail::judge_itself<Classify>(classify_));
  }

 private:
  Pointer breaker_;
  mutable Classify classify_;  // Mutable, because its call operator need not be const.
};

/// Like `CircuitBreaker::when`, but for a shared breaker, for example one from a `Registry`. Throws
/// `std::invalid_argument` if it is null.
template <class Classify>
[[nodiscard]] auto when(std::shared_ptr<CircuitBreaker> breaker, Classify classify) {
  return ClassifiedBreaker<std::shared_ptr<CircuitBreaker>, Classify>(std::move(breaker),
                                                                      std::move(classify));
}

namespace detail {

/// Marks the current thread as running a probe of a breaker. A call of the same breaker from inside
/// the probe belongs to the probe: if it were rejected because no slot is free, the probe would end
/// as ignored, and the breaker could never recover.
class ProbeScope {
 public:
  /// A null `breaker` marks nothing.
  explicit ProbeScope(const CircuitBreaker* breaker) noexcept : breaker_(breaker) {
    if (breaker_ != nullptr) enter();
  }
  ~ProbeScope() {
    if (breaker_ != nullptr) leave();
  }
  ProbeScope(const ProbeScope&) = delete;
  ProbeScope& operator=(const ProbeScope&) = delete;

  /// Whether the current thread is running a probe of `breaker`.
  [[nodiscard]] static bool active(const CircuitBreaker& breaker) noexcept;

 private:
  void enter() noexcept;
  void leave() noexcept;

  const CircuitBreaker* breaker_;
  const ProbeScope* outer_ = nullptr;
};

/// The assessment of a returned result: the classifier's answer or, if it does not take this kind
/// of outcome, the `UsualVerdict`.
template <class Classify, class Result>
Assessment assess(Classify& classify, const Result& result) {
  if constexpr (std::same_as<Classify, UsualVerdict>) {
    return classify(result);
  } else {
    const auto assessed = ask<Assessment>(classify, result);
    return assessed ? *assessed : Assessment(UsualVerdict()(result));
  }
}

/// The assessment of an exception: the classifier's answer or, if it does not take exceptions, the
/// `UsualVerdict`.
template <class Result, class Classify>
Assessment assess_exception(Classify& classify, const std::exception_ptr& thrown) {
  const auto assessed = ask_about<Assessment, Result>(classify, thrown);
  return assessed ? *assessed : Assessment(UsualVerdict()(thrown));
}

/// The verdict on a call, adjusted for its duration and its caller. A call counts as a timeout only
/// if it exceeded the breaker's own limit. A call that failed after its caller had stopped waiting
/// says nothing about the dependency.
[[nodiscard]] inline Verdict blame(Verdict assessed, const Deadline& limit,
                                   const CallContext& context) noexcept {
  const bool success = assessed == Verdict::success;
  if (assessed == Verdict::ignored) return assessed;
  if (!success && context.stop.stop_requested()) return Verdict::ignored;
  if (limit.expired()) return Verdict::timeout;
  if (!success && context.deadline.expired()) return Verdict::ignored;
  return assessed;
}

/// Tells a `Retry` around a breaker how long the breaker would reject further attempts.
inline void report_open_time(Duration blocked_for, RetryFeedback& feedback) noexcept {
  feedback.blocked_for = std::max(feedback.blocked_for, blocked_for);
}
/// Like the function above, but after a rejection by the breaker.
inline void report_open_time(const Rejected& rejected, RetryFeedback& feedback) noexcept {
  const bool open =
      rejected.reason == Rejected::Reason::open || rejected.reason == Rejected::Reason::forced_open;
  // If an operator has forced the breaker open, it is unknown when the rejections will end.
  if (open) report_open_time(rejected.retry_after.value_or(Duration::max()), feedback);
}

}  // namespace detail

template <class F>
CallResult<F> CircuitBreaker::call(F&& f, const CallContext& context) {
  UsualVerdict classify;
  return call_classified(f, context, classify);
}

/// Defined here because it needs `ClassifiedBreaker`.
template <class Classify>
auto CircuitBreaker::when(Classify classify) & {
  return ClassifiedBreaker<CircuitBreaker*, Classify>(this, std::move(classify));
}

template <class F, class Classify>
CallResult<F> CircuitBreaker::call_classified(F& f, const CallContext& context,
                                              Classify& classify) {
  using Result = CallResult<F>;
  detail::check_judge<Assessment, Classify, Result>();
  if (const auto rejected = detail::abandoned(context)) {
    return detail::rejected_with<Result>(*rejected);
  }
  auto permit = try_acquire();
  if (!permit) {
    const bool within_probe = permit.error().reason == Rejected::Reason::half_open_full &&
                              detail::ProbeScope::active(*this);
    if (within_probe) return detail::call_plainly(f, context);
    if (context.feedback != nullptr) detail::report_open_time(permit.error(), *context.feedback);
    return detail::rejected_with<Result>(permit.error());
  }
  return call_admitted(*permit, f, context, classify);
}

template <class F, class Classify>
CallResult<F> CircuitBreaker::call_admitted(Permit& permit, F& f, const CallContext& context,
                                            Classify& classify) {
  using Result = CallResult<F>;
  const detail::ProbeScope probe(permit.is_probe() ? this : nullptr);
  const Deadline limit = call_limit();
  // A result is large, so copy elision matters: the lambda returns only temporaries, and this
  // function returns only this variable, so the result is built directly in the caller's storage.
  Result result = [&]() -> Result {
    CIRCUITBREAKER_TRY {
      if (limit.is_never()) return detail::call_plainly(f, context);
      return detail::call_plainly(f, context.within(limit));
    }
    CIRCUITBREAKER_CATCH_ALL {
      const std::exception_ptr thrown = std::current_exception();
      record(permit, detail::assess_exception<Result>(classify, thrown), limit, context,
             [&] { return detail::exception_text(thrown); });
      std::rethrow_exception(thrown);
    }
  }();
  record(permit, detail::assess(classify, std::as_const(result)), limit, context,
         [&] { return detail::failure_text(result); });
  return result;
}

template <class Describe>
void CircuitBreaker::record(Permit& permit, const Assessment& assessed, const Deadline& limit,
                            const CallContext& context, Describe describe) {
  const Verdict verdict = detail::blame(assessed.verdict, limit, context);
  if (verdict == Verdict::success) return permit.success();
  const std::string reason = verdict == Verdict::ignored ? std::string() : describe();
  const Duration blocked_for = permit.end(
      verdict, reason, verdict == Verdict::failure ? assessed.retry_after : std::nullopt);
  if (context.feedback != nullptr) detail::report_open_time(blocked_for, *context.feedback);
}

}  // namespace circuitbreaker
