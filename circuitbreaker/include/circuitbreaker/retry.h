#pragma once
/// Repeats failed calls after a growing, jittered delay, within the caller's deadline and a retry
/// budget.
///
///     Retry retry(RetrySettings::aggressive());
///     auto page = pipeline(retry, breaker).call(fetch, {.deadline = deadline, .stop = token});

#include <array>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "circuitbreaker/call.h"
#include "circuitbreaker/clock.h"
#include "circuitbreaker/deadline.h"
#include "circuitbreaker/detail/counter.h"
#include "circuitbreaker/detail/random.h"
#include "circuitbreaker/policy_observer.h"
#include "circuitbreaker/retry_budget.h"
#include "circuitbreaker/sleeper.h"

namespace circuitbreaker {

/// How a delay d is randomised, so that clients that failed together do not retry together
/// ("Exponential Backoff And Jitter", AWS Architecture Blog, 2015).
enum class Jitter : std::uint8_t {
  none,   ///< a delay of exactly d
  equal,  ///< a random delay between d/2 and d
  full,   ///< a random delay between 0 and d
};

/// Settings of a `Retry`.
struct RetrySettings {
  /// Maximum number of attempts, including the first. At least 1.
  std::uint32_t max_attempts = 3;
  /// Delay before the second attempt, 0 to 10 years.
  Duration initial_delay = std::chrono::milliseconds(100);
  /// Longest delay, from `initial_delay` to 10 years.
  Duration max_delay = std::chrono::seconds(5);
  /// Growth factor from each delay to the next, 1 to 100.
  double multiplier = 2;
  /// How the delays are randomised.
  Jitter jitter = Jitter::full;

  /// The default settings: 3 attempts, delays from 100 ms to 5 s, doubling.
  [[nodiscard]] static RetrySettings standard() noexcept { return {}; }
  /// For a quick recovery: 5 attempts, delays from 50 ms to 10 s, growing by half.
  [[nodiscard]] static RetrySettings aggressive() noexcept {
    return {5, std::chrono::milliseconds(50), std::chrono::seconds(10), 1.5, Jitter::full};
  }
  /// For little extra load: 2 attempts, a delay of 500 ms.
  [[nodiscard]] static RetrySettings conservative() noexcept {
    return {2, std::chrono::milliseconds(500), std::chrono::seconds(2), 2, Jitter::full};
  }
};

/// Why a `Retry` made no further attempt.
enum class RetryEnd : std::uint8_t {
  succeeded,           ///< the last attempt returned a value that needs no retry
  not_retryable,       ///< the predicate ruled out another attempt
  rejected,            ///< an inner policy rejected the last attempt
  attempts_exhausted,  ///< all `max_attempts` attempts were made
  budget_exhausted,    ///< the retry budget did not allow another attempt
  deadline_too_near,   ///< the delay would not have ended before the deadline
  cancelled,           ///< the caller requested a stop
  breaker_open,        ///< a breaker inside would still be open after the delay
  delay_too_long,      ///< the dependency asked for a delay longer than `max_delay`
  exception,           ///< the predicate or the sleeper threw
};
/// The enumerator's name, as it appears in logs and metrics.
[[nodiscard]] std::string_view to_string(RetryEnd end) noexcept;

/// How one call went; see `CallContext::retry_report`.
struct RetryReport {
  /// Number of attempts made, including rejected ones.
  std::uint32_t attempts = 0;
  /// Sum of the delays between them.
  Duration total_delay{0};
  /// Why there was no further attempt.
  RetryEnd end = RetryEnd::succeeded;
  /// Description of the last failure, which may exist even if the call succeeded in the end.
  std::string last_error;
};

/// Sums over all calls of a `Retry`: calls = successes at the first attempt + recovered + given_up.
struct RetryStatistics {
  /// Calls that have begun.
  std::uint64_t calls = 0;
  /// Attempts that have begun.
  std::uint64_t attempts = 0;
  /// Calls that succeeded, but not at the first attempt.
  std::uint64_t recovered = 0;
  /// Calls that ended without success, for any reason. The fields below count some of the reasons.
  std::uint64_t given_up = 0;
  /// Calls that ended with `RetryEnd::attempts_exhausted`.
  std::uint64_t attempts_exhausted = 0;
  /// Calls that ended with `RetryEnd::budget_exhausted`.
  std::uint64_t budget_exhausted = 0;
  /// Calls that ended with `RetryEnd::deadline_too_near`.
  std::uint64_t deadline_too_near = 0;
  /// Calls that ended with `RetryEnd::cancelled`.
  std::uint64_t cancelled = 0;
  /// Calls that ended with `RetryEnd::breaker_open`.
  std::uint64_t breaker_open = 0;
};

/// The answer of a retry predicate.
struct RetryDecision {
  /// Converts from bool, so that a predicate may simply return one.
  RetryDecision(bool retry_given) noexcept : retry(retry_given) {}  // NOLINT: a conversion
  /// Retry, but not before `delay` has passed (Retry-After).
  [[nodiscard]] static RetryDecision after(Duration delay) noexcept {
    RetryDecision decision(true);
    decision.at_least = delay;
    return decision;
  }

