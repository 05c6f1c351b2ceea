#include "stockclient/stock_client_settings.h"

#include <stdexcept>
#include <string>
#include <utility>

#include "stockclient/quota/quota_gate.h"

namespace stockclient {

void validate(const StockClientSettings& settings) {
  const std::pair<const char*, std::chrono::nanoseconds> durations[] = {
      {"fresh_ttl", settings.fresh_ttl},
      {"history_ttl", settings.history_ttl},
      {"search_ttl", settings.search_ttl},
      {"negative_ttl", settings.negative_ttl},
      {"stale_while_revalidate", settings.stale_while_revalidate},
      {"stale_wait", settings.stale_wait},
      {"stale_if_error", settings.stale_if_error.value_or(std::chrono::nanoseconds::max())},
      {"upstream_timeout", settings.upstream_timeout},
      {"max_wait", settings.max_wait},
      {"throttle_hold_second", settings.throttle_hold_second},
      {"throttle_hold_minute", settings.throttle_hold_minute},
      {"misconfigured_hold", settings.misconfigured_hold},
      {"blocked_hold", settings.blocked_hold},
  };
  for (const auto& [name, value] : durations) {
    if (value <= std::chrono::nanoseconds::zero()) {
      throw std::invalid_argument(std::string(name) + " must be positive");
    }
  }
  const std::pair<const char*, std::size_t> counts[] = {
      {"max_waiters", settings.max_waiters},
      {"max_refreshes", settings.max_refreshes},
      {"bulkhead", settings.bulkhead},
      {"retry_attempts", settings.retry_attempts},
  };
  for (const auto& [name, value] : counts) {
    if (value == 0) throw std::invalid_argument(std::string(name) + " must be at least 1");
  }
}

QuotaSettings quota_settings(const StockClientSettings& settings) {
  auto plan = parse_quota_plan(settings.quota_plan);
  if (!plan) throw std::invalid_argument("quota_plan: " + plan.error());
  const std::pair<const char*, std::optional<std::uint32_t>> limits[] = {
      {"quota_per_second", settings.quota_per_second},
      {"quota_per_minute", settings.quota_per_minute},
      {"quota_per_day", settings.quota_per_day},
  };
  const bool custom = plan->name == "custom";
  bool any = false;
  for (const auto& [name, limit] : limits) {
    if (!limit) continue;
    any = true;
    if (!custom) throw std::invalid_argument(std::string(name) + " needs the plan custom");
    if (*limit == 0 || *limit > kMaxQuotaLimit) {
      throw std::invalid_argument(std::string(name) + " must be from 1 to " +
                                  std::to_string(kMaxQuotaLimit));
    }
  }
  if (custom) {
    if (!any) throw std::invalid_argument("quota_plan: custom needs at least one limit");
    plan->per_second = settings.quota_per_second;
    plan->per_minute = settings.quota_per_minute;
    plan->per_day = settings.quota_per_day;
  }
  std::optional<DailyReset> reset;
  if (settings.quota_reset != "none") {
    const auto parsed = parse_daily_reset(settings.quota_reset);
    if (!parsed) throw std::invalid_argument("quota_reset: " + parsed.error());
    reset = *parsed;
  }
  return {std::move(*plan),
          reset,
          {settings.throttle_hold_second, settings.throttle_hold_minute,
           settings.misconfigured_hold, settings.blocked_hold}};
}

}  // namespace stockclient
