#include "circuitbreaker/retry.h"

#include <algorithm>
#include <cmath>

#include "require.h"

namespace circuitbreaker {

using detail::require;

Retry::Retry(RetrySettings settings, const Sleeper& sleeper, RetryBudget* budget)
    : settings_(settings),
      sleeper_(sleeper),
      budget_(budget),
      random_(reinterpret_cast<std::uintptr_t>(this) ^
              static_cast<std::uint64_t>(steady_clock().now().time_since_epoch().count())) {
  require(settings.max_attempts >= 1, "retry: max_attempts must be at least 1");
  require(detail::zero_or_positive(settings.initial_delay),
          "retry: initial_delay must be 0 to 10 years");
  require(settings.max_delay >= settings.initial_delay && settings.max_delay <= detail::kLongest,
          "retry: max_delay must be initial_delay to 10 years");
  require(settings.multiplier >= 1 && settings.multiplier <= 100,
          "retry: multiplier must be 1 to 100");
}

Duration Retry::delay_after(std::uint32_t attempt) noexcept {
  const double grown = static_cast<double>(settings_.initial_delay.count()) *
                       std::pow(settings_.multiplier, attempt - 1.0);
  const double delay = std::min(grown, static_cast<double>(settings_.max_delay.count()));
  double least = delay;
  if (settings_.jitter == Jitter::full) least = 0;
  if (settings_.jitter == Jitter::equal) least = delay / 2;
  return Duration(static_cast<Duration::rep>(least + (delay - least) * random_.unit()));
}

bool Retry::back_off(const CallContext& context) noexcept {
  if (context.attempt >= settings_.max_attempts) {
    count(attempts_exhausted_);
    return false;
  }
  if (context.stop.stop_requested()) {
    count(cancelled_);
    return false;
  }
  const Duration delay = delay_after(context.attempt);
  if (context.deadline.remaining() <= delay) {
    count(deadline_too_near_);
    return false;
  }
  if (budget_ != nullptr && !budget_->try_retry()) {
    count(budget_exhausted_);
    return false;
  }
  if (!sleeper_.sleep(delay, context.stop)) {
    count(cancelled_);
    return false;
  }
  return true;
}

RetryStatistics Retry::statistics() const noexcept {
  const auto read = [](const std::atomic<std::uint64_t>& counter) {
    return counter.load(std::memory_order_relaxed);
  };
  return {read(calls_),
          read(attempts_),
          read(recovered_),
          read(given_up_),
          read(attempts_exhausted_),
          read(budget_exhausted_),
          read(deadline_too_near_),
          read(cancelled_)};
}

}  // namespace circuitbreaker