  /// Whether to make another attempt.
  bool retry;
  /// Lower bound of the delay. If it exceeds `RetrySettings::max_delay`, there is no retry.
  Duration at_least{0};
};

/// The default predicate: every error and exception is retried, except a rejection (an open
/// breaker, a full bulkhead), because the next attempt would be rejected too. A value whose class
/// has an `error()` member and converts to bool is retried if it converts to false.
struct UsuallyRetryable {
  /// The decision on a returned result.
  template <class T, class E>
  bool operator()(const expected<T, E>& result) const noexcept {
    return UsualVerdict()(result) == Verdict::failure;
  }
  /// The decision on an exception.
  bool operator()(const std::exception_ptr&) const noexcept { return true; }
};

template <class Retryable>
class RetryWhen;

/// Repeats failed calls. A call waits on its caller's thread; the policy's only memory is a few
/// counters. Every member function may be called from any thread, but moving must not race with
/// other use.
class Retry {
 public:
  /// Throws `std::invalid_argument` when a setting is out of range. `sleeper` and `budget` must
  /// outlive the policy. Without a budget, only `max_attempts` limits the retries.
  explicit Retry(RetrySettings settings = {}, const Sleeper& sleeper = thread_sleeper(),
                 RetryBudget* budget = nullptr);
  /// Moves the policy with its statistics. No call may be in progress.
  Retry(Retry&&) noexcept = default;

  /// Returns the first outcome that is not retryable, or the last one; an exception of the last
  /// attempt is rethrown. If a retry is rejected, the returned error also holds the error of the
  /// first attempt. A stop request ends a delay immediately. A delay is not started if it would not
  /// end before the deadline, or if a breaker inside would still be open at its end. An exception
  /// thrown by the sleeper reaches the caller.
  template <class F>
  CallResult<F> call(F&& f, const CallContext& context = {}) {
    UsuallyRetryable retryable;
    return run(f, context, retryable);
  }

  /// A policy that consists of this one and your own predicate; see `RetryWhen::call`. The policy
  /// must outlive it.
  ///
  ///     auto patient = retry.when([](const Response& r) {
  ///       return r.status == 429 ? RetryDecision::after(r.retry_after) : r.status >= 500;
  ///     });
  template <class Retryable>
  [[nodiscard]] RetryWhen<Retryable> when(Retryable retryable) & {
    return RetryWhen<Retryable>(*this, std::move(retryable));
  }
  /// Deleted, because the result would refer to a temporary policy.
  template <class Retryable>
  void when(Retryable retryable) && = delete;

  /// Draws a random delay to wait after the failed attempt number `attempt` (from 1).
  [[nodiscard]] Duration delay_after(std::uint32_t attempt) noexcept;
  /// The totals so far; consistent if no call is in progress.
  [[nodiscard]] RetryStatistics statistics() const noexcept;
  /// Reports retries to `observer`, or to nobody if it is null.
  void set_observer(PolicyObserver* observer) noexcept { observer_.set(observer); }

 private:
  template <class Retryable>
  friend class RetryWhen;

  /// A call in progress. Counted as given up unless it ends otherwise.
  class Run {
   public:
    Run(Retry& retry, const CallContext& context) noexcept;
    ~Run();
    Run(const Run&) = delete;
    Run& operator=(const Run&) = delete;

    void begin_attempt() noexcept;
    /// Waits before the next attempt; false if there should be none.
    [[nodiscard]] bool back_off(const RetryDecision& decision);
    void finish(RetryEnd end) noexcept;
    template <class Result>
    void note_failure(const detail::Ended<Result>& ended) noexcept {
      if (report_ != nullptr) report_->last_error = detail::failure_text(ended);
    }
    [[nodiscard]] const CallContext& attempt() const noexcept { return attempt_; }

   private:
    [[nodiscard]] std::optional<RetryEnd> obstacle_to(Duration delay,
                                                      const RetryDecision& decision) const noexcept;

    Retry& retry_;
    RetryReport* const report_;
    detail::RetryFeedback feedback_;
    CallContext attempt_;
    RetryEnd end_ = RetryEnd::exception;
  };

  template <class F, class Retryable>
  CallResult<F> run(F& f, const CallContext& context, Retryable& retryable);

  static constexpr std::size_t kEnds = static_cast<std::size_t>(RetryEnd::exception) + 1;

