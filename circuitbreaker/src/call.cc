#include "circuitbreaker/call.h"

#include <exception>
#include <stdexcept>
#include <string>

#include "circuitbreaker/circuit_breaker.h"

#include "shorten.h"

namespace circuitbreaker::detail {
namespace {

constinit thread_local const ProbeScope* innermost_probe = nullptr;

}  // namespace

void throw_null_policy() {
  throw std::invalid_argument("circuitbreaker: a pointer to a policy must not be null");
}

std::string exception_text(const std::exception_ptr& thrown) noexcept {
  try {
    try {
      std::rethrow_exception(thrown);
    } catch (const std::exception& error) {
      return std::string(shorten(error.what()));
    } catch (...) {
      return "unknown exception";
    }
  } catch (...) {  // There is no memory for the text.
    return {};
  }
}

void ProbeScope::enter() noexcept {
  outer_ = innermost_probe;
  innermost_probe = this;
}

void ProbeScope::leave() noexcept {
  innermost_probe = outer_;
}

bool ProbeScope::active(const CircuitBreaker& breaker) noexcept {
  for (const ProbeScope* scope = innermost_probe; scope != nullptr; scope = scope->outer_) {
    if (scope->breaker_ == &breaker) return true;
  }
  return false;
}

void report_open_time(CircuitBreaker& breaker, RetryFeedback& feedback) {
  const Snapshot now = breaker.snapshot();
  if (now.state != State::open) return;
  // If an operator has forced the breaker open, the end is unknown.
  feedback.blocked_for = std::max(feedback.blocked_for, now.retry_after.value_or(Duration::max()));
}

void report_open_time(const Rejected& rejected, RetryFeedback& feedback) noexcept {
  const bool open =
      rejected.reason == Rejected::Reason::open || rejected.reason == Rejected::Reason::forced_open;
  if (!open) return;
  feedback.blocked_for =
      std::max(feedback.blocked_for, rejected.retry_after.value_or(Duration::max()));
}

}  // namespace circuitbreaker::detail
