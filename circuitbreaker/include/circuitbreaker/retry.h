#pragma once
/// Calls again what failed, after a growing, jittered delay: within the deadline, the caller's
/// patience and the retry budget.
///
///     Retry retry(RetrySettings::aggressive());
///     auto page = retry.call([&] { return fetch(url); }, {.stop = token});
///
/// A rejection (an open breaker, a full bulkhead) is never retried: the answer would be the same.
/// Thread-safety: every member function may be called from any thread. A call waits on its caller's
/// thread; the only memory is a few counters.

#include <atomic>
#include <cstdint>
#include <exception>
#include <functional>
#include <optional>
#include <type_traits>
#include <utility>

#include "circuitbreaker/call.h"
#include "circuitbreaker/clock.h"
#include "circuitbreaker/deadline.h"
#include "circuitbreaker/detail/random.h"
#include "circuitbreaker/retry_budget.h"
#include "circuitbreaker/sleeper.h"

namespace circuitbreaker {

/// How a delay d is spread, so that those who failed together do not return together ("Exponential
/// Backoff And Jitter", AWS Architecture Blog 2015): d itself, d/2 to d, or 0 to d.
enum class Jitter : std::uint8_t { none, equal, full };

struct RetrySettings {
  /// The first one included. At least 1.
  std::uint32_t max_attempts = 3;
  /// Before the second attempt; not negative.
  Duration initial_delay = std::chrono::milliseconds(100);
  /// No delay is longer. At least `initial_delay`.
  Duration max_delay = std::chrono::seconds(5);
  /// Each delay to the one before, 1 to 100.
  double multiplier = 2;
  Jitter jitter = Jitter::full;

  /// 3 attempts, 100 ms to 5 s, doubling: what a default-constructed one is, by name.
  [[nodiscard]] static RetrySettings standard() noexcept { return {}; }
  /// 5 attempts, 50 ms to 10 s, times 1.5.
  [[nodiscard]] static RetrySettings aggressive() noexcept {
    return {5, std::chrono::milliseconds(50), std::chrono::seconds(10), 1.5, Jitter::full};
  }
  /// 2 attempts, 500 ms to 2 s, doubling.
  [[nodiscard]] static RetrySettings conservative() noexcept {
    return {2, std::chrono::milliseconds(500), std::chrono::seconds(2), 2, Jitter::full};
  }
};

/// calls = first-time successes + recovered + given up.
struct RetryStatistics {
  std::uint64_t calls = 0;
  std::uint64_t attempts = 0;
  /// Succeeded, but not at the first attempt.
  std::uint64_t recovered = 0;
  /// Ended without success, for whatever reason; the next four say which, as far as it was the
  /// policy that ended it.
  std::uint64_t given_up = 0;
  std::uint64_t attempts_exhausted = 0;
  std::uint64_t budget_exhausted = 0;
  std::uint64_t deadline_too_near = 0;
  std::uint64_t cancelled = 0;
};

/// What is worth another attempt: every error and exception but rejections. One of your own is any
/// function of the outcome (what `CallResult` names), of a `std::exception_ptr`, or of both.
struct UsuallyRetryable {
  template <class T, class E>
  bool operator()(const expected<T, E>& result) const noexcept {
    return !result && detail::rejection_of(result) == nullptr;
  }
  bool operator()(const std::exception_ptr&) const noexcept { return true; }
};

class Retry {
 public:
  /// Throws `std::invalid_argument` when a setting is out of range. What is referred to must
  /// outlive the policy; without a `budget` nothing limits retries but `max_attempts`.
  explicit Retry(RetrySettings settings = {}, const Sleeper& sleeper = thread_sleeper(),
                 RetryBudget* budget = nullptr);

  /// Returns the first outcome that is not retryable, or the last one. An exception of the last
  /// attempt is rethrown. A stop request ends a delay at once; a delay that would reach beyond the
  /// deadline is not begun.
  template <class F, class Retryable = UsuallyRetryable>
  CallResult<F> call(F&& f, const CallContext& context = {}, Retryable retryable = {});

  /// The same policy with its own idea of what is retryable, for `pipeline`.
  template <class Retryable>
  [[nodiscard]] auto when(Retryable retryable);

  /// The delay after the failed attempt number `attempt` (from 1), drawn anew each time.
  [[nodiscard]] Duration delay_after(std::uint32_t attempt) noexcept;
  /// Consistent when no call is under way.
  [[nodiscard]] RetryStatistics statistics() const noexcept;

 private:
  /// Waits before the next attempt; false when there should be none.
  bool back_off(const CallContext& context) noexcept;
  void count(std::atomic<std::uint64_t>& counter) noexcept {
    counter.fetch_add(1, std::memory_order_relaxed);
  }

  const RetrySettings settings_;
  const Sleeper& sleeper_;
  RetryBudget* const budget_;
  detail::SharedRandom random_;
  std::atomic<std::uint64_t> calls_{0}, attempts_{0}, recovered_{0}, given_up_{0};
  std::atomic<std::uint64_t> attempts_exhausted_{0}, budget_exhausted_{0}, deadline_too_near_{0},
      cancelled_{0};
};

template <class F, class Retryable>
CallResult<F> Retry::call(F&& f, const CallContext& context, Retryable retryable) {
  using Result = CallResult<F>;
  count(calls_);
  if (const auto rejected = detail::hopeless(context)) {
    count(given_up_);
    return unexpected<typename Result::error_type>(*rejected);
  }
  if (budget_ != nullptr) budget_->first_attempt();
  CallContext attempt = context;
  for (attempt.attempt = 1;; ++attempt.attempt) {
    count(attempts_);
    std::exception_ptr thrown;
    std::optional<Result> result;
    bool again = false;
    try {
      result.emplace(detail::call_plainly(f, attempt));
      if constexpr (std::is_invocable_v<Retryable&, const Result&>) {
        again = std::invoke(retryable, std::as_const(*result));
      } else {
        again = UsuallyRetryable()(*result);
      }
    } catch (...) {
      thrown = std::current_exception();
      if constexpr (std::is_invocable_v<Retryable&, std::exception_ptr>) {
        again = std::invoke(retryable, thrown);
      } else {
        again = true;
      }
    }
    if (again && back_off(attempt)) continue;
    const bool succeeded = !again && result && result->has_value();
    if (!succeeded) count(given_up_);
    if (succeeded && attempt.attempt > 1) count(recovered_);
    if (thrown) std::rethrow_exception(thrown);
    return *std::move(result);
  }
}

/// A `Retry` with a predicate of its own; made by `Retry::when`, which must outlive it.
template <class Retryable>
class RetryWhen {
 public:
  RetryWhen(Retry& retry, Retryable retryable) : retry_(retry), retryable_(std::move(retryable)) {}
  template <class F>
  CallResult<F> call(F&& f, const CallContext& context = {}) {
    return retry_.call(std::forward<F>(f), context, std::ref(retryable_));
  }

 private:
  Retry& retry_;
  Retryable retryable_;
};

template <class Retryable>
auto Retry::when(Retryable retryable) {
  return RetryWhen<Retryable>(*this, std::move(retryable));
}

}  // namespace circuitbreaker
