#include "stockclient/flights/host_evidence.h"

#include <algorithm>
#include <cmath>

namespace stockclient {

using circuitbreaker::TimePoint;

void HostEvidence::configure(const circuitbreaker::Settings& host) {
  const double in_full_window = std::ceil(host.slow_call_rate * host.window.calls);
  const std::lock_guard lock(mutex_);
  slow_limit_ = host.slow_call_rate <= 0 ? 0
                                         : std::max(host.window.minimum_calls,
                                                    static_cast<std::uint32_t>(in_full_window));
}

void HostEvidence::succeeded(Function function, bool slow, TimePoint now) {
  const std::lock_guard lock(mutex_);
  FunctionResults& results = results_[index_of(function)];
  results.failing_since.reset();
  results.last_success = now;
  if (slow) return;
  results.last_prompt_success = now;
  slow_in_a_row_ = 0;
}

bool HostEvidence::failed(Function function, bool connected, TimePoint now) {
  const std::lock_guard lock(mutex_);
  FunctionResults& results = results_[index_of(function)];
  if (!results.failing_since) results.failing_since = now;
  return !connected ||
         !another_has(&FunctionResults::last_success, function, *results.failing_since);
}

TimePoint HostEvidence::slow_run_start(Function function, TimePoint started) {
  FunctionResults& results = results_[index_of(function)];
  const bool run_goes_on =
      results.slow_since &&
      (!results.last_prompt_success || *results.last_prompt_success < *results.slow_since);
  if (!run_goes_on) results.slow_since = started;
  return *results.slow_since;
}

void HostEvidence::note_slow(Function function, TimePoint started) {
  const std::lock_guard lock(mutex_);
  slow_run_start(function, started);
}

bool HostEvidence::became_slow(Function function, TimePoint started) {
  const std::lock_guard lock(mutex_);
  const TimePoint since = slow_run_start(function, started);
  if (slow_limit_ == 0 || another_has(&FunctionResults::last_prompt_success, function, since)) {
    return false;
  }
  if (++slow_in_a_row_ < slow_limit_) return false;
  slow_in_a_row_ = 0;
  return true;
}

bool HostEvidence::blames_host_for_slowness(Function function, TimePoint started) {
  const std::lock_guard lock(mutex_);
  const TimePoint since = slow_run_start(function, started);
  return slow_limit_ != 0 && !another_has(&FunctionResults::last_prompt_success, function, since);
}

bool HostEvidence::another_has(std::optional<TimePoint> FunctionResults::*time, Function function,
                               TimePoint since) const {
  for (std::size_t i = 0; i < kFunctionCount; ++i) {
    const std::optional<TimePoint>& at = results_[i].*time;
    if (i != index_of(function) && at && *at >= since) return true;
  }
  return false;
}

}  // namespace stockclient
