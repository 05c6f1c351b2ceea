#pragma once
/// Settings of the stock client.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "stockclient/domain/answer.h"
#include "stockclient/domain/live_settings.h"
#include "stockclient/time/freshness.h"

namespace stockclient {

struct QuotaSettings;

/// The largest number of watched symbols.
inline constexpr std::size_t kMaxWatchedSymbols = 1000;

/// All settings. The defaults are the service's. Durations are positive and counts at least 1.
///
///     StockClientSettings settings;
///     settings.quota_plan = "free";
///     settings.fresh_ttl = std::chrono::minutes(5);
struct StockClientSettings : LiveSettings {
  /// Memory for cached values and negative entries together, in bytes.
  std::size_t cache_bytes = 64u << 20;
  /// Maximum concurrent waiters; further callers are rejected immediately.
  std::size_t max_waiters = 20000;
  /// Maximum concurrent refreshes of known values; beyond that, stale values are served without a
  /// refresh.
  std::size_t max_refreshes = 1000;
  /// Maximum concurrent upstream calls, which is the number of worker threads.
  std::size_t bulkhead = 16;
  /// Maximum number of attempts of a flight, including the first.
  std::uint32_t retry_attempts = 3;
  /// Pause in all calls after the upstream reported that the per-second limit was reached.
  std::chrono::nanoseconds throttle_hold_second = std::chrono::seconds(2);
  /// Pause in all calls after the upstream reported that the per-minute limit was reached.
  std::chrono::nanoseconds throttle_hold_minute = std::chrono::seconds(60);
  /// Pause in all calls after the upstream rejected the API key.
  std::chrono::nanoseconds misconfigured_hold = std::chrono::minutes(5);
  /// Pause in all calls after the upstream blocked this service.
  std::chrono::nanoseconds blocked_hold = std::chrono::seconds(60);
  /// Whether quotes and daily series stay fresh beyond their shortest lifetimes, until the calendar
  /// of their exchange says that they may have changed.
  bool market_hours = true;
  /// When the upstream changes its quotes; it depends on the API key's entitlement.
  QuoteUpdates quote_updates = QuoteUpdates::end_of_day;
  /// `free`, `premium-15` ... `premium-1200`, `unlimited`, or `custom`, which requires at least one
  /// of the three limits below.
  std::string quota_plan = "unlimited";
  /// Maximum number of calls in any second; for the plan `custom`.
  std::optional<std::uint32_t> quota_per_second;
  /// Maximum number of calls in any minute; for the plan `custom`.
  std::optional<std::uint32_t> quota_per_minute;
  /// Maximum number of calls in a day; for the plan `custom`.
  std::optional<std::uint32_t> quota_per_day;
  /// When the daily quota is reset: `HH:MM ZONE`, or `none` if the quota applies to any 24 hours.
  std::string quota_reset = "none";
  /// Symbols (validated, upper-case) whose quotes are refreshed even if nobody requests them.
  std::vector<std::string> watched_symbols;
  /// Origin stored in records.
  Source source = Source::alpha_vantage;
};

/// Throws `std::invalid_argument` naming the first setting that is out of range.
void validate(const StockClientSettings& settings);

/// The part of the settings that the quota gate needs. Throws as `validate` does.
[[nodiscard]] QuotaSettings quota_settings(const StockClientSettings& settings);

}  // namespace stockclient
