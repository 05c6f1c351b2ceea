#pragma once
/// Every setting of the service: a plain struct whose defaults are the service's. What can be set,
/// under which name and within which range is one table, in settings_table.h.

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "circuitbreaker/settings.h"

#include "stockclient/breaker_defaults.h"
#include "stockclient/stock_client_settings.h"

namespace service {

enum class LogLevel : std::uint8_t { debug, info, warning, error };
enum class LogFormat : std::uint8_t { text, json };

/// The store path that turns the store off.
inline constexpr std::string_view kNoStore = "none";

struct Settings {
  std::string host = "127.0.0.1";
  /// 0: the system picks one.
  std::uint16_t port = 8080;
  /// Quotes come from a simulator inside this process.
  bool demo = false;
  std::string upstream_url = "https://www.alphavantage.co";
  std::chrono::nanoseconds connect_timeout = std::chrono::seconds(2);
  /// The plan is that of most keys; the library's own default knows no limit.
  stockclient::StockClientSettings client = [] {
    stockclient::StockClientSettings defaults;
    defaults.quota_plan = "free";
    return defaults;
  }();
  /// What is not chosen follows the client's settings, see `load_settings`.
  circuitbreaker::Settings alpha_vantage = stockclient::default_breaker(client);
  /// Folder of what survives a restart, made when it is missing; empty or `none`: nothing does.
  std::string store_path;
  /// Nobody has chosen that folder: where it cannot be used, the service goes without.
  bool store_optional = false;
  /// The breaker in front of the store of last known values.
  circuitbreaker::Settings database = [] {
    circuitbreaker::Settings defaults;
    defaults.failure_threshold = 3;
    defaults.success_threshold = 2;
    return defaults;
  }();
  /// Empty: the key comes from the environment variable ALPHAVANTAGE_API_KEY.
  std::string api_key_file;
  /// Empty: no admin endpoints.
  std::string admin_token_file;
  /// Threads that serve connections; 0 is one for each core.
  std::size_t event_loops = 0;
  /// Clamped to the open-file limit less 256.
  std::size_t max_connections = 20000;
  /// How long a client may take to send a request.
  std::chrono::nanoseconds header_timeout = std::chrono::seconds(5);
  /// How long a connection may stay open between requests.
  std::chrono::nanoseconds idle_timeout = std::chrono::seconds(60);
  /// After SIGTERM: how long requests are still taken while /readyz says 503.
  std::chrono::nanoseconds drain_grace = std::chrono::seconds(2);
  /// How long requests under way may take to finish after that.
  std::chrono::nanoseconds drain_timeout = std::chrono::seconds(10);
  LogLevel log_level = LogLevel::info;
  LogFormat log_format = LogFormat::text;
  bool access_log = false;
};

}  // namespace service
