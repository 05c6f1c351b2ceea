/// Properties of every setting, tested for each row of the table, so that a new setting is covered
/// automatically.

#include "service/settings/settings_table.h"

#include <algorithm>
#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/service/settings/settings_fixture.h"

namespace service {
namespace {

using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

/// Whether the setting is valid only together with a plan or a file, which other tests cover.
bool needs_something_else(const SettingRow& row) {
  return row.name.starts_with("quota-per-") || row.name == "ca-file";
}

/// Two different valid values of a setting, if possible other than its default, found by trying.
std::pair<std::string, std::string> values_for(const SettingRow& row) {
  std::vector<std::string> found;
  for (const char* candidate : {"on",
                                "off",
                                "4",
                                "7",
                                "17",
                                "19",
                                "1.25",
                                "1.75",
                                "0.25",
                                "0.5",
                                "90s",
                                "95s",
                                "realtime",
                                "delayed",
                                "17MiB",
                                "19MiB",
                                "debug",
                                "error",
                                "json",
                                "text",
                                "https://a.example",
                                "https://b.example",
                                "free",
                                "premium-75",
                                "01:30 UTC",
                                "02:30 UTC",
                                "192.0.2.1",
                                "192.0.2.0/24",
                                "postgresql://u@a.example/q",
                                "alpha",
                                "beta"}) {
    ServiceSettings settings;
    if (row.apply(settings, candidate) && row.show(settings) != row.show(ServiceSettings{}))
      found.emplace_back(candidate);
  }
  if (found.empty()) return {};
  // A switch or a choice of two has only one value that differs from the default.
  return {found.front(), found.size() > 1 ? found[1] : row.show(ServiceSettings{})};
}

std::string normal(const SettingRow& row, const std::string& text) {
  ServiceSettings settings;
  EXPECT_TRUE(row.apply(settings, text)) << row.name;
  return row.show(settings);
}

/// The first of the texts that the setting rejects; if it rejects none, the last.
std::string rejected(const SettingRow& row, const std::vector<std::string>& texts) {
  ServiceSettings settings;
  for (const std::string& text : texts)
    if (!row.apply(settings, text)) return text;
  return texts.back();
}

/// A YAML text whose third line sets the row, below its breaker's name.
std::string nested(const SettingRow& row, const std::string& value) {
  return "circuit_breaker:\n  " + std::string(row.breaker) + ":\n    " + yaml_name(row.name) +
         ": \"" + value + "\"\n";
}

class EachSetting : public testing::TestWithParam<std::size_t> {
 protected:
  const SettingRow& row() const { return settings_table()[GetParam()]; }
};

TEST_P(EachSetting, AcceptsItsDefault) {
  ServiceSettings settings;
  const std::string text = row().show(settings);
  if (text.empty()) return;  // Nothing is set.
  ASSERT_TRUE(row().apply(settings, text)) << row().apply(settings, text).error();
  EXPECT_EQ(row().show(settings), text);
}

TEST_P(EachSetting, FlagEnvironmentAndYamlAreEquivalent) {
  const auto [value, other] = values_for(row());
  ASSERT_FALSE(value.empty()) << "the test knows no value for " << row().name;
  const std::string want = normal(row(), value);
  const auto expect_wanted = [&](const LoadedSettings& loaded, const std::string& origin) {
    EXPECT_TRUE(needs_something_else(row()) || loaded.errors.empty()) << loaded.errors.front();
    EXPECT_EQ(shown(loaded, GetParam()), want) << origin;
    EXPECT_THAT(loaded.origins[GetParam()].text, HasSubstr(origin));
  };
  if (row().has_flag) {
    const std::string flag = "--" + std::string(row().name);
    const std::string variable = environment_name(row().name);
    expect_wanted(load({flag + "=" + value}), "flag " + flag);
    expect_wanted(load({}, {{variable, value}}), "environment " + variable);
    expect_wanted(load_yaml(yaml_name(row().name) + ": \"" + value + "\"\n"), ".yaml:1");
  }
  if (!row().breaker.empty()) expect_wanted(load_yaml(nested(row(), value)), ".yaml:3");
}

TEST_P(EachSetting, FlagOverridesEnvironmentWhichOverridesYaml) {
  if (!row().has_flag) return;
  const auto [strong, weak] = values_for(row());
  const std::string flag = "--" + std::string(row().name) + "=" + strong;
  const std::string variable = environment_name(row().name);
  const YamlFile yaml(yaml_name(row().name) + ": \"" + weak + "\"\n");
  const std::string want = normal(row(), strong);
  EXPECT_EQ(shown(load({flag}, {{variable, weak}}), GetParam()), want);
  EXPECT_EQ(shown(load({flag, "--config", yaml.path()}), GetParam()), want);
  EXPECT_EQ(shown(load({"--config", yaml.path()}, {{variable, strong}}), GetParam()), want);
}

TEST_P(EachSetting, AnInvalidValueIsReportedWithItsPlaceAndTheAllowedValues) {
  const std::string bad = rejected(row(), {"bad value", ""});
  ServiceSettings settings;
  if (row().apply(settings, bad)) return;  // Any text is valid, such as the name of a file.
  const std::string complaint = row().apply(settings, bad).error();
  EXPECT_THAT(complaint, testing::AnyOf(HasSubstr("allowed"), HasSubstr("is none of")));
  const std::string key = yaml_name(row().name);
  const std::string yaml = "# one\n" + key + ": \"" + bad + "\"\n";
  if (row().has_flag) {
    EXPECT_THAT(load({"--" + std::string(row().name) + "=" + bad}).errors,
                ElementsAre("flag --" + std::string(row().name) + ": " + complaint));
    EXPECT_THAT(load({}, {{environment_name(row().name), bad}}).errors,
                ElementsAre("environment " + environment_name(row().name) + ": " + complaint));
    EXPECT_THAT(load_yaml(yaml).errors,
                ElementsAre(EndsWith(".yaml:2: " + key + ": " + complaint)));
  }
  if (!row().breaker.empty()) {
    const std::string path = "circuit_breaker." + std::string(row().breaker) + "." + key;
    EXPECT_THAT(load_yaml(nested(row(), bad)).errors,
                ElementsAre(EndsWith(".yaml:3: " + path + ": " + complaint)));
  }
}

TEST_P(EachSetting, ABreakerSettingInBothPlacesIsRejected) {
  if (row().breaker.empty() || !row().has_flag) return;
  const std::string value = values_for(row()).first;
  const YamlFile yaml(nested(row(), value));
  const std::string flag = "--" + std::string(row().name);
  EXPECT_THAT(load({"--config", yaml.path(), flag + "=" + value}).errors,
              ElementsAre(HasSubstr("also given by flag " + flag)));
}

/// The values promised by the descriptions of dependent defaults, each with the arguments to which
/// it applies.
using Promises = std::vector<std::pair<std::vector<std::string>, std::string>>;
const std::map<std::string, Promises>& promises() {
  static const std::map<std::string, Promises> all{
      {"the number of cores", {{{}, "0"}}},
      {"host name and port", {{{}, ""}}},
      {"on; off with --demo", {{{}, "on"}, {{"--demo"}, "off"}}},
      {"free, or unlimited with --demo", {{{}, "free"}, {{"--demo"}, "unlimited"}}},
      {"in the user's state directory; none with --demo",
       {{{}, "/home/user/.local/state/stock-service"}, {{"--demo"}, "none"}}},
      {"1, or 2 with a daily quota",
       {{{}, "2"}, {{"--quota-plan=premium-75"}, "1"}, {{"--demo"}, "1"}}},
      {"2/5 of upstream_timeout", {{{}, "2s"}, {{"--upstream-timeout=1s"}, "400ms"}}},
      {"same as bulkhead, from 4 to 20",
       {{{}, "16"}, {{"--bulkhead=1"}, "4"}, {{"--bulkhead=7"}, "7"}, {{"--bulkhead=21"}, "20"}}},
      {"1/2 of window_calls", {{{}, "8"}, {{"--bulkhead=4"}, "2"}}}};
  return all;
}

/// Checks the defaults shown by help, documentation and `--print-config` against the values in
/// force, whether a default is shown as a value or described in words.
TEST_P(EachSetting, ItsShownDefaultIsTheValueInForce) {
  const Environment home{{"HOME", "/home/user"}};
  const std::string text = shown_default(row());
  if (row().dependent_default.text.empty()) {
    EXPECT_EQ(shown(load({}, home), GetParam()), text);
    EXPECT_FALSE(row().dependent_default.apply) << "the default needs a description";
    return;
  }
  if (!row().follows.empty()) {
    const std::vector<std::string> arguments{"--failure-threshold=9", "--bulkhead=7"};
    EXPECT_EQ(text, "same as " + std::string(row().follows));
    EXPECT_EQ(shown(load(arguments), GetParam()),
              shown(load(arguments), row_index(row().name, row().follows)));
    return;
  }
  ASSERT_TRUE(promises().contains(text)) << "what does \"" << text << "\" promise?";
  for (const auto& [arguments, value] : promises().at(text))
    EXPECT_EQ(shown(load(arguments, home), GetParam()), value) << text;
}

TEST_P(EachSetting, ItsDependentDefaultIsIndependentOfTheEnvironmentIfItIsLive) {
  if (!row().live || !row().dependent_default.apply) return;
  ServiceSettings without;
  ServiceSettings with;
  row().dependent_default.apply(without, {});
  row().dependent_default.apply(with, {{"HOME", "/home/user"}, {"XDG_STATE_HOME", "/state"}});
  EXPECT_EQ(row().show(without), row().show(with));
}

TEST_P(EachSetting, CopiesItsField) {
  ServiceSettings from;
  ASSERT_TRUE(row().apply(from, values_for(row()).first));
  ServiceSettings to;
  row().copy(to, from);
  EXPECT_EQ(row().show(to), row().show(from));
}

INSTANTIATE_TEST_SUITE_P(Table, EachSetting,
                         testing::Range<std::size_t>(0, settings_table().size()),
                         [](const auto& each) {
                           const SettingRow& row = settings_table()[each.param];
                           std::string name = yaml_name(row.name);
                           if (!row.has_flag) name = std::string(row.breaker) + "_" + name;
                           std::replace(name.begin(), name.end(), '.', '_');
                           return name;
                         });

/// The settings in the contract. A setting with a flag is listed by its name; a setting that exists
/// only in YAML is listed as `breaker.name`.
TEST(SettingsTable, HasExactlyTheSettingsOfTheContract) {
  std::map<std::string, std::string> table;
  for (const SettingRow& row : settings_table())
    table[(row.has_flag ? "" : std::string(row.breaker) + ".") + std::string(row.name)] =
        shown_default(row);
  std::map<std::string, std::string> contract{
      {"host", "127.0.0.1"},
      {"trusted-proxies", ""},
      {"port", "8080"},
      {"demo", "off"},
      {"upstream-url", "https://www.alphavantage.co"},
      {"ca-file", ""},
      {"entitlement", "none"},
      {"quote-updates", "auto"},
      {"market-hours", "on; off with --demo"},
      {"upstream-timeout", "5s"},
      {"connect-timeout", "2s"},
      {"max-wait", "10s"},
      {"fresh-ttl", "60s"},
      {"history-ttl", "1h"},
      {"search-ttl", "24h"},
      {"negative-ttl", "5m"},
      {"stale-while-revalidate", "5m"},
      {"stale-wait", "250ms"},
      {"stale-if-error", "none"},
      {"cache-bytes", "64MiB"},
      {"max-waiters", "20000"},
      {"bulkhead", "16"},
      {"retry-attempts", "3"},
      {"store-path", "in the user's state directory; none with --demo"},
      {"store-url", "sqlite:"},
      {"store-max-bytes", "256MiB"},
      {"quota-plan", "free, or unlimited with --demo"},
      {"quota-per-second", ""},
      {"quota-per-minute", ""},
      {"quota-per-day", ""},
      {"quota-reset", "none"},
      {"watch", "none"},
      {"throttle-hold-second", "2s"},
      {"throttle-hold-minute", "60s"},
      {"misconfigured-hold", "5m"},
      {"blocked-hold", "60s"},
      {"failure-threshold", "5"},
      {"success-threshold", "3"},
      {"open-timeout", "30s"},
      {"open-timeout-multiplier", "1, or 2 with a daily quota"},
      {"open-timeout-max", "30m"},
      {"open-timeout-jitter", "0"},
      {"alpha_vantage.half-open-max-calls", "3"},
      {"alpha_vantage.slow-call-rate", "0.5"},
      {"alpha_vantage.slow-call-duration", "2/5 of upstream_timeout"},
      {"alpha_vantage.failure-rate", "0"},
      {"alpha_vantage.window-calls", "same as bulkhead, from 4 to 20"},
      {"alpha_vantage.minimum-calls", "1/2 of window_calls"},
      {"admin-token-file", ""},
      {"api-key-file", ""},
      {"instance", "host name and port"},
      {"event-loops", "the number of cores"},
      {"max-connections", "20000"},
      {"header-timeout", "5s"},
      {"idle-timeout", "60s"},
      {"drain-grace", "2s"},
      {"drain-timeout", "10s"},
      {"log-level", "info"},
      {"log-format", "text"},
      {"access-log", "off"},
      {"summary-interval", "off"}};
  struct Row {
    const char* breaker;
    std::vector<const char*> values;
  };
  const std::vector<const char*> names{
      "failure-threshold",   "success-threshold",   "request-timeout", "open-timeout",
      "half-open-max-calls", "enable-health-check", "fail-fast"};
  for (const Row& row : {Row{"database", {"3", "2", "10s", "30s", "3", "on", "off"}},
                         Row{"cache", {"10", "5", "5s", "15s", "3", "on", "off"}},
                         Row{"s3", {"5", "3", "30s", "60s", "3", "off", "off"}}})
    for (std::size_t i = 0; i < names.size(); ++i)
      contract[std::string(row.breaker) + "." + names[i]] = row.values[i];
  for (const char* function : {"quote", "history", "search", "markets"})
    for (const char* name :
         {"failure-threshold", "success-threshold", "open-timeout", "open-timeout-multiplier",
          "open-timeout-max", "open-timeout-jitter", "half-open-max-calls", "slow-call-rate",
          "slow-call-duration", "failure-rate", "window-calls", "minimum-calls"})
      contract["alpha_vantage." + std::string(function) + "." + name] = "same as alpha_vantage";
  EXPECT_THAT(table, testing::ContainerEq(contract));
  for (const Origin& origin : load({}).origins) EXPECT_THAT(origin.text, StartsWith("default"));
}

/// These settings do not affect sockets, threads, memory and the quota.
TEST(SettingsTable, MarksTheSettingsThatChangeLive) {
  std::vector<std::string> live;
  for (const SettingRow& row : settings_table())
    if (row.live && row.breaker.empty()) live.emplace_back(row.name);
  EXPECT_THAT(live, testing::UnorderedElementsAre(
                        "header-timeout", "idle-timeout", "drain-grace", "drain-timeout",
                        "log-level", "log-format", "access-log", "summary-interval",
                        "upstream-timeout", "max-wait", "fresh-ttl", "history-ttl", "search-ttl",
                        "negative-ttl", "stale-while-revalidate", "stale-wait", "stale-if-error"));
  for (const SettingRow& row : settings_table())
    EXPECT_TRUE(row.breaker.empty() || row.live) << documented_name(row);
}

}  // namespace
}  // namespace service
