#include "service/settings/setting_conflicts.h"

#include <fstream>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include "service/settings/dependency_settings.h"
#include "stockclient/quota/quota_gate.h"

namespace service {
namespace {

/// A setting as it is described in messages.
class DescribedSetting {
 public:
  DescribedSetting(const LoadedSettings& loaded, std::string_view name,
                   std::string_view breaker = {})
      : loaded_(loaded), index_(row_index(name, breaker)) {}

  [[nodiscard]] bool given() const { return loaded_.origins[index_].given; }
  [[nodiscard]] std::string place() const { return place_of(loaded_, index_); }
  [[nodiscard]] std::string value() const { return row().show(loaded_.settings); }
  [[nodiscard]] std::string origin() const { return " (" + loaded_.origins[index_].text + ")"; }
  /// The name of a breaker's setting: `open_timeout of alpha_vantage`.
  [[nodiscard]] std::string name() const {
    return yaml_name(row().name) +
           (row().breaker.empty() ? "" : " of " + std::string(row().breaker));
  }

 private:
  [[nodiscard]] const SettingRow& row() const { return settings_table()[index_]; }
  const LoadedSettings& loaded_;
  std::size_t index_;
};

/// An error message about two settings. It names the allowed values of the setting at fault.
struct Conflict {
  std::string text;
  std::string_view allowed;
};

/// Reports that a `lower` setting exceeds the `upper` one. Blames the setting that was given rather
/// than a default.
Conflict exceeds(const DescribedSetting& lower, const DescribedSetting& upper) {
  if (upper.given() && !lower.given())
    return {upper.place() + ": " + upper.value() + " is less than " + lower.name() + ", " +
                lower.value() + lower.origin(),
            "; allowed is at least that"};
  return {lower.place() + ": " + lower.value() + " is more than " + upper.name() + ", " +
              upper.value() + upper.origin(),
          "; allowed is at most that"};
}

/// `name`: the breaker of Alpha Vantage or of one of its functions.
void check_breaker(LoadedSettings& loaded, std::string_view name,
                   const circuitbreaker::Settings& breaker) {
  const auto reject = [&loaded, name](std::string_view lower_name, std::string_view upper_name) {
    const DescribedSetting lower(loaded, lower_name, name);
    const DescribedSetting upper(loaded, upper_name, name);
    // If both values come from alpha_vantage, the conflict is reported for alpha_vantage only.
    if (name != kAlphaVantage && !lower.given() && !upper.given()) return;
    const Conflict conflict = exceeds(lower, upper);
    loaded.errors.push_back(conflict.text + std::string(conflict.allowed));
  };
  if (breaker.open_timeout > breaker.open_timeout_max) reject("open-timeout", "open-timeout-max");
  if (breaker.window.minimum_calls > breaker.window.calls) reject("minimum-calls", "window-calls");
}

void check_breakers(LoadedSettings& loaded) {
  check_breaker(loaded, kAlphaVantage, loaded.settings.alpha_vantage);
  for (std::size_t i = 0; i < stockclient::kFunctionCount; ++i)
    check_breaker(loaded, stockclient::kFunctionBreakers[i], loaded.settings.functions[i]);
}

void check_quota(LoadedSettings& loaded) {
  const stockclient::StockClientSettings& client = loaded.settings.client;
  const DescribedSetting plan(loaded, "quota-plan");
  const bool custom = client.quota_plan == "custom";
  bool limited = false;
  for (const char* name : {"quota-per-second", "quota-per-minute", "quota-per-day"}) {
    const DescribedSetting limit(loaded, name);
    if (limit.value().empty()) continue;
    limited = true;
    if (!custom)
      loaded.errors.push_back(limit.place() + ": needs the plan custom, but quota_plan is " +
                              plan.value() + plan.origin());
  }
  if (custom && !limited)
    loaded.errors.push_back(plan.place() + ": custom needs at least one limit: " +
                            "quota_per_second, quota_per_minute or quota_per_day");
}

/// Reports settings of the real upstream that are given together with the demo, which has its own
/// upstream.
void check_demo(LoadedSettings& loaded) {
  if (!loaded.settings.demo) return;
  const DescribedSetting demo(loaded, "demo");
  const DescribedSetting upstream(loaded, "upstream-url");
  if (loaded.settings.transport.base_url != ServiceSettings{}.transport.base_url)
    loaded.errors.push_back(upstream.place() + ": excluded by demo" + demo.origin() +
                            ", which has its own upstream; give one of them");
  const std::string& store = loaded.settings.store_url;
  if (store != kNoStore && store != kSqliteStore)
    loaded.warnings.push_back(DescribedSetting(loaded, "store-url").place() +
                              ": not used with demo" + demo.origin() +
                              ", whose values are made up");
}

void check_ca_file(LoadedSettings& loaded) {
  const std::optional<std::string>& file = loaded.settings.transport.ca_file;
  if (file && !std::ifstream(*file))
    loaded.errors.push_back(DescribedSetting(loaded, "ca-file").place() + ": " + *file +
                            ": cannot be read");
}

/// Also asks the libraries to validate the settings, in case they have a rule that is missing here.
void validate_with_libraries(LoadedSettings& loaded) {
  const auto collect = [&loaded](const std::string& prefix, const auto& validate) {
    try {
      validate();
    } catch (const std::invalid_argument& error) {
      loaded.errors.push_back(prefix + error.what());
    }
  };
  const ServiceSettings& settings = loaded.settings;
  collect("", [&] { static_cast<void>(stockclient::quota_settings(settings.client)); });
  for (const DependencyEntry& dependency : kDependencyEntries)
    collect(std::string(dependency.name) + ": ",
            [&] { circuitbreaker::validate(dependency.breaker(settings)); });
}

void warn_about_contradictions(LoadedSettings& loaded) {
  const ServiceSettings& settings = loaded.settings;
  const stockclient::StockClientSettings& client = settings.client;
  struct Comparison {
    bool exceeded;
    std::string_view lower;
    std::string_view upper;
  };
  for (const Comparison& comparison :
       {Comparison{client.upstream_timeout > client.max_wait, "upstream-timeout", "max-wait"},
        Comparison{settings.transport.connect_timeout > client.upstream_timeout, "connect-timeout",
                   "upstream-timeout"},
        Comparison{client.stale_wait > client.max_wait, "stale-wait", "max-wait"},
        Comparison{client.stale_if_error && client.fresh_ttl > *client.stale_if_error, "fresh-ttl",
                   "stale-if-error"}})
    if (comparison.exceeded)
      loaded.warnings.push_back(
          exceeds({loaded, comparison.lower}, {loaded, comparison.upper}).text);
}

/// Adds one warning for each dependency that has settings but is not configured.
void warn_about_unconfigured_dependencies(LoadedSettings& loaded) {
  const auto table = settings_table();
  for (const DependencyEntry& dependency : kDependencyEntries) {
    if (dependency.configured(loaded.settings)) continue;
    for (std::size_t i = 0; i < table.size(); ++i) {
      if (table[i].breaker != dependency.name || !loaded.origins[i].given) continue;
      loaded.warnings.push_back(
          loaded.origins[i].text + ": circuit_breaker." + std::string(dependency.name) + ": no " +
          std::string(dependency.name) + " is configured, so its settings have no effect");
      break;
    }
  }
}

}  // namespace

void find_conflicts(LoadedSettings& loaded) {
  check_breakers(loaded);
  check_quota(loaded);
  check_demo(loaded);
  check_ca_file(loaded);
  if (loaded.errors.empty()) validate_with_libraries(loaded);
  warn_about_contradictions(loaded);
  warn_about_unconfigured_dependencies(loaded);
}

}  // namespace service
