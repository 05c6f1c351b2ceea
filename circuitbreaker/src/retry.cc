#include "circuitbreaker/retry.h"

#include <algorithm>
#include <cmath>

#include "require.h"

namespace circuitbreaker {

using detail::require;

std::string_view to_string(RetryEnd end) noexcept {
  switch (end) {
    case RetryEnd::succeeded:
      return "succeeded";
    case RetryEnd::not_retryable:
      return "not_retryable";
    case RetryEnd::rejected:
      return "rejected";
    case RetryEnd::attempts_exhausted:
      return "attempts_exhausted";
    case RetryEnd::budget_exhausted:
      return "budget_exhausted";
    case RetryEnd::deadline_too_near:
      return "deadline_too_near";
    case RetryEnd::cancelled:
      return "cancelled";
    case RetryEnd::breaker_open:
      return "breaker_open";
    case RetryEnd::delay_too_long:
      return "delay_too_long";
    case RetryEnd::exception:
      return "exception";
  }
  return "unknown";
}

Retry::Retry(RetrySettings settings, const Sleeper& sleeper, RetryBudget* budget)
    : settings_(settings),
      sleeper_(&sleeper),
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
  if (settings_.initial_delay == Duration::zero()) return Duration::zero();
  const double growth = std::pow(settings_.multiplier, std::max(attempt, 1u) - 1.0);
  // Infinite growth is harmless, because the smaller of the two values is finite.
  const double delay = std::min(static_cast<double>(settings_.initial_delay.count()) * growth,
                                static_cast<double>(settings_.max_delay.count()));
  double least = delay;
  if (settings_.jitter == Jitter::full) least = 0;
  if (settings_.jitter == Jitter::equal) least = delay / 2;
  return Duration(static_cast<Duration::rep>(least + (delay - least) * random_.unit()));
}

Retry::Run::Run(Retry& retry, const CallContext& context) noexcept
    : retry_(retry), report_(context.retry_report), attempt_(context) {
  retry_.calls_.add();
  attempt_.attempt = 0;
  attempt_.retry_report = nullptr;
  attempt_.feedback = &feedback_;
  if (report_ != nullptr) *report_ = RetryReport();
}

Retry::Run::~Run() {
  retry_.ends_[static_cast<std::size_t>(end_)].add();
  if (end_ != RetryEnd::succeeded) {
    retry_.given_up_.add();
  } else if (attempt_.attempt > 1) {
    retry_.recovered_.add();
  }
  if (report_ != nullptr) {
    report_->attempts = attempt_.attempt;
    report_->end = end_;
  }
}

void Retry::Run::begin_attempt() noexcept {
  if (attempt_.attempt == 0 && retry_.budget_ != nullptr) retry_.budget_->first_attempt();
  ++attempt_.attempt;
  feedback_ = {};
  retry_.attempts_.add();
}

void Retry::Run::finish(RetryEnd end) noexcept {
  end_ = end;
}

std::optional<RetryEnd> Retry::Run::obstacle_to(Duration delay,
                                                const RetryDecision& decision) const noexcept {
  if (attempt_.attempt >= retry_.settings_.max_attempts) return RetryEnd::attempts_exhausted;
  if (attempt_.stop.stop_requested()) return RetryEnd::cancelled;
  if (decision.at_least > retry_.settings_.max_delay) return RetryEnd::delay_too_long;
  if (attempt_.deadline.remaining() <= delay) return RetryEnd::deadline_too_near;
  if (feedback_.blocked_for > delay) return RetryEnd::breaker_open;
  return std::nullopt;
}

bool Retry::Run::back_off(const RetryDecision& decision) {
  PolicyObserver* const observer = retry_.observer_.get();
  const Duration delay = std::max(retry_.delay_after(attempt_.attempt), decision.at_least);
  if (const auto obstacle = obstacle_to(delay, decision)) {
    finish(*obstacle);
    return false;
  }
  if (retry_.budget_ != nullptr && !retry_.budget_->try_retry()) {
    if (observer != nullptr) observer->retry_budget_exhausted();
    finish(RetryEnd::budget_exhausted);
    return false;
  }
  if (observer != nullptr) observer->retry_scheduled(attempt_.attempt, delay);
  if (!retry_.sleeper_->sleep(delay, attempt_.stop)) {
    finish(RetryEnd::cancelled);
    return false;
  }
  if (report_ != nullptr) report_->total_delay += delay;
  return true;
}

RetryStatistics Retry::statistics() const noexcept {
  const auto ended = [this](RetryEnd end) { return ends_[static_cast<std::size_t>(end)].get(); };
  return {.calls = calls_.get(),
          .attempts = attempts_.get(),
          .recovered = recovered_.get(),
          .given_up = given_up_.get(),
          .attempts_exhausted = ended(RetryEnd::attempts_exhausted),
          .budget_exhausted = ended(RetryEnd::budget_exhausted),
          .deadline_too_near = ended(RetryEnd::deadline_too_near),
          .cancelled = ended(RetryEnd::cancelled),
          .breaker_open = ended(RetryEnd::breaker_open)};
}

}  // namespace circuitbreaker
