#pragma once
/// Every setting of the service, in the structs of the components that use them.

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "circuitbreaker/settings.h"

#include "service/connection/connection_settings.h"
#include "service/log/log_options.h"
#include "service/settings/store_url.h"
#include "stockclient/breaker_defaults.h"
#include "stockclient/domain/query.h"
#include "stockclient/stock_client_settings.h"
#include "stockclient/store/store_worker.h"
#include "stockclient/wire/curl_transport.h"

namespace service {

/// The value of `store_path` that turns the store off.
inline constexpr std::string_view kNoStore = "none";

/// Settings of a dependency other than Alpha Vantage.
struct DependencySettings {
  /// `call_timeout` is the setting `request_timeout`.
  circuitbreaker::Settings breaker = {};
  /// Whether the dependency is pinged periodically.
  bool enable_health_check = false;
  /// Whether an upstream call fails while the breaker is open (true) or proceeds without the
  /// dependency (false).
  bool fail_fast = false;
};

/// The settings of the service: a plain struct. Each component's settings are embedded as the
/// component defines them, so nothing is copied field by field and each default exists once, in the
/// component's own struct. Names, ranges and the defaults that depend on other settings are rows of
/// one table, see settings_table.h. Obtain a complete instance from `load_settings`.
struct ServiceSettings {
  /// Listening address, limits and timeouts of client connections.
  ConnectionSettings connections;
  /// How long after SIGTERM requests are still accepted while /readyz answers 503.
  std::chrono::nanoseconds drain_grace = std::chrono::seconds(2);

  /// Whether quotes come from a simulator inside this process.
  bool demo = false;
  /// How to reach Alpha Vantage.
  stockclient::CurlTransportSettings transport;
  /// Entitlement sent with quote requests: `realtime` or `delayed`; empty if there is none.
  std::optional<std::string> entitlement;
  /// When the upstream changes its quotes; empty: see `quote_updates_in_force`.
  std::optional<stockclient::QuoteUpdates> quote_updates;
  /// Lifetimes, retries, quota and holds. `quote_updates_in_force` replaces its `quote_updates`.
  stockclient::StockClientSettings client;

  /// The breaker in front of Alpha Vantage.
  circuitbreaker::Settings alpha_vantage = stockclient::default_breaker(client);
  /// The breakers of Alpha Vantage's functions, in the order of `stockclient::Function`.
  std::array<circuitbreaker::Settings, stockclient::kFunctionCount> functions = [this] {
    std::array<circuitbreaker::Settings, stockclient::kFunctionCount> same;
    same.fill(alpha_vantage);
    return same;
  }();
  /// The database that keeps values across restarts.
  DependencySettings database = [] {
    DependencySettings defaults{.enable_health_check = true};
    defaults.breaker.failure_threshold = 3;
    defaults.breaker.success_threshold = 2;
    defaults.breaker.open_timeout = std::chrono::seconds(30);
    defaults.breaker.call_timeout = std::chrono::seconds(10);
    return defaults;
  }();
  /// The cache that replicas share.
  DependencySettings cache = [] {
    DependencySettings defaults{.enable_health_check = true};
    defaults.breaker.failure_threshold = 10;
    defaults.breaker.success_threshold = 5;
    defaults.breaker.open_timeout = std::chrono::seconds(15);
    defaults.breaker.call_timeout = std::chrono::seconds(5);
    return defaults;
  }();
  /// The archive in an object store.
  DependencySettings s3 = [] {
    DependencySettings defaults;
    defaults.breaker.failure_threshold = 5;
    defaults.breaker.success_threshold = 3;
    defaults.breaker.open_timeout = std::chrono::seconds(60);
    defaults.breaker.call_timeout = std::chrono::seconds(30);
    return defaults;
  }();

  /// Folder of the files that survive a restart, created if missing; empty or `none`: nothing
  /// survives.
  std::string store_path;
  /// Where values are stored: `sqlite:` in `store_path`, `postgresql://...` or `none`. May contain
  /// a password.
  std::string store_url = std::string(kSqliteStore);
  /// Size of the store, in bytes, above which the least recently requested values are removed.
  std::uint64_t store_max_bytes = stockclient::StoreWorkerSettings{}.max_store_bytes;
  /// Whether `store_path` is the default; if so, the service starts without a store when the folder
  /// cannot be used.
  bool store_optional = false;

  /// File that holds the API key; empty: the key comes from the environment.
  std::string api_key_file;
  /// File that holds the bearer token of the admin endpoints; if it is empty, they do not exist.
  std::string admin_token_file;
  /// Name of this replica; empty: host name and port.
  std::string instance;

  /// Level below which lines are not logged.
  LogLevel log_level = LogLevel::info;
  /// How log lines are written.
  LogFormat log_format = LogFormat::text;
  /// Whether one line is logged for every answered request.
  bool access_log = false;
  /// Interval between the log lines that summarise every breaker; empty if there is none.
  std::optional<std::chrono::nanoseconds> summary_interval;
};

/// When the upstream changes its quotes. If `quote_updates` is not set, the entitlement decides;
/// without an entitlement, quotes change only after each close. The plans `unlimited` and `custom`,
/// which match no known offer, count as realtime.
[[nodiscard]] inline stockclient::QuoteUpdates quote_updates_in_force(
    const ServiceSettings& settings) {
  using stockclient::QuoteUpdates;
  if (settings.quote_updates) return *settings.quote_updates;
  if (settings.entitlement == "delayed") return QuoteUpdates::delayed;
  const std::string& plan = settings.client.quota_plan;
  const bool realtime = settings.entitlement || plan == "unlimited" || plan == "custom";
  return realtime ? QuoteUpdates::realtime : QuoteUpdates::end_of_day;
}

/// Whether values are stored. The demo never uses a database that replicas share.
[[nodiscard]] inline bool stores_values(const ServiceSettings& settings) {
  if (settings.store_url == kNoStore) return false;
  if (settings.store_url != kSqliteStore) return !settings.demo;
  return !settings.store_path.empty() && settings.store_path != kNoStore;
}

}  // namespace service
