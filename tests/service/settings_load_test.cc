#include "service/settings/settings_load.h"

#include <algorithm>
#include <cstdio>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "service/settings/settings_table.h"

namespace service {
namespace {

using namespace std::chrono_literals;  // NOLINT: a test's vocabulary
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

/// A YAML file that is gone when the test ends.
class YamlFile {
 public:
  explicit YamlFile(const std::string& content) : path_(name()) { std::ofstream(path_) << content; }
  ~YamlFile() { std::remove(path_.c_str()); }
  YamlFile(const YamlFile&) = delete;
  YamlFile& operator=(const YamlFile&) = delete;
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  /// Of this test alone: tests run in parallel, and the names of some contain slashes.
  static std::string name() {
    std::string test = testing::UnitTest::GetInstance()->current_test_info()->name();
    std::replace(test.begin(), test.end(), '/', '_');
    return testing::TempDir() + "settings_load_test_" + test + ".yaml";
  }
  std::string path_;
};

LoadedSettings load(const std::vector<std::string>& arguments,
                    const Environment& environment = {}) {
  return load_settings(arguments, environment);
}

LoadedSettings load_yaml(const std::string& content) {
  const YamlFile file(content);
  return load({"--config", file.path()});
}

/// Limits count only with the plan custom: that rule is another test's subject.
bool needs_company(const SettingRow& row) {
  return row.name.starts_with("quota-per-");
}

/// Two different valid texts of a setting, neither its default, found by trying.
std::pair<std::string, std::string> values_for(const SettingRow& row) {
  std::vector<std::string> found;
  for (const char* candidate : {"on",
                                "off",
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

std::string shown(const LoadedSettings& loaded, std::size_t row) {
  return settings_table()[row].show(loaded.settings);
}

std::string normal(const SettingRow& row, const std::string& text) {
  Settings settings;
  EXPECT_TRUE(row.apply(settings, text)) << row.name;
  return row.show(settings);
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
  if (!row().has_flag) return;
  const auto [value, other] = values_for(row());
  ASSERT_FALSE(value.empty()) << "the test knows no value for " << row().name;
  const std::string flag = "--" + std::string(row().name);
  const std::string want = normal(row(), value);

  const LoadedSettings by_flag = load({flag + "=" + value});
  EXPECT_TRUE(needs_company(row()) || by_flag.errors.empty());
  EXPECT_EQ(shown(by_flag, GetParam()), want);
  EXPECT_EQ(by_flag.origins[GetParam()], "flag " + flag);

  const std::string variable = environment_name(row().name);
  const LoadedSettings by_environment = load({}, {{variable, value}});
  EXPECT_TRUE(needs_company(row()) || by_environment.errors.empty());
  EXPECT_EQ(shown(by_environment, GetParam()), want);
  EXPECT_EQ(by_environment.origins[GetParam()], "environment " + variable);

  const LoadedSettings by_yaml = load_yaml(yaml_name(row().name) + ": \"" + value + "\"\n");
  EXPECT_TRUE(needs_company(row()) || by_yaml.errors.empty());
  EXPECT_EQ(shown(by_yaml, GetParam()), want);
  EXPECT_THAT(by_yaml.origins[GetParam()], HasSubstr(".yaml:1"));
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
  const std::string bad = "\x01 bad";
  Settings settings;
  if (row().apply(settings, bad)) return;  // any text is fine, such as a file's name
  const std::string complaint = row().apply(settings, bad).error();
  EXPECT_THAT(complaint, testing::AnyOf(HasSubstr("allowed"), HasSubstr("is none of")));
  if (!row().has_flag) return;
  EXPECT_THAT(load({"--" + std::string(row().name) + "=" + bad}).errors,
              ElementsAre("flag --" + std::string(row().name) + ": " + complaint));
  EXPECT_THAT(load({}, {{environment_name(row().name), bad}}).errors,
              ElementsAre("environment " + environment_name(row().name) + ": " + complaint));
  EXPECT_THAT(load_yaml("# one\n" + yaml_name(row().name) + ": \"\\x01 bad\"\n").errors,
              ElementsAre(AllOf(HasSubstr(".yaml:2: " + yaml_name(row().name) + ": "),
                                HasSubstr(complaint))));
}

INSTANTIATE_TEST_SUITE_P(Table, EachSetting,
                         testing::Range<std::size_t>(0, settings_table().size()),
                         [](const auto& each) {
                           return yaml_name(settings_table()[each.param].name);
                         });

TEST(SettingsTable, HasTheDefaultsOfTheContract) {
  const LoadedSettings loaded = load({});
  const Settings& settings = loaded.settings;
  EXPECT_EQ(settings.host, "127.0.0.1");
  EXPECT_EQ(settings.port, 8080);
  EXPECT_EQ(settings.upstream_url, "https://www.alphavantage.co");
  EXPECT_EQ(settings.client.upstream_timeout, 5s);
  EXPECT_EQ(settings.connect_timeout, 2s);
  EXPECT_EQ(settings.client.max_wait, 10s);
  EXPECT_EQ(settings.client.fresh_ttl, 60s);
  EXPECT_EQ(settings.client.history_ttl, 1h);
  EXPECT_EQ(settings.client.search_ttl, 24h);
  EXPECT_EQ(settings.client.negative_ttl, 5min);
  EXPECT_EQ(settings.client.stale_while_revalidate, 5min);
  EXPECT_EQ(settings.client.stale_wait, 250ms);
  EXPECT_EQ(settings.client.stale_if_error, 7 * 24h);
  EXPECT_EQ(settings.client.cache_bytes, 64u << 20);
  EXPECT_EQ(settings.client.max_waiters, 20000u);
  EXPECT_EQ(settings.client.bulkhead, 16u);
  EXPECT_EQ(settings.client.throttle_hold_second, 2s);
  EXPECT_EQ(settings.client.throttle_hold_minute, 60s);
  EXPECT_EQ(settings.client.misconfigured_hold, 5min);
  EXPECT_EQ(settings.client.blocked_hold, 60s);
  EXPECT_EQ(settings.alpha_vantage.failure_threshold, 5u);
  EXPECT_EQ(settings.alpha_vantage.success_threshold, 3u);
  EXPECT_EQ(settings.alpha_vantage.open_timeout, 30s);
  EXPECT_EQ(settings.alpha_vantage.half_open_max_calls, 3u);
  EXPECT_EQ(settings.max_connections, 20000u);
  EXPECT_EQ(settings.header_timeout, 5s);
  EXPECT_EQ(settings.idle_timeout, 60s);
  EXPECT_EQ(settings.drain_grace, 2s);
  EXPECT_EQ(settings.drain_timeout, 10s);
  EXPECT_EQ(settings.access_log, false);
  EXPECT_THAT(loaded.origins, testing::Each(StartsWith("default")));
}

TEST(DependentDefaults, ADailyQuotaMakesTheOpenTimeGrow) {
  EXPECT_EQ(load({}).settings.client.quota_plan, "free");
  EXPECT_EQ(load({}).settings.alpha_vantage.open_timeout_multiplier, 2);
  EXPECT_EQ(load({"--quota-plan=premium-75"}).settings.alpha_vantage.open_timeout_multiplier, 1);
  EXPECT_EQ(load({"--quota-plan=custom", "--quota-per-day=500"})
                .settings.alpha_vantage.open_timeout_multiplier,
            2);
  EXPECT_EQ(load({"--open-timeout-multiplier=1"}).settings.alpha_vantage.open_timeout_multiplier, 1)
      << "what is set stays";
}

TEST(DependentDefaults, TheDemoHasNoQuotaUnlessAskedFor) {
  EXPECT_EQ(load({"--demo"}).settings.client.quota_plan, "unlimited");
  EXPECT_EQ(load({"--demo"}).settings.alpha_vantage.open_timeout_multiplier, 1);
  EXPECT_EQ(load({"--demo", "--quota-plan=free"}).settings.client.quota_plan, "free");
}

TEST(Together, QuotaLimitsNeedTheCustomPlanAndTheCustomPlanALimit) {
  EXPECT_THAT(load({"--quota-per-day=5"}).errors, ElementsAre(HasSubstr("needs the plan custom")));
  EXPECT_THAT(load({"--quota-plan=custom"}).errors, ElementsAre(HasSubstr("at least one limit")));
  EXPECT_THAT(load({"--quota-plan=custom", "--quota-per-day=5"}).errors, IsEmpty());
}

TEST(Flags, TakeTheirValueBehindASpaceOrAnEqualsSign) {
  EXPECT_EQ(load({"--port", "81"}).settings.port, 81);
  EXPECT_EQ(load({"--port=82"}).settings.port, 82);
  EXPECT_EQ(load({"--port", "81", "--port", "82"}).settings.port, 82) << "the last one counts";
  EXPECT_TRUE(load({"--demo"}).settings.demo);
  EXPECT_FALSE(load({"--demo=off"}).settings.demo);
  EXPECT_THAT(load({"--port"}).errors, ElementsAre("--port: needs a value"));
}

TEST(Flags, UnknownOnesAreRefusedWithTheNearestName) {
  EXPECT_THAT(load({"--fresh-tll=1s"}).errors,
              ElementsAre("--fresh-tll: unknown flag; did you mean --fresh-ttl?"));
  EXPECT_THAT(load({"--xyzzy"}).errors, ElementsAre("--xyzzy: unknown flag"));
  EXPECT_THAT(load({"serve"}).errors, ElementsAre(StartsWith("serve: unknown flag")));
  EXPECT_THAT(load({"--half-open-max-calls=3"}).errors, ElementsAre(HasSubstr("unknown flag")));
}

TEST(Flags, TheKeyIsNoFlag) {
  for (const char* flag : {"--api-key=SECRET", "--apikey=SECRET"}) {
    const LoadedSettings loaded = load({flag});
    ASSERT_EQ(loaded.errors.size(), 1u);
    EXPECT_THAT(loaded.errors[0], Not(HasSubstr("SECRET")));
  }
}

TEST(Flags, AskForOtherThingsThanRunning) {
  EXPECT_EQ(load({}).command, Command::run);
  EXPECT_EQ(load({"--check-config"}).command, Command::check_config);
  EXPECT_EQ(load({"--print-config"}).command, Command::print_config);
  EXPECT_EQ(load({"--version"}).command, Command::version);
  EXPECT_EQ(load({"--help"}).command, Command::help);
  EXPECT_EQ(load({"-h"}).command, Command::help);
}

TEST(EnvironmentVariables, UnknownOnesAreRefusedWithTheNearestName) {
  EXPECT_THAT(load({}, {{"STOCK_SERVICE_FRESH_TLL", "1s"}, {"PATH", "/bin"}}).errors,
              ElementsAre("environment STOCK_SERVICE_FRESH_TLL: unknown setting; did you mean "
                          "STOCK_SERVICE_FRESH_TTL?"));
}

TEST(EnvironmentVariables, WhatKubernetesSetsForAServiceOfThisNameIsNotMeantForUs) {
  const LoadedSettings loaded = load({}, {{"STOCK_SERVICE_PORT", "tcp://10.0.0.1:80"},
                                          {"STOCK_SERVICE_SERVICE_HOST", "10.0.0.1"},
                                          {"STOCK_SERVICE_SERVICE_PORT", "80"},
                                          {"STOCK_SERVICE_PORT_80_TCP_ADDR", "10.0.0.1"}});
  EXPECT_THAT(loaded.errors, IsEmpty());
  EXPECT_EQ(loaded.settings.port, 8080);
}

TEST(EnvironmentVariables, MayNameTheFile) {
  const YamlFile file("port: 99\n");
  EXPECT_EQ(load({}, {{"STOCK_SERVICE_CONFIG", file.path()}}).settings.port, 99);
}

TEST(Yaml, SetsTheBreakersByName) {
  const LoadedSettings loaded = load_yaml(
      "fresh_ttl: 30s\n"
      "circuit_breaker:\n"
      "  alpha_vantage: { failure_threshold: 7, half_open_max_calls: 2 }\n");
  EXPECT_THAT(loaded.errors, IsEmpty());
  EXPECT_EQ(loaded.settings.client.fresh_ttl, 30s);
  EXPECT_EQ(loaded.settings.alpha_vantage.failure_threshold, 7u);
  EXPECT_EQ(loaded.settings.alpha_vantage.half_open_max_calls, 2u);
}

TEST(Yaml, ABreakersSettingInBothPlacesIsRefused) {
  const YamlFile file("circuit_breaker:\n  alpha_vantage:\n    open_timeout: 5s\n");
  EXPECT_THAT(load({"--config", file.path(), "--open-timeout=6s"}).errors,
              ElementsAre(AllOf(HasSubstr(".yaml:3: circuit_breaker.alpha_vantage.open_timeout"),
                                HasSubstr("also given by flag --open-timeout"))));
  EXPECT_THAT(
      load_yaml("open_timeout: 1s\ncircuit_breaker: {alpha_vantage: {open_timeout: 5s}}\n").errors,
      ElementsAre(HasSubstr("also given by")));
}

TEST(Yaml, WhatIsWrongIsNamedWithFileLineAndKey) {
  const auto error_of = [](const std::string& content) {
    const LoadedSettings loaded = load_yaml(content);
    return loaded.errors.empty() ? std::string("no error") : loaded.errors.front();
  };
  EXPECT_THAT(error_of("port: 1\n\nfresh_tll: 1s\n"),
              HasSubstr(".yaml:3: fresh_tll: unknown setting; did you mean fresh_ttl?"));
  EXPECT_THAT(error_of("port: 1\nport: 2\n"), HasSubstr(".yaml:2: port: stands here twice"));
  EXPECT_THAT(error_of("port:\n"), HasSubstr("port: needs one value"));
  EXPECT_THAT(error_of("port: [1, 2]\n"), HasSubstr(".yaml:1: port: needs one value"));
  EXPECT_THAT(error_of("port: 1\nhost: [a\n"), HasSubstr("not valid YAML"));
  EXPECT_THAT(error_of("- port\n"), HasSubstr("must be a mapping"));
  EXPECT_THAT(error_of("circuit_breaker: 5\n"), HasSubstr(".yaml:1: circuit_breaker: must be"));
  EXPECT_THAT(error_of("circuit_breaker:\n  alpha_vantge: {}\n"),
              HasSubstr(".yaml:2: circuit_breaker.alpha_vantge: unknown circuit breaker; did you "
                        "mean alpha_vantage?"));
  EXPECT_THAT(error_of("circuit_breaker:\n  alpha_vantage:\n    open_timout: 1s\n"),
              HasSubstr(".yaml:3: circuit_breaker.alpha_vantage.open_timout: unknown setting; did "
                        "you mean open_timeout?"));
  EXPECT_THAT(error_of("api_key: SECRET\n"), Not(HasSubstr("SECRET")));
}

TEST(Yaml, AnEmptyFileSetsNothing) {
  for (const char* content : {"", "# nothing\n", "---\n"})
    EXPECT_THAT(load_yaml(content).errors, IsEmpty()) << content;
}

TEST(Yaml, AFileThatCannotBeReadIsNamed) {
  EXPECT_THAT(load({"--config", "/no/such/file.yaml"}).errors,
              ElementsAre("/no/such/file.yaml: cannot be read"));
  EXPECT_THAT(load({"--config", "/tmp"}).errors, ElementsAre("/tmp: cannot be read"));
}

TEST(Together, EveryErrorIsCollected) {
  EXPECT_EQ(load({"--port=x", "--nope", "--fresh-ttl=x"}).errors.size(), 3u);
}

TEST(Together, TheDemoBringsItsOwnUpstream) {
  EXPECT_THAT(load({"--demo", "--upstream-url=http://localhost:1"}).errors,
              ElementsAre(HasSubstr("exclude each other")));
}

TEST(PrintedSettings, AreAYamlFileThatGivesTheSame) {
  const LoadedSettings first =
      load({"--port=99", "--open-timeout=9s", "--host=::1", "--admin-token-file=a: #b"});
  const std::string printed = print_settings(first);
  EXPECT_THAT(printed, HasSubstr("# flag --port\n"));
  EXPECT_THAT(printed, HasSubstr("# default\n"));
  const LoadedSettings second = load_yaml(printed);
  EXPECT_THAT(second.errors, IsEmpty());
  for (std::size_t i = 0; i < settings_table().size(); ++i)
    EXPECT_EQ(shown(second, i), shown(first, i)) << settings_table()[i].name;
}

TEST(Help, NamesEveryFlagWithItsDefault) {
  const std::string help = settings_help();
  for (const SettingRow& row : settings_table()) {
    if (!row.has_flag) continue;
    EXPECT_THAT(help, HasSubstr("\n  --" + std::string(row.name)));
  }
  EXPECT_THAT(help, HasSubstr("[60s]"));
}

}  // namespace
}  // namespace service
