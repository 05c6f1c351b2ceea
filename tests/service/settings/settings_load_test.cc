#include "service/settings/settings_load.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "service/settings/settings_text.h"
#include "tests/service/settings/settings_fixture.h"

namespace service {
namespace {

using namespace std::chrono_literals;  // NOLINT: a test's vocabulary
using testing::AllOf;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

TEST(DependentDefaults, TheOpenTimeoutGrowsWithADailyQuota) {
  EXPECT_EQ(load({}).settings.client.quota_plan, "free");
  EXPECT_EQ(load({}).settings.alpha_vantage.open_timeout_multiplier, 2);
  EXPECT_EQ(load({"--quota-plan=premium-75"}).settings.alpha_vantage.open_timeout_multiplier, 1);
  EXPECT_EQ(load({"--quota-plan=custom", "--quota-per-day=500"})
                .settings.alpha_vantage.open_timeout_multiplier,
            2);
  EXPECT_EQ(load({"--open-timeout-multiplier=1"}).settings.alpha_vantage.open_timeout_multiplier, 1)
      << "a given value stays";
}

TEST(DependentDefaults, TheDemoHasNoQuotaUnlessOneIsGiven) {
  EXPECT_EQ(load({"--demo"}).settings.client.quota_plan, "unlimited");
  EXPECT_EQ(load({"--demo"}).settings.alpha_vantage.open_timeout_multiplier, 1);
  EXPECT_EQ(load({"--demo", "--quota-plan=free"}).settings.client.quota_plan, "free");
}

TEST(Conflicts, QuotaLimitsRequireTheCustomPlanAndTheCustomPlanALimit) {
  EXPECT_THAT(load({"--quota-per-day=5"}).errors, ElementsAre(HasSubstr("needs the plan custom")));
  EXPECT_THAT(load({"--quota-plan=custom"}).errors, ElementsAre(HasSubstr("at least one limit")));
  EXPECT_THAT(load({"--quota-plan=custom", "--quota-per-day=5"}).errors, IsEmpty());
}

/// The single error caused by a YAML text.
std::string yaml_error(const std::string& content) {
  const LoadedSettings loaded = load_yaml(content);
  if (loaded.errors.size() != 1) return std::to_string(loaded.errors.size()) + " errors";
  return loaded.errors.front();
}

TEST(Conflicts, AnErrorNamesThePlaceTheKeyAndTheAllowedValues) {
  EXPECT_THAT(
      yaml_error("circuit_breaker:\n  alpha_vantage:\n    open_timeout: 1h\n"),
      EndsWith(".yaml:3: circuit_breaker.alpha_vantage.open_timeout: 1h is more than "
               "open_timeout_max of alpha_vantage, 30m (default); allowed is at most that"));
  EXPECT_THAT(yaml_error("port: 1\nopen_timeout_max: 1s\n"),
              EndsWith(".yaml:2: open_timeout_max: 1s is less than open_timeout of alpha_vantage, "
                       "30s (default); allowed is at least that"));
  EXPECT_THAT(load({"--open-timeout=1h"}, {{"STOCK_SERVICE_OPEN_TIMEOUT_MAX", "2m"}}).errors,
              ElementsAre("flag --open-timeout: 1h is more than open_timeout_max of alpha_vantage, "
                          "2m (environment STOCK_SERVICE_OPEN_TIMEOUT_MAX); allowed is at most "
                          "that"));
  EXPECT_THAT(yaml_error("circuit_breaker: {alpha_vantage: {minimum_calls: 9, window_calls: 4}}"),
              AllOf(HasSubstr(".yaml:1: circuit_breaker.alpha_vantage.minimum_calls: 9 is more "
                              "than window_calls of alpha_vantage, 4 ("),
                    EndsWith(".yaml:1); allowed is at most that")));
  EXPECT_THAT(yaml_error("circuit_breaker:\n  database:\n    open_timeout: 1h\n"),
              HasSubstr(".yaml:3: circuit_breaker.database.open_timeout: \"1h\" is out of range; "
                        "allowed is 1ms to 30m"));
}

TEST(Conflicts, AnErrorOfTheQuotaOrTheDemoNamesItsPlaces) {
  EXPECT_THAT(yaml_error("port: 1\nquota_per_day: 5\n"),
              EndsWith(".yaml:2: quota_per_day: needs the plan custom, but quota_plan is free "
                       "(default)"));
  EXPECT_THAT(load({"--quota-plan=custom"}).errors,
              ElementsAre("flag --quota-plan: custom needs at least one limit: quota_per_second, "
                          "quota_per_minute or quota_per_day"));
  EXPECT_THAT(yaml_error("demo: on\nupstream_url: http://localhost:1\n"),
              AllOf(HasSubstr(".yaml:2: upstream_url: excluded by demo ("),
                    EndsWith(".yaml:1), which has its own upstream; give one of them")));
}

TEST(Conflicts, CombinationsThatAreUnlikelyToBeMeantAreWarnings) {
  EXPECT_THAT(load({}).warnings, IsEmpty());
  EXPECT_THAT(load({"--upstream-timeout=20s"}).warnings,
              ElementsAre("flag --upstream-timeout: 20s is more than max_wait, 10s (default)"));
  EXPECT_THAT(load({"--connect-timeout=6s"}).warnings,
              ElementsAre(HasSubstr("6s is more than upstream_timeout, 5s (default)")));
  EXPECT_THAT(load({"--stale-wait=11s"}).warnings, ElementsAre(HasSubstr("more than max_wait")));
  EXPECT_THAT(load({"--stale-if-error=5s"}).warnings,
              ElementsAre("flag --stale-if-error: 5s is less than fresh_ttl, 60s (default)"));
  EXPECT_THAT(load({"--stale-if-error=5s", "--fresh-ttl=5s"}).warnings, IsEmpty());
}

TEST(Flags, AreSeparatedFromTheirValueByASpaceOrAnEqualsSign) {
  EXPECT_EQ(load({"--port", "81"}).settings.connections.port, 81);
  EXPECT_EQ(load({"--port=82"}).settings.connections.port, 82);
  EXPECT_EQ(load({"--port", "81", "--port", "82"}).settings.connections.port, 82)
      << "the last one counts";
  EXPECT_TRUE(load({"--demo"}).settings.demo);
  EXPECT_FALSE(load({"--demo=off"}).settings.demo);
  EXPECT_THAT(load({"--port"}).errors, ElementsAre("--port: needs a value"));
}

TEST(Flags, UnknownOnesAreRejectedWithTheMostSimilarName) {
  EXPECT_THAT(load({"--fresh-tll=1s"}).errors,
              ElementsAre("--fresh-tll: unknown flag; did you mean --fresh-ttl?"));
  EXPECT_THAT(load({"--xyzzy"}).errors, ElementsAre("--xyzzy: unknown flag"));
  EXPECT_THAT(load({"serve"}).errors,
              ElementsAre(StartsWith("argument 1: is neither a flag nor the value of one")));
  EXPECT_THAT(load({"--half-open-max-calls=3"}).errors, ElementsAre(HasSubstr("unknown flag")));
}

TEST(Flags, AKeyGivenByMistakeIsRejectedWithoutShowingIt) {
  const std::vector<std::vector<std::string>> attempts{
      {"--api-key=SECRET"},
      {"--api-key", "SECRET"},
      {"SECRET"},
      {"--upstream-url=https://www.alphavantage.co/query?apikey=SECRET"}};
  for (const auto& arguments : attempts) {
    const LoadedSettings loaded = load(arguments);
    EXPECT_FALSE(loaded.errors.empty()) << arguments.front();
    EXPECT_THAT(loaded.errors, testing::Each(Not(HasSubstr("SECRET")))) << arguments.front();
  }
}

TEST(Flags, SelectTheCommand) {
  EXPECT_EQ(load({}).command, Command::run);
  EXPECT_EQ(load({"--check-config"}).command, Command::check_config);
  EXPECT_EQ(load({"--print-config"}).command, Command::print_config);
  EXPECT_EQ(load({"--version"}).command, Command::version);
  EXPECT_EQ(load({"--help"}).command, Command::help);
  EXPECT_EQ(load({"-h"}).command, Command::help);
}

TEST(EnvironmentVariables, UnknownOnesAreRejectedWithTheMostSimilarName) {
  EXPECT_THAT(load({}, {{"STOCK_SERVICE_FRESH_TLL", "1s"}, {"PATH", "/bin"}}).errors,
              ElementsAre("environment STOCK_SERVICE_FRESH_TLL: unknown setting; did you mean "
                          "STOCK_SERVICE_FRESH_TTL?"));
}

TEST(EnvironmentVariables, ThoseThatKubernetesSetsForAServiceOfThisNameAreIgnored) {
  const LoadedSettings loaded = load({}, {{"STOCK_SERVICE_PORT", "tcp://10.0.0.1:80"},
                                          {"STOCK_SERVICE_SERVICE_HOST", "10.0.0.1"},
                                          {"STOCK_SERVICE_SERVICE_PORT", "80"},
                                          {"STOCK_SERVICE_PORT_80_TCP_ADDR", "10.0.0.1"}});
  EXPECT_THAT(loaded.errors, IsEmpty());
  EXPECT_EQ(loaded.settings.connections.port, 8080);
}

TEST(EnvironmentVariables, CanNameTheYamlFile) {
  const YamlFile file("port: 99\n");
  EXPECT_EQ(load({}, {{"STOCK_SERVICE_CONFIG", file.path()}}).settings.connections.port, 99);
}

TEST(Yaml, SetsBreakersByName) {
  const LoadedSettings loaded = load_yaml(
      "fresh_ttl: 30s\n"
      "circuit_breaker:\n"
      "  alpha_vantage: { failure_threshold: 7, half_open_max_calls: 2 }\n"
      "  database: { failure_threshold: 9, success_threshold: 4, open_timeout: 7s }\n");
  EXPECT_THAT(loaded.errors, IsEmpty());
  EXPECT_EQ(loaded.settings.client.fresh_ttl, 30s);
  EXPECT_EQ(loaded.settings.alpha_vantage.failure_threshold, 7u);
  EXPECT_EQ(loaded.settings.alpha_vantage.half_open_max_calls, 2u);
  EXPECT_EQ(loaded.settings.database.breaker.failure_threshold, 9u);
  EXPECT_EQ(loaded.settings.database.breaker.success_threshold, 4u);
  EXPECT_EQ(loaded.settings.database.breaker.open_timeout, 7s);
}

TEST(Yaml, ABreakerSettingInBothPlacesIsRejected) {
  const YamlFile file("circuit_breaker:\n  alpha_vantage:\n    open_timeout: 5s\n");
  EXPECT_THAT(load({"--config", file.path(), "--open-timeout=6s"}).errors,
              ElementsAre(AllOf(HasSubstr(".yaml:3: circuit_breaker.alpha_vantage.open_timeout"),
                                HasSubstr("also given by flag --open-timeout"))));
  EXPECT_THAT(
      load_yaml("open_timeout: 1s\ncircuit_breaker: {alpha_vantage: {open_timeout: 5s}}\n").errors,
      ElementsAre(HasSubstr("also given by")));
}

TEST(Yaml, AnErrorNamesFileLineAndKey) {
  const auto error_of = [](const std::string& content) {
    const LoadedSettings loaded = load_yaml(content);
    return loaded.errors.empty() ? std::string("no error") : loaded.errors.front();
  };
  EXPECT_THAT(error_of("port: 1\n\nfresh_tll: 1s\n"),
              HasSubstr(".yaml:3: fresh_tll: unknown setting; did you mean fresh_ttl?"));
  EXPECT_THAT(error_of("port: 1\nport: 2\n"), HasSubstr(".yaml:2: port: is given twice"));
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
  EXPECT_THAT(error_of("circuit_breaker:\n  databse: {}\n"), HasSubstr("did you mean database?"));
  EXPECT_THAT(error_of("port: 1\n---\nport: 2\n"), HasSubstr("several YAML documents"));
  EXPECT_THAT(error_of("api_key: SECRET\n"), Not(HasSubstr("SECRET")));
}

TEST(Yaml, AnEmptyFileSetsNothing) {
  for (const char* content : {"", "# nothing\n", "---\n"})
    EXPECT_THAT(load_yaml(content).errors, IsEmpty()) << content;
}

TEST(Yaml, AnErrorNamesAFileThatCannotBeRead) {
  EXPECT_THAT(load({"--config", "/no/such/file.yaml"}).errors,
              ElementsAre("/no/such/file.yaml: cannot be read"));
  EXPECT_THAT(load({"--config", "/tmp"}).errors, ElementsAre("/tmp: cannot be read"));
}

TEST(Loading, EveryErrorIsCollected) {
  EXPECT_EQ(load({"--port=x", "--nope", "--fresh-ttl=x"}).errors.size(), 3u);
}

TEST(Conflicts, TheDemoExcludesAnUpstreamUrl) {
  EXPECT_THAT(load({"--demo", "--upstream-url=http://localhost:1"}).errors,
              ElementsAre(HasSubstr("which has its own upstream")));
}

TEST(PrintedSettings, AreAYamlFileThatLoadsToTheSameSettings) {
  const LoadedSettings first =
      load({"--port=99", "--open-timeout=9s", "--host=::1", "--admin-token-file=a: #b"});
  const std::string printed = print_settings(first);
  EXPECT_THAT(printed, HasSubstr("# flag --port\n"));
  EXPECT_THAT(printed, HasSubstr("# default\n"));
  const LoadedSettings second = load_yaml(printed);
  EXPECT_THAT(second.errors, IsEmpty());
  EXPECT_THAT(second.warnings, IsEmpty());
  for (std::size_t i = 0; i < settings_table().size(); ++i)
    EXPECT_EQ(shown(second, i), shown(first, i)) << settings_table()[i].name;
}

/// The YAML block that is shared by many services.
constexpr const char* kCommonBlock = R"(circuit_breaker:
  database: { failure_threshold: 3, success_threshold: 2, request_timeout: 10s, open_timeout: 30s, enable_health_check: true }
  cache:    { failure_threshold: 10, success_threshold: 5, request_timeout: 5s, open_timeout: 15s, fail_fast: false }
  s3:       { failure_threshold: 5, success_threshold: 3, request_timeout: 30s, open_timeout: 60s }
)";

TEST(Dependencies, TheYamlBlockSharedByManyServicesLoadsAndEqualsTheDefaults) {
  const LoadedSettings loaded = load_yaml(kCommonBlock);
  EXPECT_THAT(loaded.errors, IsEmpty());
  const LoadedSettings defaults = load({});
  for (std::size_t i = 0; i < settings_table().size(); ++i)
    EXPECT_EQ(shown(loaded, i), shown(defaults, i)) << documented_name(settings_table()[i]);
  EXPECT_EQ(loaded.settings.cache.breaker.call_timeout, 5s);
}

TEST(Dependencies, UnconfiguredOnesWithSettingsCauseOneWarningThatNamesThem) {
  const LoadedSettings loaded = load_yaml(kCommonBlock);
  EXPECT_THAT(
      loaded.warnings,
      ElementsAre(EndsWith(".yaml:2: circuit_breaker.database: no database is configured, so its "
                           "settings have no effect"),
                  EndsWith(".yaml:3: circuit_breaker.cache: no cache is configured, so its "
                           "settings have no effect"),
                  EndsWith(".yaml:4: circuit_breaker.s3: no s3 is configured, so its settings "
                           "have no effect")));
  EXPECT_THAT(load_yaml("circuit_breaker: {alpha_vantage: {open_timeout: 7s}}").warnings,
              IsEmpty());
}

TEST(Dependencies, SettingsOfUnconfiguredOnesArePrintedOnlyIfGiven) {
  EXPECT_THAT(print_settings(load({})), Not(HasSubstr("database:")));
  EXPECT_THAT(print_settings(load_yaml("circuit_breaker: {database: {open_timeout: 7s}}")),
              AllOf(HasSubstr("  database:\n"), HasSubstr("    open_timeout: 7s"),
                    Not(HasSubstr("cache:\n"))));
}

TEST(FunctionBreakers, TakeTheSettingsOfAlphaVantageUnlessTheyAreNamed) {
  const LoadedSettings loaded = load_yaml(
      "circuit_breaker:\n"
      "  alpha_vantage: {failure_threshold: 7, open_timeout: 9s}\n"
      "  alpha_vantage.history: {open_timeout: 20s}\n");
  ASSERT_THAT(loaded.errors, IsEmpty());
  const auto& [quote, history, search, markets] = loaded.settings.functions;
  EXPECT_EQ(quote, loaded.settings.alpha_vantage);
  EXPECT_EQ(markets, loaded.settings.alpha_vantage);
  EXPECT_EQ(history.open_timeout, 20s);
  EXPECT_EQ(history.failure_threshold, 7u);
}

TEST(FunctionBreakers, AConflictIsReportedOnceAndForTheBreakerItWasGivenFor) {
  EXPECT_THAT(
      load_yaml("circuit_breaker: {alpha_vantage: {minimum_calls: 9, window_calls: 4}}").errors,
      testing::SizeIs(1));
  EXPECT_THAT(
      load_yaml("circuit_breaker:\n  alpha_vantage.search:\n    open_timeout: 1h\n").errors,
      ElementsAre(EndsWith(
          ".yaml:3: circuit_breaker.alpha_vantage.search.open_timeout: 1h is more than "
          "open_timeout_max of alpha_vantage.search, 30m (default from alpha_vantage); allowed is "
          "at most that")));
}

TEST(FunctionBreakers, ArePrintedOnlyIfNamed) {
  EXPECT_THAT(print_settings(load({})), Not(HasSubstr("alpha_vantage.")));
  const LoadedSettings named =
      load_yaml("circuit_breaker: {alpha_vantage.history: {open_timeout: 20s}}");
  const std::string printed = print_settings(named);
  EXPECT_THAT(printed,
              AllOf(HasSubstr("  alpha_vantage.history:\n"), HasSubstr("    open_timeout: 20s"),
                    Not(HasSubstr("alpha_vantage.quote"))));
  EXPECT_EQ(load_yaml(printed).settings.functions, named.settings.functions);
}

TEST(Upstream, TheFileOfAuthoritiesAndTheEntitlementReachTheirComponents) {
  const LoadedSettings loaded = load({"--ca-file=/dev/null", "--entitlement=delayed"});
  EXPECT_EQ(loaded.settings.transport.ca_file, "/dev/null");
  EXPECT_EQ(loaded.settings.entitlement, "delayed");
  EXPECT_EQ(load({}).settings.transport.ca_file, std::nullopt);
  EXPECT_EQ(load({}).settings.entitlement, std::nullopt);
  EXPECT_EQ(load({"--entitlement=none"}).settings.entitlement, std::nullopt);
}

TEST(Upstream, QuoteUpdatesFollowTheEntitlementAndThePlanUnlessTheyAreSet) {
  using stockclient::QuoteUpdates;
  const auto updates = [](const std::vector<std::string>& arguments) {
    return quote_updates_in_force(load(arguments).settings);
  };
  EXPECT_EQ(updates({}), QuoteUpdates::end_of_day);
  EXPECT_EQ(updates({"--quota-plan=premium-75"}), QuoteUpdates::end_of_day);
  EXPECT_EQ(updates({"--entitlement=delayed", "--quota-plan=unlimited"}), QuoteUpdates::delayed);
  EXPECT_EQ(updates({"--entitlement=realtime"}), QuoteUpdates::realtime);
  EXPECT_EQ(updates({"--quota-plan=unlimited"}), QuoteUpdates::realtime);
  EXPECT_EQ(updates({"--quota-plan=custom", "--quota-per-day=9"}), QuoteUpdates::realtime);
  EXPECT_EQ(updates({"--quota-plan=unlimited", "--quote-updates=end-of-day"}),
            QuoteUpdates::end_of_day);
}

TEST(Summary, IsOffOrAnInterval) {
  EXPECT_EQ(load({}).settings.summary_interval, std::nullopt);
  EXPECT_EQ(load({"--summary-interval=60s"}).settings.summary_interval, 60s);
  EXPECT_EQ(load({"--summary-interval=off"}).settings.summary_interval, std::nullopt);
  EXPECT_THAT(load({"--summary-interval=1ms"}).errors, ElementsAre(EndsWith(", or off")));
}

TEST(Help, DescribesEverySettingWithItsDefault) {
  const std::string help = settings_help();
  for (const SettingRow& row : settings_table()) {
    if (!row.follows.empty()) {
      EXPECT_THAT(help, HasSubstr(" " + std::string(row.breaker)));
      continue;
    }
    const std::string value = shown_default(row);
    const std::string end = std::string(row.help) + (value.empty() ? "" : " [" + value + "]");
    const std::size_t line = help.find("\n  " + documented_name(row) + " ");
    ASSERT_NE(line, std::string::npos) << row.name;
    EXPECT_THAT(help.substr(line + 1, help.find('\n', line + 1) - line - 1), EndsWith(end));
  }
  EXPECT_THAT(help, HasSubstr("STOCK_SERVICE_CONFIG"));
}

}  // namespace
}  // namespace service
