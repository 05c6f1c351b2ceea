#include "circuitbreaker/settings.h"

#include "require.h"

namespace circuitbreaker {
namespace {

using detail::kLongest;
using detail::positive;

void validate_open_time(const Settings& s) {
  detail::require(positive(s.open_timeout),
                  "circuit breaker: open_timeout must be positive and at most 10 years");
  detail::require(s.open_timeout_multiplier >= 1 && s.open_timeout_multiplier <= 100,
                  "circuit breaker: open_timeout_multiplier must be 1 to 100");
  detail::require(
      s.open_timeout_max >= s.open_timeout && s.open_timeout_max <= kLongest,
      "circuit breaker: open_timeout_max must be at least open_timeout and at most 10 years");
  detail::require(s.open_timeout_jitter >= 0 && s.open_timeout_jitter < 1,
                  "circuit breaker: open_timeout_jitter must be 0 to 1, 1 excluded");
}

void validate_half_open(const Settings& s) {
  detail::require(s.success_threshold >= 1,
                  "circuit breaker: success_threshold must be at least 1");
  detail::require(s.half_open_max_calls >= 1 && s.half_open_max_calls <= 1024,
                  "circuit breaker: half_open_max_calls must be 1 to 1024");
  detail::require(positive(s.probe_lease),
                  "circuit breaker: probe_lease must be positive and at most 10 years");
  detail::require(detail::zero_or_positive(s.half_open_timeout),
                  "circuit breaker: half_open_timeout must be 0 or positive and at most 10 years");
}

void validate_rules(const Settings& s) {
  detail::require(s.failure_rate >= 0 && s.failure_rate <= 1,
                  "circuit breaker: failure_rate must be 0 to 1");
  detail::require(s.slow_call_rate >= 0 && s.slow_call_rate <= 1,
                  "circuit breaker: slow_call_rate must be 0 to 1");
  detail::require(detail::zero_or_positive(s.slow_call_duration),
                  "circuit breaker: slow_call_duration must be 0 or positive and at most 10 years");
  detail::require(s.slow_call_rate == 0 || s.slow_call_duration > Duration::zero(),
                  "circuit breaker: slow_call_duration must be positive with a slow_call_rate");
  detail::require(s.failure_threshold != 0 || s.failure_count != 0 || s.failure_rate > 0 ||
                      s.slow_call_rate > 0,
                  "circuit breaker: failure_threshold, failure_count, failure_rate and "
                  "slow_call_rate must not all be 0");
  detail::require(s.window.kind != Window::Kind::count || s.failure_count <= s.window.calls,
                  "circuit breaker: failure_count must not exceed window.calls");
  detail::require(s.max_tracked_calls >= 1 && s.max_tracked_calls <= 60'000,
                  "circuit breaker: max_tracked_calls must be 1 to 60000");
}

void validate_window(const Window& w) {
  detail::require(w.calls >= 1 && w.calls <= 1'000'000,
                  "circuit breaker: window.calls must be 1 to 1000000");
  detail::require(w.buckets >= 1 && w.buckets <= 10'000,
                  "circuit breaker: window.buckets must be 1 to 10000");
  detail::require(w.length.count() >= w.buckets && w.length <= kLongest,
                  "circuit breaker: window.length must be positive and at most 10 years");
  detail::require(w.minimum_calls >= 1, "circuit breaker: window.minimum_calls must be at least 1");
  detail::require(w.kind != Window::Kind::count || w.minimum_calls <= w.calls,
                  "circuit breaker: window.minimum_calls must not exceed window.calls");
}

}  // namespace

void validate(const Settings& settings) {
  validate_half_open(settings);
  validate_open_time(settings);
  validate_rules(settings);
  validate_window(settings.window);
  detail::require(settings.max_pending_changes >= 1,
                  "circuit breaker: max_pending_changes must be at least 1");
  detail::require(detail::zero_or_positive(settings.call_timeout),
                  "circuit breaker: call_timeout must be 0 or positive and at most 10 years");
}

}  // namespace circuitbreaker
