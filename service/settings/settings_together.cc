#include "service/settings/settings_together.h"

#include <stdexcept>
#include <string>
#include <string_view>

#include "service/settings/setting_values.h"
#include "service/settings/settings_table.h"
#include "stockclient/quota/quota_gate.h"

namespace service {
namespace {

constexpr std::string_view kAlphaVantage = "alpha_vantage";

/// One setting as a message speaks of it.
class Spoken {
 public:
  Spoken(const LoadedSettings& loaded, std::string_view name, std::string_view breaker = {})
      : loaded_(loaded), index_(row_index(name, breaker)) {}

  [[nodiscard]] bool set() const { return !loaded_.places[index_].empty(); }
  [[nodiscard]] std::string place() const { return place_of(loaded_, index_); }
  [[nodiscard]] std::string value() const { return row().show(loaded_.settings); }
  [[nodiscard]] std::string origin() const { return " (" + loaded_.origins[index_] + ")"; }
  /// `open_timeout of alpha_vantage`
  [[nodiscard]] std::string name() const {
    return yaml_name(row().name) +
           (row().breaker.empty() ? "" : " of " + std::string(row().breaker));
  }

 private:
  [[nodiscard]] const SettingRow& row() const { return settings_table()[index_]; }
  const LoadedSettings& loaded_;
  std::size_t index_;
};

struct Misfit {
  std::string text;
  /// What the setting that is to blame may be.
  std::string_view allowed;
};

/// `lower` is more than `upper`, which it should not be. To blame is the one that somebody has set.
Misfit exceeds(const Spoken& lower, const Spoken& upper) {
  if (upper.set() && !lower.set())
    return {upper.place() + ": " + upper.value() + " is less than " + lower.name() + ", " +
                lower.value() + lower.origin(),
            "; allowed is at least that"};
  return {lower.place() + ": " + lower.value() + " is more than " + upper.name() + ", " +
              upper.value() + upper.origin(),
          "; allowed is at most that"};
}

void check_breakers(LoadedSettings& loaded) {
  const auto refuse = [&loaded](const Misfit& misfit) {
    loaded.errors.push_back(misfit.text + std::string(misfit.allowed));
  };
  const circuitbreaker::Settings& breaker = loaded.settings.alpha_vantage;
  if (breaker.open_timeout > breaker.open_timeout_max)
    refuse(exceeds({loaded, "open-timeout", kAlphaVantage},
                   {loaded, "open-timeout-max", kAlphaVantage}));
  if (breaker.window.minimum_calls > breaker.window.calls)
    refuse(
        exceeds({loaded, "minimum-calls", kAlphaVantage}, {loaded, "window-calls", kAlphaVantage}));
  // This one's longest open time is no setting.
  const circuitbreaker::Settings& database = loaded.settings.database;
  if (database.open_timeout > database.open_timeout_max) {
    const Spoken open_timeout(loaded, "open-timeout", "database");
    loaded.errors.push_back(open_timeout.place() + ": " + open_timeout.value() +
                            " is too long; allowed is at most " +
                            format_duration(database.open_timeout_max));
  }
}

void check_quota(LoadedSettings& loaded) {
  const stockclient::StockClientSettings& client = loaded.settings.client;
  const Spoken plan(loaded, "quota-plan");
  const bool custom = client.quota_plan == "custom";
  bool limited = false;
  for (const char* name : {"quota-per-second", "quota-per-minute", "quota-per-day"}) {
    const Spoken limit(loaded, name);
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

void check_demo(LoadedSettings& loaded) {
  if (!loaded.settings.demo || loaded.settings.upstream_url == Settings{}.upstream_url) return;
  loaded.errors.push_back(Spoken(loaded, "upstream-url").place() + ": excluded by demo" +
                          Spoken(loaded, "demo").origin() +
                          ", which brings its own upstream; give one of them");
}

/// The libraries have the last word, should they know a rule that is not here.
void ask_libraries(LoadedSettings& loaded) {
  const auto complain_by = [&loaded](const std::string& whose, const auto& validate) {
    try {
      validate();
    } catch (const std::invalid_argument& error) {
      loaded.errors.push_back(whose + error.what());
    }
  };
  const Settings& settings = loaded.settings;
  complain_by("", [&] { static_cast<void>(stockclient::quota_settings(settings.client)); });
  complain_by("alpha_vantage: ", [&] { circuitbreaker::validate(settings.alpha_vantage); });
  complain_by("database: ", [&] { circuitbreaker::validate(settings.database); });
}

void warn_of_contradictions(LoadedSettings& loaded) {
  const Settings& settings = loaded.settings;
  const stockclient::StockClientSettings& client = settings.client;
  struct Pair {
    bool contradict;
    std::string_view lower;
    std::string_view upper;
  };
  for (const Pair& pair :
       {Pair{client.upstream_timeout > client.max_wait, "upstream-timeout", "max-wait"},
        Pair{settings.connect_timeout > client.upstream_timeout, "connect-timeout",
             "upstream-timeout"},
        Pair{client.stale_wait > client.max_wait, "stale-wait", "max-wait"},
        Pair{client.stale_if_error && client.fresh_ttl > *client.stale_if_error, "fresh-ttl",
             "stale-if-error"}})
    if (pair.contradict)
      loaded.warnings.push_back(exceeds({loaded, pair.lower}, {loaded, pair.upper}).text);
}

}  // namespace

void check_together(LoadedSettings& loaded) {
  check_breakers(loaded);
  check_quota(loaded);
  check_demo(loaded);
  if (loaded.errors.empty()) ask_libraries(loaded);
  warn_of_contradictions(loaded);
}

}  // namespace service
