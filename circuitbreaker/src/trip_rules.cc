#include "trip_rules.h"

namespace circuitbreaker::detail {

bool needs_window(const Settings& settings) noexcept {
  return settings.failure_count != 0 || settings.failure_rate > 0 || settings.slow_call_rate > 0;
}

std::string_view met_rule(const Settings& settings, std::uint32_t consecutive_failures,
                          const WindowTotals& seen) noexcept {
  if (settings.failure_threshold != 0 && consecutive_failures >= settings.failure_threshold) {
    return "too many consecutive failures";
  }
  if (!needs_window(settings) || seen.calls < settings.window.minimum_calls) return {};
  const auto reaches = [&](std::uint64_t part, double rate) {
    // Divides instead of multiplying: in binary, 7 / 100 equals 0.07, but 0.07 * 100 exceeds 7.
    return part > 0 && rate > 0 &&
           static_cast<double>(part) / static_cast<double>(seen.calls) >= rate;
  };
  if (settings.failure_count != 0 && seen.failures >= settings.failure_count) {
    return "too many failures in the window";
  }
  if (reaches(seen.failures, settings.failure_rate)) return "too high a failure rate";
  if (reaches(seen.slow, settings.slow_call_rate)) return "too high a rate of slow calls";
  return {};
}

}  // namespace circuitbreaker::detail