  RetrySettings settings_;
  const Sleeper* sleeper_;
  RetryBudget* budget_;
  detail::ObserverPointer<PolicyObserver> observer_;
  detail::SharedRandom random_;
  detail::Counter calls_, attempts_, recovered_, given_up_;
  std::array<detail::Counter, kEnds> ends_;
};

/// A `Retry` with its own predicate: a policy for pipelines, made by `Retry::when`. The `Retry`
/// must outlive it. As thread-safe as the predicate.
template <class Retryable>
class RetryWhen {
 public:
  /// Prefer `Retry::when`.
  RetryWhen(Retry& retry, Retryable retryable) : retry_(&retry), retryable_(std::move(retryable)) {}

  /// Like `Retry::call`, but the predicate decides whether to make another attempt. It may take the
  /// value (`const T&`), the error (`const E&`, `const CallError<E>&`), a `std::exception_ptr`, or
  /// the whole result, and returns a bool or a `RetryDecision`; outcomes that it does not take are
  /// decided by `UsuallyRetryable`. If it throws, the exception reaches the caller and the function
  /// is not called again.
  template <class F>
  CallResult<F> call(F&& f, const CallContext& context = {}) const {
    return retry_->run(f, context, detail::judge_itself<Retryable>(retryable_));
  }

 private:
  Retry* retry_;
  mutable Retryable retryable_;  // Mutable, because its call operator need not be const.
};

namespace detail {

/// Whether to make another attempt: the predicate's answer or, if it does not take this kind of
/// outcome, the answer of `UsuallyRetryable`.
template <class Retryable, class Result>
RetryDecision decide(Retryable& retryable, const Ended<Result>& ended) {
  if (ended.thrown) {
    const auto decision = ask_about<RetryDecision, Result>(retryable, ended.thrown);
    return decision ? *decision : RetryDecision(UsuallyRetryable()(ended.thrown));
  }
  const auto decision = ask<RetryDecision>(retryable, *ended.result);
  return decision ? *decision : RetryDecision(UsuallyRetryable()(*ended.result));
}

/// Keeps the first failure of a call, so that a later rejection does not hide it.
template <class Result>
class FirstFailure {
 public:
  /// Moves the failure out of an outcome that is about to be dropped. A rejection is no failure.
  void take(Ended<Result>&& ended) {
    const bool returned_error = ended.result && !*ended.result;
    if (taken_ || (returned_error && own_error(ended) == nullptr)) return;
    taken_ = true;
    text_ = BriefText(failure_text(ended));
    if constexpr (kOwnError) {
      if (returned_error) own_ = std::move(*own_error(ended));
    }
  }
  /// The outcome of the whole call, whose last attempt `ended`: if that was rejected, the rejection
  /// combined with the first failure.
  [[nodiscard]] Result outcome(Ended<Result>&& ended) && {
    const Rejected* const rejected = ended.result ? rejection_of(*ended.result) : nullptr;
    if (rejected == nullptr) return std::move(ended).unwrap();
    Rejected why = *rejected;
    take(std::move(ended));
    using Error = typename Result::error_type;
    if (why.last_failure.empty()) why.last_failure = text_;
    if constexpr (kOwnError) {
      if (own_) return unexpected<Error>(Error(*std::move(own_), why));
    }
    return unexpected<Error>(Error(why));
  }

 private:
  using Own = typename OwnErrorOf<typename Result::error_type>::type;
  static constexpr bool kOwnError = !std::same_as<Own, NoValue>;

  /// The function's own error in a result that is an error; null for a rejection.
  [[nodiscard]] static Own* own_error(Ended<Result>& ended) noexcept {
    if constexpr (kOwnError) return ended.result->error().error();
    return nullptr;
  }

  bool taken_ = false;
  BriefText text_;
  std::optional<Own> own_;
};

}  // namespace detail

template <class F, class Retryable>
CallResult<F> Retry::run(F& f, const CallContext& context, Retryable& retryable) {
  using Result = CallResult<F>;
  detail::check_judge<RetryDecision, Retryable, Result>();
  Run run(*this, context);
  if (const auto rejected = detail::abandoned(context)) {
    run.finish(rejected->reason == Rejected::Reason::cancelled ? RetryEnd::cancelled
                                                               : RetryEnd::deadline_too_near);
    return detail::rejected_with<Result>(*rejected);
  }
  detail::FirstFailure<Result> first_failure;
  for (;;) {
    run.begin_attempt();
    auto ended = detail::call_catching(f, run.attempt());
    const RetryDecision decision = detail::decide(retryable, ended);
    const Rejected* const rejected = ended.result ? rejection_of(*ended.result) : nullptr;
    const bool succeeded = !decision.retry && ended.result && ended.result->has_value();
    if (!succeeded && rejected == nullptr) run.note_failure(ended);
    if (!decision.retry) {
      run.finish(succeeded  ? RetryEnd::succeeded
                 : rejected ? RetryEnd::rejected
                            : RetryEnd::not_retryable);
    }
    if (!decision.retry || !run.back_off(decision)) {
      return std::move(first_failure).outcome(std::move(ended));
    }
    first_failure.take(std::move(ended));
  }
}

}  // namespace circuitbreaker
