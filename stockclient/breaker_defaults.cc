#include "stockclient/breaker_defaults.h"

#include <algorithm>

#include "stockclient/quota/quota_plan.h"

namespace stockclient {
namespace {

constexpr double kSlowRate = 0.5;
constexpr std::size_t kSmallestWindow = 4;
constexpr std::size_t kLargestWindow = 20;
constexpr double kGrowthWithDailyQuota = 2;
/// Allowance for the time that a probe spends outside its call.
constexpr circuitbreaker::Duration kLeaseReserve = std::chrono::seconds(1);
/// The maximum number of calls that the library can track.
constexpr std::size_t kMostTracked = 60'000;

}  // namespace

bool has_daily_quota(const StockClientSettings& client) {
  const auto plan = parse_quota_plan(client.quota_plan);
  return plan && (plan->per_day || (plan->name == "custom" && client.quota_per_day));
}

circuitbreaker::Settings default_breaker(const StockClientSettings& client) {
  circuitbreaker::Settings breaker;
  if (has_daily_quota(client)) breaker.open_timeout_multiplier = kGrowthWithDailyQuota;
  breaker.slow_call_rate = kSlowRate;
  breaker.slow_call_duration = client.upstream_timeout * 2 / 5;
  // At most the number of calls that can hang simultaneously; otherwise hanging calls could never
  // be half of the window.
  breaker.window.kind = circuitbreaker::Window::Kind::count;
  breaker.window.calls =
      static_cast<std::uint32_t>(std::clamp(client.bulkhead, kSmallestWindow, kLargestWindow));
  breaker.window.minimum_calls = breaker.window.calls / 2;
  return complete_breaker_settings(breaker, client);
}

circuitbreaker::Settings complete_breaker_settings(circuitbreaker::Settings breaker,
                                                   const StockClientSettings& client) {
  breaker.probe_lease = client.upstream_timeout + kLeaseReserve;
  breaker.max_tracked_calls =
      static_cast<std::uint32_t>(std::clamp<std::size_t>(client.bulkhead, 1, kMostTracked));
  breaker.response_times = true;
  return breaker;
}

}  // namespace stockclient
