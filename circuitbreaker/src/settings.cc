#include "circuitbreaker/settings.h"

#include <stdexcept>
#include <string>

namespace circuitbreaker {
namespace {

void require(bool holds, const char* what) {
  if (!holds) throw std::invalid_argument(std::string("circuit breaker setting ") + what);
}

// Far from where adding to a time point could overflow.
constexpr Duration kLongest = std::chrono::hours(24 * 366 * 10);

bool positive(Duration d) {
  return d > Duration::zero() && d <= kLongest;
}
bool off_or_positive(Duration d) {
  return d == Duration::zero() || positive(d);
}

void validate_open_time(const Settings& s) {
  require(positive(s.open_timeout), "open_timeout must be positive and at most 10 years");
  require(s.open_timeout_multiplier >= 1 && s.open_timeout_multiplier <= 100,
          "open_timeout_multiplier must be 1 to 100");
  require(s.open_timeout_max >= s.open_timeout && s.open_timeout_max <= kLongest,
          "open_timeout_max must be at least open_timeout and at most 10 years");
  require(s.open_timeout_jitter >= 0 && s.open_timeout_jitter < 1,
          "open_timeout_jitter must be 0 to 1, 1 excluded");
}

void validate_half_open(const Settings& s) {
  require(s.success_threshold >= 1, "success_threshold must be at least 1");
  require(s.half_open_max_calls >= 1 && s.half_open_max_calls <= 1024,
          "half_open_max_calls must be 1 to 1024");
  require(positive(s.probe_lease), "probe_lease must be positive and at most 10 years");
  require(off_or_positive(s.half_open_timeout),
          "half_open_timeout must be 0 or positive and at most 10 years");
}

void validate_rules(const Settings& s) {
  require(s.failure_rate >= 0 && s.failure_rate <= 1, "failure_rate must be 0 to 1");
  require(s.slow_call_rate >= 0 && s.slow_call_rate <= 1, "slow_call_rate must be 0 to 1");
  require(off_or_positive(s.slow_call_duration),
          "slow_call_duration must be 0 or positive and at most 10 years");
  require(s.slow_call_rate == 0 || s.slow_call_duration > Duration::zero(),
          "slow_call_duration must be positive with a slow_call_rate");
  require(s.failure_threshold != 0 || s.failure_count != 0 || s.failure_rate > 0 ||
              s.slow_call_rate > 0,
          "failure_threshold, failure_count, failure_rate and slow_call_rate must not all be 0");
  require(s.max_tracked_calls >= 1 && s.max_tracked_calls <= 60'000,
          "max_tracked_calls must be 1 to 60000");
}

void validate_window(const Window& w) {
  require(w.calls >= 1 && w.calls <= 1'000'000, "window.calls must be 1 to 1000000");
  require(w.buckets >= 1 && w.buckets <= 10'000, "window.buckets must be 1 to 10000");
  require(w.length.count() >= w.buckets && w.length <= kLongest,
          "window.length must be positive and at most 10 years");
  require(w.minimum_calls >= 1, "window.minimum_calls must be at least 1");
  require(w.kind != Window::Kind::count || w.minimum_calls <= w.calls,
          "window.minimum_calls must not exceed window.calls");
}

}  // namespace

void validate(const Settings& settings) {
  validate_half_open(settings);
  validate_open_time(settings);
  validate_rules(settings);
  validate_window(settings.window);
  require(off_or_positive(settings.call_timeout),
          "call_timeout must be 0 or positive and at most 10 years");
}

}  // namespace circuitbreaker
