#include "stockclient/stock_client_settings.h"

#include <stdexcept>
#include <string>
#include <utility>

namespace stockclient {

std::chrono::nanoseconds StockClientSettings::ttl(Function function) const noexcept {
  switch (function) {
    case Function::daily_series:
      return history_ttl;
    case Function::symbol_search:
      return search_ttl;
    case Function::global_quote:
    case Function::market_status:
      break;
  }
  return fresh_ttl;
}

void validate(const StockClientSettings& settings) {
  const std::pair<const char*, std::chrono::nanoseconds> durations[] = {
      {"fresh_ttl", settings.fresh_ttl},
      {"history_ttl", settings.history_ttl},
      {"search_ttl", settings.search_ttl},
      {"negative_ttl", settings.negative_ttl},
      {"stale_while_revalidate", settings.stale_while_revalidate},
      {"stale_wait", settings.stale_wait},
      {"stale_if_error", settings.stale_if_error},
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
  };
  for (const auto& [name, value] : counts) {
    if (value == 0) throw std::invalid_argument(std::string(name) + " must be at least 1");
  }
}

}  // namespace stockclient
