#include "stockclient/breaker_defaults.h"

#include <algorithm>

#include "stockclient/quota/quota_gate.h"

namespace stockclient {
namespace {

constexpr std::uint32_t kSmallestWindow = 4;
constexpr std::uint32_t kLargestWindow = 20;
constexpr circuitbreaker::Duration kLeaseReserve = std::chrono::seconds(1);

}  // namespace

circuitbreaker::Settings suit_breaker(circuitbreaker::Settings breaker,
                                      const StockClientSettings& client) {
  breaker.probe_lease = client.upstream_timeout + kLeaseReserve;
  if (breaker.slow_call_rate > 0) return breaker;
  breaker.slow_call_rate = 0.5;
  breaker.slow_call_duration = client.upstream_timeout / 2;
  // No wider than the calls that can hang at once, or they would not be the half of it.
  breaker.window.kind = circuitbreaker::Window::Kind::count;
  breaker.window.calls = static_cast<std::uint32_t>(
      std::clamp<std::size_t>(client.bulkhead, kSmallestWindow, kLargestWindow));
  breaker.window.minimum_calls = breaker.window.calls / 2;
  breaker.max_tracked_calls =
      static_cast<std::uint32_t>(std::clamp<std::size_t>(client.bulkhead, 1, 60'000));
  return breaker;
}

double default_open_timeout_multiplier(const StockClientSettings& client) {
  return quota_settings(client).plan.per_day ? 2 : 1;
}

}  // namespace stockclient
