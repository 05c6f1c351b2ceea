/// What holds for every setting, generated over the table itself: a new setting is covered by being
/// there.

#include "service/settings/settings_table.h"

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

/// Limits count only with the plan custom: that rule is another test's subject.
bool needs_company(const SettingRow& row) {
  return row.name.starts_with("quota-per-");
}

/// Two different valid texts of a setting, neither its default, found by trying.
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
                                "alpha",
                                "beta"}) {
    Settings settings;
    if (row.apply(settings, candidate) && row.show(settings) != row.show(Settings{}))
      found.emplace_back(candidate);
  }
  if (found.empty()) return {};
  // A switch or a choice of two has one value that is not the default.
  return {found.front(), found.size() > 1 ? found[1] : row.show(Settings{})};
}

std::string normal(const SettingRow& row, const std::string& text) {
  Settings settings;
  EXPECT_TRUE(row.apply(settings, text)) << row.name;
  return row.show(settings);
}

/// The first of the texts that the setting refuses, or the last.
std::string refused(const SettingRow& row, const std::vector<std::string>& texts) {
  Settings settings;
  for (const std::string& text : texts)
    if (!row.apply(settings, text)) return text;
  return texts.back();
}

/// The setting under its breaker's name, on the third line.
std::string nested(const SettingRow& row, const std::string& value) {
  return "circuit_breaker:\n  " + std::string(row.breaker) + ":\n    " + yaml_name(row.name) +
         ": \"" + value + "\"\n";
}

class EachSetting : public testing::TestWithParam<std::size_t> {
 protected:
  const SettingRow& row() const { return settings_table()[GetParam()]; }
};

TEST_P(EachSetting, ItsDefaultIsAcceptedAndGivesTheDefault) {
  Settings settings;
  const std::string text = row().show(settings);
  if (text.empty()) return;  // a file that is not given
  ASSERT_TRUE(row().apply(settings, text)) << row().apply(settings, text).error();
  EXPECT_EQ(row().show(settings), text);
}

TEST_P(EachSetting, FlagEnvironmentAndYamlGiveTheSame) {
  const auto [value, other] = values_for(row());
  ASSERT_FALSE(value.empty()) << "the test knows no value for " << row().name;
  const std::string want = normal(row(), value);
  const auto expect_wanted = [&](const LoadedSettings& loaded, const std::string& origin) {
    EXPECT_TRUE(needs_company(row()) || loaded.errors.empty()) << loaded.errors.front();
    EXPECT_EQ(shown(loaded, GetParam()), want) << origin;
    EXPECT_THAT(loaded.origins[GetParam()], HasSubstr(origin));
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

TEST_P(EachSetting, FlagCountsMoreThanEnvironmentAndThatMoreThanYaml) {
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

TEST_P(EachSetting, ABadValueIsNamedWithItsPlaceAndWhatIsAllowed) {
  const std::string bad = refused(row(), {"bad value", ""});
  Settings settings;
  if (row().apply(settings, bad)) return;  // any text is fine, such as a file's name
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

TEST_P(EachSetting, InBothOfABreakersPlacesIsRefused) {
  if (row().breaker.empty() || !row().has_flag) return;
  const std::string value = values_for(row()).first;
  const YamlFile yaml(nested(row(), value));
  const std::string flag = "--" + std::string(row().name);
  EXPECT_THAT(load({"--config", yaml.path(), flag + "=" + value}).errors,
              ElementsAre(HasSubstr("also given by flag " + flag)));
}

INSTANTIATE_TEST_SUITE_P(Table, EachSetting,
                         testing::Range<std::size_t>(0, settings_table().size()),
                         [](const auto& each) {
                           const SettingRow& row = settings_table()[each.param];
                           return row.has_flag
                                      ? yaml_name(row.name)
                                      : std::string(row.breaker) + "_" + yaml_name(row.name);
                         });

/// The contract's whole table, and what was added; flags as they are, what only YAML has with its
/// breaker's name.
TEST(SettingsTable, IsTheContracts) {
  std::map<std::string, std::string> table;
  for (const SettingRow& row : settings_table())
    table[(row.has_flag ? "" : std::string(row.breaker) + ".") + std::string(row.name)] =
        shown_default(row);
  const std::map<std::string, std::string> contract{
      {"host", "127.0.0.1"},
      {"port", "8080"},
      {"demo", "off"},
      {"upstream-url", "https://www.alphavantage.co"},
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
      {"store-path", "in the user's state directory"},
      {"quota-plan", "free"},
      {"quota-per-second", ""},
      {"quota-per-minute", ""},
      {"quota-per-day", ""},
      {"quota-reset", "00:00 America/New_York"},
      {"throttle-hold-second", "2s"},
      {"throttle-hold-minute", "60s"},
      {"misconfigured-hold", "5m"},
      {"blocked-hold", "60s"},
      {"failure-threshold", "5"},
      {"success-threshold", "3"},
      {"open-timeout", "30s"},
      {"open-timeout-multiplier", "1, with a daily quota 2"},
      {"open-timeout-max", "30m"},
      {"open-timeout-jitter", "0"},
      {"alpha_vantage.half-open-max-calls", "3"},
      {"alpha_vantage.slow-call-rate", "0.5"},
      {"alpha_vantage.slow-call-duration", "half of upstream_timeout"},
      {"alpha_vantage.failure-rate", "0"},
      {"alpha_vantage.window-calls", "as bulkhead, 4 to 20"},
      {"alpha_vantage.minimum-calls", "half of window_calls"},
      {"database.failure-threshold", "3"},
      {"database.success-threshold", "2"},
      {"database.open-timeout", "30s"},
      {"database.half-open-max-calls", "3"},
      {"admin-token-file", ""},
      {"api-key-file", ""},
      {"event-loops", "one for each core"},
      {"max-connections", "20000"},
      {"header-timeout", "5s"},
      {"idle-timeout", "60s"},
      {"drain-grace", "2s"},
      {"drain-timeout", "10s"},
      {"log-level", "info"},
      {"log-format", "text"},
      {"access-log", "off"}};
  EXPECT_THAT(table, testing::ContainerEq(contract));
  EXPECT_THAT(load({}).origins, testing::Each(StartsWith("default")));
}

}  // namespace
}  // namespace service
