#pragma once
/// The settings that can change while requests are being served.

#include <chrono>
#include <optional>

#include "stockclient/domain/query.h"

namespace stockclient {

/// The lifetimes and timeouts that `StockClient::reconfigure` can change while requests are being
/// served. All are positive.
struct LiveSettings {
  /// How long the market status and, at least, a quote stay fresh. An exchange's calendar can
  /// lengthen the lifetime of quotes and daily series: see `ValueLifetimes`.
  std::chrono::nanoseconds fresh_ttl = std::chrono::seconds(60);
  /// How long a daily series stays fresh, at least.
  std::chrono::nanoseconds history_ttl = std::chrono::hours(1);
  /// How long a search result stays fresh.
  std::chrono::nanoseconds search_ttl = std::chrono::hours(24);
  /// How long "not found" and other lasting failures are remembered.
  std::chrono::nanoseconds negative_ttl = std::chrono::minutes(5);
  /// A value that has been stale for less than this is served immediately and refreshed in the
  /// background.
  std::chrono::nanoseconds stale_while_revalidate = std::chrono::minutes(5);
  /// How long a caller waits for the refresh of a value that has been stale for longer than
  /// `stale_while_revalidate`.
  std::chrono::nanoseconds stale_wait = std::chrono::milliseconds(250);
  /// The age from which a value is no longer served; empty: it is served however old it is.
  std::optional<std::chrono::nanoseconds> stale_if_error = std::nullopt;
  /// Timeout of one upstream call.
  std::chrono::nanoseconds upstream_timeout = std::chrono::seconds(5);
  /// Time limit of a flight, including retries, and of a caller's wait.
  std::chrono::nanoseconds max_wait = std::chrono::seconds(10);

  /// The shortest time that a value of this function stays fresh.
  [[nodiscard]] std::chrono::nanoseconds ttl(Function function) const noexcept;
  /// Whether a value of this age may still be served.
  [[nodiscard]] bool serves(std::chrono::nanoseconds age) const noexcept {
    return !stale_if_error || age < *stale_if_error;
  }
};

}  // namespace stockclient
