#include "service/settings/settings_table.h"

#include <algorithm>
#include <cctype>
#include <utility>
#include <vector>

#include "service/settings/setting_row_makers.h"
#include "stockclient/quota/quota_plan.h"
#include "stockclient/time/daily_reset.h"

namespace service {
namespace {

using namespace std::chrono_literals;
using namespace row_makers;  // NOLINT: this file's vocabulary

constexpr std::string_view kAlphaVantage = "alpha_vantage";
constexpr DurationRange kLifetime{1ms, std::chrono::hours(24 * 365)};
constexpr DurationRange kTimeout{1ms, 10min};
constexpr DurationRange kPause{1ms, 24h};

SettingRow of_alpha_vantage(SettingRow row) {
  row.breaker = kAlphaVantage;
  return row;
}

SettingRow yaml_only(SettingRow row) {
  row.has_flag = false;
  return row;
}

SettingRow with_default(std::string_view text, SettingRow row) {
  row.default_text = text;
  return row;
}

Applied anything(std::string_view) {
  return {};
}

Applied not_empty(std::string_view text) {
  if (!text.empty()) return {};
  return circuitbreaker::unexpected<std::string>("it is empty; allowed is a name or an address");
}

Applied base_url(std::string_view text) {
  for (const std::string_view scheme : {"https://", "http://"}) {
    if (!text.starts_with(scheme) || text.size() == scheme.size()) continue;
    if (text.find_first_of("?#@ \t\r\n", scheme.size()) == std::string_view::npos) return {};
  }
  // Not repeated: somebody may have pasted a whole call, with the key in it.
  return circuitbreaker::unexpected<std::string>(
      "not a base URL; allowed is https://HOST[:PORT][/PATH], or http://... when it is meant");
}

Applied quota_plan(std::string_view text) {
  if (const auto plan = stockclient::parse_quota_plan(text); !plan)
    return circuitbreaker::unexpected<std::string>(plan.error());
  return {};
}

Applied daily_reset(std::string_view text) {
  if (const auto reset = stockclient::parse_daily_reset(text); !reset)
    return circuitbreaker::unexpected<std::string>(reset.error());
  return {};
}

// A generic lambda for one member; both `Settings&` and `const Settings&` pass through it.
#define FIELD(member) ([](auto& s) -> auto& { return s.member; })

std::vector<SettingRow> server_rows() {
  return {
      text("host", "ADDRESS", FIELD(host), not_empty, "address to listen on"),
      count("port", FIELD(port), {0, 65535}, "port to listen on; 0 picks one and prints it"),
      with_default("one for each core",
                   count("event-loops", FIELD(event_loops), {0, 1024},
                         "threads that serve connections; 0 is one for each core")),
      count("max-connections", FIELD(max_connections), {1, 1'000'000},
            "connections at once; less when fewer files may be open"),
      duration("header-timeout", FIELD(header_timeout), kTimeout,
               "how long a client may take to send a request"),
      duration("idle-timeout", FIELD(idle_timeout), {1s, 24h},
               "how long a connection may stay open between requests"),
      duration("drain-grace", FIELD(drain_grace), {0s, 10min},
               "after SIGTERM, how long requests are still taken while /readyz says 503"),
      duration("drain-timeout", FIELD(drain_timeout), {0s, 10min},
               "how long requests under way may take to finish after that"),
      text("admin-token-file", "FILE", FIELD(admin_token_file), anything,
           "file with the bearer token of the admin endpoints; none: they answer 404"),
      choice<LogLevel>("log-level", FIELD(log_level),
                       {{"debug", LogLevel::debug},
                        {"info", LogLevel::info},
                        {"warning", LogLevel::warning},
                        {"error", LogLevel::error}},
                       "least severe level that is logged: debug, info, warning, error"),
      choice<LogFormat>("log-format", FIELD(log_format),
                        {{"text", LogFormat::text}, {"json", LogFormat::json}},
                        "text or json, one line an event, on standard error"),
      on_off("access-log", FIELD(access_log), "log every request"),
  };
}

std::vector<SettingRow> upstream_rows() {
  return {
      on_off("demo", FIELD(demo), "serve made-up quotes from a built-in simulator"),
      text("upstream-url", "URL", FIELD(upstream_url), base_url,
           "where Alpha Vantage is; http only when given explicitly"),
      text("api-key-file", "FILE", FIELD(api_key_file), anything,
           "file with the API key, instead of the environment's ALPHAVANTAGE_API_KEY"),
      duration("upstream-timeout", FIELD(client.upstream_timeout), kTimeout,
               "how long one attempt may take"),
      duration("connect-timeout", FIELD(connect_timeout), kTimeout,
               "how long an attempt may take to connect"),
      duration("max-wait", FIELD(client.max_wait), kTimeout,
               "how long all attempts together may take, and a caller waits at most"),
      count("bulkhead", FIELD(client.bulkhead), {1, 1024}, "upstream calls under way at once"),
      count("retry-attempts", FIELD(client.retry_attempts), {1, 100},
            "attempts for one question, the first one included"),
      duration("throttle-hold-second", FIELD(client.throttle_hold_second), kPause,
               "how long nothing is sent after a refusal that names a second"),
      duration("throttle-hold-minute", FIELD(client.throttle_hold_minute), kPause,
               "how long nothing is sent after a refusal that names a minute, or nothing"),
      duration("misconfigured-hold", FIELD(client.misconfigured_hold), kPause,
               "how long nothing is sent after the key was refused"),
      duration("blocked-hold", FIELD(client.blocked_hold), kPause,
               "how long nothing is sent after a redirect, a 403 or another 4xx"),
  };
}

std::vector<SettingRow> quota_rows() {
  constexpr Range<std::uint64_t> kLimit{1, stockclient::kMaxQuotaLimit};
  return {
      text("quota-plan", "PLAN", FIELD(client.quota_plan), quota_plan,
           "the key's plan: free, premium-75 ... premium-1200, unlimited, custom"),
      optional_count("quota-per-second", FIELD(client.quota_per_second), kLimit,
                     "calls a second, with the plan custom"),
      optional_count("quota-per-minute", FIELD(client.quota_per_minute), kLimit,
                     "calls a minute, with the plan custom"),
      optional_count("quota-per-day", FIELD(client.quota_per_day), kLimit,
                     "calls a day, with the plan custom"),
      text("quota-reset", "TIME", FIELD(client.quota_reset), daily_reset,
           "when the day's quota starts anew"),
  };
}

std::vector<SettingRow> cache_rows() {
  return {
      duration("fresh-ttl", FIELD(client.fresh_ttl), kLifetime, "how long a quote is fresh"),
      duration("history-ttl", FIELD(client.history_ttl), kLifetime,
               "how long a daily series is fresh"),
      duration("search-ttl", FIELD(client.search_ttl), kLifetime,
               "how long a search's answer is fresh"),
      duration("negative-ttl", FIELD(client.negative_ttl), kLifetime,
               "how long it is remembered that a symbol is unknown"),
      duration("stale-while-revalidate", FIELD(client.stale_while_revalidate), kLifetime,
               "a stale value this young is answered at once and refreshed behind"),
      duration("stale-wait", FIELD(client.stale_wait), kTimeout,
               "how long a caller waits for the refresh of an older one"),
      optional_duration("stale-if-error", FIELD(client.stale_if_error), kLifetime,
                        "the age from which a value is no longer served; none: no limit"),
      size("cache-bytes", FIELD(client.cache_bytes), {1u << 16, std::size_t{1} << 40},
           "memory for cached values; their rendered forms take at most as much again"),
      count("max-waiters", FIELD(client.max_waiters), {1, 10'000'000},
            "requests that may wait for the upstream at once"),
      with_default("in the user's state directory",
                   text("store-path", "FOLDER", FIELD(store_path), anything,
                        "folder of what survives a restart; none for nothing")),
  };
}

std::vector<SettingRow> breaker_rows() {
  return {
      of_alpha_vantage(count("failure-threshold", FIELD(alpha_vantage.failure_threshold),
                             {1, 1'000'000}, "consecutive failures that open the breaker")),
      of_alpha_vantage(count("success-threshold", FIELD(alpha_vantage.success_threshold),
                             {1, 1'000'000}, "consecutive successes that close it again")),
      of_alpha_vantage(duration("open-timeout", FIELD(alpha_vantage.open_timeout), kPause,
                                "how long it rejects before it lets a probe through")),
      with_default("1, with a daily quota 2",
                   of_alpha_vantage(number("open-timeout-multiplier",
                                           FIELD(alpha_vantage.open_timeout_multiplier), {1, 100},
                                           "by which that grows with every probe that fails"))),
      of_alpha_vantage(duration("open-timeout-max", FIELD(alpha_vantage.open_timeout_max), kPause,
                                "the longest it grows to")),
      of_alpha_vantage(number("open-timeout-jitter", FIELD(alpha_vantage.open_timeout_jitter),
                              {0, 0.99}, "share by which it varies at random")),
      yaml_only(
          of_alpha_vantage(count("half-open-max-calls", FIELD(alpha_vantage.half_open_max_calls),
                                 {1, 1024}, "probes under way at once while half-open"))),
      yaml_only(of_alpha_vantage(number("slow-call-rate", FIELD(alpha_vantage.slow_call_rate),
                                        {0, 1}, "share of slow calls that opens it; 0 is off"))),
      with_default("half of upstream_timeout",
                   yaml_only(of_alpha_vantage(duration(
                       "slow-call-duration", FIELD(alpha_vantage.slow_call_duration),
                       {100us, 10min}, "from when on a call is slow, also one still under way")))),
      yaml_only(of_alpha_vantage(number("failure-rate", FIELD(alpha_vantage.failure_rate), {0, 1},
                                        "share of failures that opens it; 0 is off"))),
      with_default(
          "as bulkhead, 4 to 20",
          yaml_only(of_alpha_vantage(count("window-calls", FIELD(alpha_vantage.window.calls),
                                           {1, 1'000'000}, "last calls that both shares are of")))),
      with_default("half of window_calls",
                   yaml_only(of_alpha_vantage(
                       count("minimum-calls", FIELD(alpha_vantage.window.minimum_calls),
                             {1, 1'000'000}, "fewer of them than these open nothing")))),
  };
}

/// Under `circuit_breaker:` alone, as a flag would not say which breaker it means.
std::vector<SettingRow> database_rows() {
  std::vector<SettingRow> rows{
      count("failure-threshold", FIELD(database.failure_threshold), {1, 1'000'000},
            "consecutive failures that open the breaker"),
      count("success-threshold", FIELD(database.success_threshold), {1, 1'000'000},
            "consecutive successes that close it again"),
      duration("open-timeout", FIELD(database.open_timeout), kPause,
               "how long it rejects before it lets a probe through"),
      count("half-open-max-calls", FIELD(database.half_open_max_calls), {1, 1024},
            "probes under way at once while half-open"),
  };
  for (SettingRow& row : rows) {
    row.breaker = "database";
    row.has_flag = false;
  }
  return rows;
}

#undef FIELD

std::vector<SettingRow> all_rows() {
  std::vector<SettingRow> rows;
  for (auto* part :
       {&server_rows, &upstream_rows, &quota_rows, &cache_rows, &breaker_rows, &database_rows})
    for (SettingRow& row : (*part)()) rows.push_back(std::move(row));
  return rows;
}

std::string with(std::string_view name, char separator, int (*convert)(int)) {
  std::string result;
  for (const char c : name)
    result += c == '-' ? separator : static_cast<char>(convert(static_cast<unsigned char>(c)));
  return result;
}

}  // namespace

std::span<const SettingRow> settings_table() {
  static const std::vector<SettingRow> table = all_rows();
  return table;
}

std::size_t row_index(std::string_view name, std::string_view breaker) {
  const auto table = settings_table();
  const auto row = std::find_if(table.begin(), table.end(), [=](const SettingRow& candidate) {
    return candidate.name == name && candidate.breaker == breaker;
  });
  return static_cast<std::size_t>(row - table.begin());
}

std::string shown_default(const SettingRow& row) {
  static const Settings defaults;
  return row.default_text.empty() ? row.show(defaults) : std::string(row.default_text);
}

std::string yaml_name(std::string_view name) {
  return with(name, '_', std::tolower);
}

std::string environment_name(std::string_view name) {
  return "STOCK_SERVICE_" + with(name, '_', std::toupper);
}

}  // namespace service
