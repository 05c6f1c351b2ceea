#include "service/settings/settings_table.h"

#include <algorithm>
#include <cctype>
#include <fstream>
#include <iterator>
#include <utility>
#include <vector>

#include "service/settings/dependency_settings.h"
#include "service/settings/setting_row_makers.h"
#include "stockclient/domain/symbol.h"
#include "stockclient/quota/quota_plan.h"
#include "stockclient/time/daily_reset.h"

namespace service {
namespace {

using namespace std::chrono_literals;
using stockclient::QuoteUpdates;
using namespace row_makers;  // NOLINT: this file's vocabulary

constexpr DurationRange kLifetime{1ms, std::chrono::hours(24 * 365)};
constexpr DurationRange kTimeout{1ms, 10min};
constexpr DurationRange kPause{1ms, 24h};
constexpr Range<std::uint64_t> kThreshold{1, 1'000'000};

Applied any_text(std::string_view) {
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
  // The message does not repeat the text, which may be a complete call that contains the API key.
  return circuitbreaker::unexpected<std::string>(
      "not a base URL; allowed is https://HOST[:PORT][/PATH], or http:// for an unencrypted "
      "upstream");
}

Applied instance_name(std::string_view text) {
  constexpr std::size_t kLongest = 128;
  const bool plain = std::all_of(text.begin(), text.end(), [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '.' || c == '-' || c == '_' ||
           c == ':';
  });
  if (plain && text.size() <= kLongest) return {};
  return circuitbreaker::unexpected<std::string>(
      "not an instance name; allowed is up to 128 letters, digits and .-_:");
}

Applied quota_plan(std::string_view text) {
  if (const auto plan = stockclient::parse_quota_plan(text); !plan)
    return circuitbreaker::unexpected<std::string>(plan.error());
  return {};
}

Applied daily_reset(std::string_view text) {
  if (text == "none") return {};
  if (const auto reset = stockclient::parse_daily_reset(text); !reset)
    return circuitbreaker::unexpected<std::string>(reset.error());
  return {};
}

/// Sets the watched symbols from a list, or from the lines of the file that an `@` precedes.
Applied watched_symbols(std::vector<std::string>& symbols, std::string_view text) {
  using circuitbreaker::unexpected;
  symbols.clear();
  if (text == "none") return {};
  std::string list(text);
  if (text.starts_with('@')) {
    const std::string path(text.substr(1));
    std::ifstream file(path);
    list.assign(std::istreambuf_iterator<char>(file), {});
    if (!file.is_open() || file.bad()) return unexpected<std::string>("cannot read " + path);
    std::replace(list.begin(), list.end(), '\n', ',');
  }
  for (std::size_t begin = 0; begin <= list.size();) {
    const std::size_t end = std::min(list.find(',', begin), list.size());
    std::string_view item = std::string_view(list).substr(begin, end - begin);
    begin = end + 1;
    while (!item.empty() && item.front() == ' ') item.remove_prefix(1);
    while (!item.empty() && (item.back() == ' ' || item.back() == '\r')) item.remove_suffix(1);
    if (item.empty()) continue;
    auto symbol = stockclient::parse_symbol(item);
    if (!symbol)
      return unexpected<std::string>("'" + std::string(item) +
                                     "' is not a symbol; allowed are symbols, @FILE or none");
    symbols.push_back(*std::move(symbol));
  }
  if (symbols.size() > stockclient::kMaxWatchedSymbols) {
    return unexpected<std::string>("at most " + std::to_string(stockclient::kMaxWatchedSymbols) +
                                   " symbols can be watched");
  }
  return {};
}

std::string to_list(const std::vector<std::string>& symbols) {
  if (symbols.empty()) return "none";
  std::string list;
  for (const std::string& symbol : symbols) list += (list.empty() ? "" : ",") + symbol;
  return list;
}

// A generic lambda that returns one member of `ServiceSettings&` or `const ServiceSettings&`.
#define FIELD(member) ([](auto& s) -> auto& { return s.member; })

std::vector<SettingRow> server_rows() {
  return {
      text("host", "ADDRESS", FIELD(connections.host), not_empty, "address to listen on"),
      count("port", FIELD(connections.port), {0, 65535},
            "port to listen on; 0 selects a free port and prints it"),
      with_default({"the number of cores", {}},
                   count("event-loops", FIELD(connections.event_loops), {0, 1024},
                         "threads that serve connections; 0: one for each core")),
      count("max-connections", FIELD(connections.max_connections), {1, 1'000'000},
            "maximum open client connections; lowered when the open-file limit is too low"),
      make_row(
          "trusted-proxies", "NETWORKS", FIELD(connections.trusted_proxies),
          [](NetworkList& value, std::string_view t) -> Applied {
            auto list = NetworkList::parse(t);
            if (!list) return circuitbreaker::unexpected<std::string>(list.error());
            value = *std::move(list);
            return {};
          },
          [](const NetworkList& value) { return value.text(); },
          "addresses and networks of the proxies whose X-Forwarded-For names the client, such as "
          "10.0.0.0/8, ::1"),
      live(duration("header-timeout", FIELD(connections.header_timeout), kTimeout,
                    "time limit for receiving a complete request")),
      live(duration("idle-timeout", FIELD(connections.idle_timeout), {1s, 24h},
                    "how long a connection may stay open between requests")),
      live(duration("drain-grace", FIELD(drain_grace), {0s, 10min},
                    "after SIGTERM: how long requests are still accepted while /readyz answers "
                    "503")),
      live(duration("drain-timeout", FIELD(connections.drain_timeout), {0s, 10min},
                    "after the grace: time limit for completing the requests in progress")),
      text("admin-token-file", "FILE", FIELD(admin_token_file), any_text,
           "file with the bearer token of the admin endpoints, at least 16 characters; without "
           "it they answer 404"),
      with_default({"host name and port", {}},
                   text("instance", "NAME", FIELD(instance), instance_name,
                        "name of this replica in /circuit-breaker and in the log")),
      live(choice<LogLevel>("log-level", FIELD(log_level),
                            {{"debug", LogLevel::debug},
                             {"info", LogLevel::info},
                             {"warning", LogLevel::warning},
                             {"error", LogLevel::error}},
                            "least severe level to log: debug, info, warning or error")),
      live(choice<LogFormat>("log-format", FIELD(log_format),
                             {{"text", LogFormat::text}, {"json", LogFormat::json}},
                             "format of the log lines on standard error: text or json")),
      live(on_off("access-log", FIELD(access_log), "log every request")),
      live(optional_duration("summary-interval", FIELD(summary_interval), {1s, 24h}, "off",
                             "interval of the log lines with every breaker's state and counts")),
  };
}

std::vector<SettingRow> upstream_rows() {
  return {
      on_off("demo", FIELD(demo), "serve made-up quotes from a built-in simulator"),
      text("upstream-url", "URL", FIELD(transport.base_url), base_url,
           "base URL of Alpha Vantage; unencrypted only when given as http://"),
      optional_text("ca-file", "FILE", FIELD(transport.ca_file),
                    "PEM file of the only certificate authorities to trust, instead of the "
                    "system's"),
      text("api-key-file", "FILE", FIELD(api_key_file), any_text,
           "file with the API key, instead of the environment variable ALPHAVANTAGE_API_KEY"),
      choice<std::optional<std::string>>(
          "entitlement", FIELD(entitlement),
          {{"none", std::nullopt}, {"realtime", "realtime"}, {"delayed", "delayed"}},
          "the API key's entitlement to US quotes during trading: none, realtime or delayed"),
      choice<std::optional<QuoteUpdates>>(
          "quote-updates", FIELD(quote_updates),
          {{"auto", std::nullopt},
           {"realtime", QuoteUpdates::realtime},
           {"delayed", QuoteUpdates::delayed},
           {"end-of-day", QuoteUpdates::end_of_day}},
          "when the upstream's quotes change: realtime, delayed or end-of-day; auto: as the "
          "entitlement says, and without one end-of-day, but realtime on the plans unlimited and "
          "custom"),
      live(duration("upstream-timeout", FIELD(client.upstream_timeout), kTimeout,
                    "time limit for one upstream call")),
      duration("connect-timeout", FIELD(transport.connect_timeout), kTimeout,
               "time limit for connecting to the upstream"),
      live(duration("max-wait", FIELD(client.max_wait), kTimeout,
                    "time limit for all attempts together, and for a caller's wait")),
      count("bulkhead", FIELD(client.bulkhead), {1, 1024},
            "maximum concurrent upstream calls; one function may use at most 3/4"),
      count("retry-attempts", FIELD(client.retry_attempts), {1, 100},
            "maximum upstream calls for one miss, including the first"),
      duration("throttle-hold-second", FIELD(client.throttle_hold_second), kPause,
               "pause in all upstream calls after a refusal that names the per-second limit"),
      duration("throttle-hold-minute", FIELD(client.throttle_hold_minute), kPause,
               "pause after a refusal that names the per-minute limit, or no limit"),
      duration("misconfigured-hold", FIELD(client.misconfigured_hold), kPause,
               "pause after the upstream has refused the API key"),
      duration("blocked-hold", FIELD(client.blocked_hold), kPause,
               "pause after a redirect, a 403 or another 4xx"),
  };
}

std::vector<SettingRow> quota_rows() {
  constexpr Range<std::uint64_t> kLimit{1, stockclient::kMaxQuotaLimit};
  const auto plan = [](ServiceSettings& s, const Environment&) -> std::string {
    s.client.quota_plan = s.demo ? "unlimited" : "free";
    return s.demo ? "of the demo" : "";
  };
  return {
      with_default({"free, or unlimited with --demo", plan},
                   text("quota-plan", "PLAN", FIELD(client.quota_plan), quota_plan,
                        "the API key's plan: free, premium-75 ... premium-1200, unlimited or "
                        "custom")),
      optional_count("quota-per-second", FIELD(client.quota_per_second), kLimit,
                     "calls per second of the plan custom"),
      optional_count("quota-per-minute", FIELD(client.quota_per_minute), kLimit,
                     "calls per minute of the plan custom"),
      optional_count("quota-per-day", FIELD(client.quota_per_day), kLimit,
                     "calls per day of the plan custom"),
      text("quota-reset", "TIME", FIELD(client.quota_reset), daily_reset,
           "when the daily quota is reset, as 00:00 America/New_York; none: the plan holds for any "
           "24 "
           "hours"),
      make_row(
          "watch", "SYMBOLS", FIELD(client.watched_symbols), watched_symbols, to_list,
          "symbols, comma-separated, or @FILE with one in each line, whose quotes are refreshed "
          "without being asked for"),
  };
}

/// `$XDG_STATE_HOME/stock-service`, else `~/.local/state/stock-service`. The XDG Base Directory
/// Specification requires that relative paths be ignored.
std::string default_store_path(ServiceSettings& settings, const Environment& environment) {
  const auto folder = [&](std::string_view name) -> std::string {
    const auto found = std::find_if(environment.begin(), environment.end(),
                                    [name](const auto& entry) { return entry.first == name; });
    if (found == environment.end() || !found->second.starts_with('/')) return {};
    return found->second;
  };
  settings.store_optional = true;
  std::string& path = settings.store_path;
  path = kNoStore;
  if (settings.demo) return "of the demo";
  if (const std::string state = folder("XDG_STATE_HOME"); !state.empty()) {
    path = state + "/stock-service";
    return "from XDG_STATE_HOME";
  }
  if (const std::string home = folder("HOME"); !home.empty()) {
    path = home + "/.local/state/stock-service";
    return "from HOME";
  }
  return "without HOME";
}

std::string default_market_hours(ServiceSettings& settings, const Environment&) {
  settings.client.market_hours = !settings.demo;
  return settings.demo ? "of the demo" : "";
}

std::vector<SettingRow> cache_rows() {
  return {
      with_default(
          {"on; off with --demo", default_market_hours},
          choice<bool>("market-hours", FIELD(client.market_hours), {{"on", true}, {"off", false}},
                       "on: quotes and daily series that cannot change before their "
                       "exchange opens or closes stay fresh until then")),
      live(duration("fresh-ttl", FIELD(client.fresh_ttl), kLifetime,
                    "shortest time that a quote is fresh")),
      live(duration("history-ttl", FIELD(client.history_ttl), kLifetime,
                    "shortest time that a daily series is fresh")),
      live(duration("search-ttl", FIELD(client.search_ttl), kLifetime,
                    "how long a search result is fresh")),
      live(duration("negative-ttl", FIELD(client.negative_ttl), kLifetime,
                    "how long an unknown symbol is remembered as unknown")),
      live(duration("stale-while-revalidate", FIELD(client.stale_while_revalidate), kLifetime,
                    "a value that went stale less than this ago is answered immediately and "
                    "refreshed in the background")),
      live(duration("stale-wait", FIELD(client.stale_wait), kTimeout,
                    "how long a caller waits for the refresh of an older value")),
      live(optional_duration("stale-if-error", FIELD(client.stale_if_error), kLifetime, "none",
                             "age from which a value is no longer served; none: no limit")),
      size("cache-bytes", FIELD(client.cache_bytes), {1u << 16, std::size_t{1} << 40},
           "memory for cached values; their rendered responses take at most the same again"),
      count("max-waiters", FIELD(client.max_waiters), {1, 10'000'000},
            "maximum requests that wait for the upstream; further ones are rejected immediately"),
      with_default({"in the user's state directory; none with --demo", default_store_path},
                   text("store-path", "FOLDER", FIELD(store_path), any_text,
                        "folder of the files that survive a restart; none: nothing survives")),
      with_password(contains_password,
                    make_row(
                        "store-url", "URL", FIELD(store_url),
                        [](std::string& value, std::string_view t) -> Applied {
                          if (Applied checked = check_store_url(t); !checked) return checked;
                          value = t;
                          return {};
                        },
                        [](const std::string& value) { return without_password(value); },
                        "where values are stored: sqlite: in the store path, "
                        "postgresql://USER@HOST/DATABASE, which replicas may share, or none")),
      size("store-max-bytes", FIELD(store_max_bytes), {std::size_t{1} << 20, std::size_t{1} << 40},
           "size of the store above which the least recently requested values are removed"),
  };
}

std::string derive_multiplier(ServiceSettings& s, const Environment&) {
  s.alpha_vantage.open_timeout_multiplier =
      stockclient::default_breaker(s.client).open_timeout_multiplier;
  return stockclient::has_daily_quota(s.client) ? "with a daily quota" : "";
}

std::string derive_slow_call_duration(ServiceSettings& s, const Environment&) {
  s.alpha_vantage.slow_call_duration = stockclient::default_breaker(s.client).slow_call_duration;
  return "from upstream_timeout";
}

std::string derive_window_calls(ServiceSettings& s, const Environment&) {
  s.alpha_vantage.window.calls = stockclient::default_breaker(s.client).window.calls;
  return "from bulkhead";
}

std::string derive_minimum_calls(ServiceSettings& s, const Environment&) {
  s.alpha_vantage.window.minimum_calls = std::max(1u, s.alpha_vantage.window.calls / 2);
  return "from window_calls";
}

constexpr std::string_view kFailureThresholdHelp = "consecutive failures that open the breaker";
constexpr std::string_view kSuccessThresholdHelp =
    "consecutive successes that close a half-open breaker";
constexpr std::string_view kOpenTimeoutHelp = "how long an open breaker rejects calls";
constexpr std::string_view kHalfOpenMaxCallsHelp = "maximum concurrent probes while half-open";

/// The settings of a breaker in front of Alpha Vantage, without dependent defaults. `breaker`: the
/// breaker's settings, as a field.
template <class Breaker>
std::vector<SettingRow> upstream_breaker_rows(Breaker breaker) {
#define BREAKER_FIELD(member) ([breaker](auto& s) -> auto& { return breaker(s).member; })
  return {
      count("failure-threshold", BREAKER_FIELD(failure_threshold), kThreshold,
            kFailureThresholdHelp),
      count("success-threshold", BREAKER_FIELD(success_threshold), kThreshold,
            kSuccessThresholdHelp),
      duration("open-timeout", BREAKER_FIELD(open_timeout), kPause, kOpenTimeoutHelp),
      number("open-timeout-multiplier", BREAKER_FIELD(open_timeout_multiplier), {1, 100},
             "growth factor of the open timeout after each failed probe"),
      duration("open-timeout-max", BREAKER_FIELD(open_timeout_max), kPause,
               "upper limit of the growing open timeout"),
      number("open-timeout-jitter", BREAKER_FIELD(open_timeout_jitter), {0, 0.99},
             "random variation of the open timeout, as a fraction of it"),
      yaml_only(count("half-open-max-calls", BREAKER_FIELD(half_open_max_calls), {1, 1024},
                      kHalfOpenMaxCallsHelp)),
      yaml_only(number("slow-call-rate", BREAKER_FIELD(slow_call_rate), {0, 1},
                       "share of slow calls that opens the breaker; 0: off")),
      yaml_only(duration("slow-call-duration", BREAKER_FIELD(slow_call_duration), {100us, 10min},
                         "a call that takes this long is slow, even while it is in progress")),
      yaml_only(number("failure-rate", BREAKER_FIELD(failure_rate), {0, 1},
                       "share of failed calls that opens the breaker; 0: off")),
      yaml_only(count("window-calls", BREAKER_FIELD(window.calls), kThreshold,
                      "sliding-window size of both shares, in calls")),
      yaml_only(count("minimum-calls", BREAKER_FIELD(window.minimum_calls), kThreshold,
                      "minimum calls in the window before a share can open the breaker")),
  };
#undef BREAKER_FIELD
}

std::vector<SettingRow> alpha_vantage_rows() {
  std::vector<SettingRow> rows = upstream_breaker_rows(FIELD(alpha_vantage));
  for (SettingRow& row : rows) {
    if (row.name == "open-timeout-multiplier")
      row.dependent_default = {"1, or 2 with a daily quota", derive_multiplier};
    if (row.name == "slow-call-duration")
      row.dependent_default = {"2/5 of upstream_timeout", derive_slow_call_duration};
    if (row.name == "window-calls")
      row.dependent_default = {"same as bulkhead, from 4 to 20", derive_window_calls};
    if (row.name == "minimum-calls")
      row.dependent_default = {"1/2 of window_calls", derive_minimum_calls};
    row = of_breaker(kAlphaVantage, std::move(row));
  }
  return rows;
}

/// The rows of one function's breaker. Each setting defaults to the value of `alpha_vantage`; the
/// default of `minimum-calls` is never more than the function's own `window-calls`.
std::vector<SettingRow> function_rows(std::size_t function) {
  std::vector<SettingRow> rows =
      upstream_breaker_rows([function](auto& s) -> auto& { return s.functions[function]; });
  const std::vector<SettingRow> followed = upstream_breaker_rows(FIELD(alpha_vantage));
  for (std::size_t i = 0; i < rows.size(); ++i) {
    rows[i].dependent_default = {
        "same as alpha_vantage", [function, apply = rows[i].apply, show = followed[i].show](
                                     ServiceSettings& s, const Environment&) {
          static_cast<void>(apply(s, show(s)));
          circuitbreaker::Window& window = s.functions[function].window;
          window.minimum_calls = std::min(window.minimum_calls, window.calls);
          return std::string("from alpha_vantage");
        }};
    rows[i].follows = kAlphaVantage;
    rows[i] = yaml_only(of_breaker(stockclient::kFunctionBreakers[function], std::move(rows[i])));
  }
  return rows;
}

/// The rows of a dependency, which have no flags because a flag would not say which breaker it
/// sets. `dependency`: the dependency's settings, as a field.
template <class Dependency>
std::vector<SettingRow> dependency_rows(std::string_view name, Dependency dependency) {
#define DEPENDENCY_FIELD(member) ([dependency](auto& s) -> auto& { return dependency(s).member; })
  // The maximum open timeout of these breakers cannot be set, so their open timeout is limited by
  // its default.
  const DurationRange open_range{1ms, circuitbreaker::Settings{}.open_timeout_max};
  std::vector<SettingRow> rows{
      count("failure-threshold", DEPENDENCY_FIELD(breaker.failure_threshold), kThreshold,
            kFailureThresholdHelp),
      count("success-threshold", DEPENDENCY_FIELD(breaker.success_threshold), kThreshold,
            kSuccessThresholdHelp),
      duration("request-timeout", DEPENDENCY_FIELD(breaker.call_timeout), kTimeout,
               "time limit of one call"),
      duration("open-timeout", DEPENDENCY_FIELD(breaker.open_timeout), open_range,
               kOpenTimeoutHelp),
      count("half-open-max-calls", DEPENDENCY_FIELD(breaker.half_open_max_calls), {1, 1024},
            kHalfOpenMaxCallsHelp),
      on_off("enable-health-check", DEPENDENCY_FIELD(enable_health_check),
             "ping the dependency periodically"),
      on_off("fail-fast", DEPENDENCY_FIELD(fail_fast),
             "answer 503 while the breaker is open, instead of going on without the dependency"),
  };
#undef DEPENDENCY_FIELD
  for (SettingRow& row : rows) row = yaml_only(of_breaker(name, std::move(row)));
  return rows;
}

std::vector<SettingRow> all_rows() {
  std::vector<SettingRow> rows;
  const auto append = [&rows](std::vector<SettingRow> part) {
    std::move(part.begin(), part.end(), std::back_inserter(rows));
  };
  for (std::vector<SettingRow> part :
       {server_rows(), upstream_rows(), quota_rows(), cache_rows(), alpha_vantage_rows()})
    append(std::move(part));
  for (std::size_t i = 0; i < stockclient::kFunctionCount; ++i) append(function_rows(i));
  append(dependency_rows("database", FIELD(database)));
  append(dependency_rows("cache", FIELD(cache)));
  append(dependency_rows("s3", FIELD(s3)));
  return rows;
}

#undef FIELD

/// Replaces the separators of a name and changes its case.
std::string respelled(std::string_view name, char separator, int (*convert)(int)) {
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
  static const ServiceSettings defaults;
  const std::string_view text = row.dependent_default.text;
  return text.empty() ? row.show(defaults) : std::string(text);
}

std::string documented_name(const SettingRow& row) {
  return row.has_flag ? "--" + std::string(row.name)
                      : std::string(row.breaker) + ": " + yaml_name(row.name);
}

std::string yaml_name(std::string_view name) {
  return respelled(name, '_', std::tolower);
}

std::string environment_name(std::string_view name) {
  return "STOCK_SERVICE_" + respelled(name, '_', std::toupper);
}

}  // namespace service
