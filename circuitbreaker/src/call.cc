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

}  // namespace circuitbreaker::detail
