#pragma once
/// Settings of the stock client: a plain struct whose defaults are the service's.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "stockclient/domain/answer.h"
#include "stockclient/domain/query.h"
#include "stockclient/quota/day_budget.h"

namespace stockclient {

struct QuotaSettings;

/// Durations are positive; counts at least 1.
struct StockClientSettings {
  std::chrono::nanoseconds fresh_ttl = std::chrono::seconds(60);
  std::chrono::nanoseconds history_ttl = std::chrono::hours(1);
  std::chrono::nanoseconds search_ttl = std::chrono::hours(24);
  /// How long "not found" and the like is remembered.
  std::chrono::nanoseconds negative_ttl = std::chrono::minutes(5);
  /// A stale value this young (beyond fresh) is answered at once while it is refreshed behind.
  std::chrono::nanoseconds stale_while_revalidate = std::chrono::minutes(5);
  /// How long a caller with an older stale value waits for its refresh.
  std::chrono::nanoseconds stale_wait = std::chrono::milliseconds(250);
  /// The age from which a value is no longer served; empty: it is served however old it is.
  std::optional<std::chrono::nanoseconds> stale_if_error = std::nullopt;
  std::size_t cache_bytes = 64u << 20;
  std::size_t max_waiters = 20000;
  /// Known values being refreshed at once; one more is answered as stale without a refresh.
  std::size_t max_refreshes = 1000;
  /// Upstream calls under way at once: worker threads.
  std::size_t bulkhead = 16;
  /// Attempts a flight may make, the first one included.
  std::uint32_t retry_attempts = 3;
  /// One attempt.
  std::chrono::nanoseconds upstream_timeout = std::chrono::seconds(5);
  /// A flight's deadline, and the longest a caller waits.
  std::chrono::nanoseconds max_wait = std::chrono::seconds(10);
  std::chrono::nanoseconds throttle_hold_second = std::chrono::seconds(2);
  std::chrono::nanoseconds throttle_hold_minute = std::chrono::seconds(60);
  std::chrono::nanoseconds misconfigured_hold = std::chrono::minutes(5);
  std::chrono::nanoseconds blocked_hold = std::chrono::seconds(60);
  /// `free`, `premium-15` ... `premium-1200`, `unlimited`, or `custom`, for which at least one of
  /// the three limits below is given.
  std::string quota_plan = "unlimited";
  std::optional<std::uint32_t> quota_per_second;
  std::optional<std::uint32_t> quota_per_minute;
  std::optional<std::uint32_t> quota_per_day;
  /// When the day's quota starts anew: `HH:MM ZONE`.
  std::string quota_reset = "00:00 America/New_York";
  DayShares quota_shares;
  Source source = Source::alpha_vantage;

  /// How long a value of this function is fresh.
  [[nodiscard]] std::chrono::nanoseconds ttl(Function function) const noexcept;
  /// Whether a value of this age may still be served.
  [[nodiscard]] bool serves(std::chrono::nanoseconds age) const noexcept {
    return !stale_if_error || age < *stale_if_error;
  }
};

/// Throws `std::invalid_argument` naming the first setting that is out of range.
void validate(const StockClientSettings& settings);

/// What the quota gate needs of them. Throws like `validate`.
[[nodiscard]] QuotaSettings quota_settings(const StockClientSettings& settings);

}  // namespace stockclient
