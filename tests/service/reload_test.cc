#include "service/reload.h"

#include <algorithm>
#include <stdexcept>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "service/settings/settings_table.h"
#include "tests/service/log_lines.h"
#include "tests/service/settings/settings_fixture.h"

namespace service {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

TEST(Reload, ChangesLiveSettingsAndKeepsTheOthers) {
  const ServiceSettings in_force = load({}).settings;
  LoadedSettings read = load({});
  read.settings.client.fresh_ttl = 5s;
  read.settings.alpha_vantage.failure_threshold = 9;
  read.settings.connections.port = 1;
  read.settings.client.bulkhead = 3;
  const SettingChanges changes = compare_settings(in_force, read);
  EXPECT_EQ(changes.settings.client.fresh_ttl, 5s);
  EXPECT_EQ(changes.settings.alpha_vantage.failure_threshold, 9u);
  EXPECT_EQ(changes.settings.connections.port, in_force.connections.port);
  EXPECT_EQ(changes.settings.client.bulkhead, in_force.client.bulkhead);
  EXPECT_EQ(changes.live.size(), 2u);
  EXPECT_EQ(changes.needs_restart.size(), 2u);
}

std::string breaker(const std::string& setting) {
  return "circuit_breaker:\n  alpha_vantage:\n    " + setting + "\n";
}

LoadedSettings read_well(const std::string& yaml) {
  LoadedSettings loaded = load_yaml(yaml);
  EXPECT_THAT(loaded.errors, IsEmpty());
  return loaded;
}

std::vector<std::string> names(const std::vector<SettingChange>& changes) {
  std::vector<std::string> found;
  for (const SettingChange& change : changes) found.push_back(change.name);
  return found;
}

TEST(Reload, DependentDefaultsIgnoreSettingsThatNeedARestart) {
  for (const auto& [yaml, kept] : std::vector<std::pair<std::string, std::string>>{
           {"bulkhead: 3\n", "bulkhead"}, {"quota_plan: unlimited\n", "quota-plan"}}) {
    const LoadedSettings before = load({});
    const SettingChanges changes = compare_settings(before.settings, read_well(yaml));
    EXPECT_THAT(names(changes.needs_restart), ElementsAre(kept));
    EXPECT_THAT(names(changes.live), IsEmpty());
    const auto& was = before.settings.alpha_vantage;
    const auto& is = changes.settings.alpha_vantage;
    EXPECT_EQ(is.window.calls, was.window.calls);
    EXPECT_EQ(is.window.minimum_calls, was.window.minimum_calls);
    EXPECT_EQ(is.open_timeout_multiplier, was.open_timeout_multiplier);
  }
}

TEST(Reload, DependentDefaultsFollowLiveSettings) {
  const SettingChanges changes = compare_settings(
      load({}).settings,
      read_well("bulkhead: 3\nupstream_timeout: 2s\n" + breaker("window_calls: 12")));
  EXPECT_THAT(names(changes.live), UnorderedElementsAre("upstream-timeout", "slow-call-duration",
                                                        "window-calls", "minimum-calls"));
  EXPECT_EQ(changes.settings.alpha_vantage.slow_call_duration, 800ms);
  EXPECT_EQ(changes.settings.alpha_vantage.window.minimum_calls, 6u) << "half of what was given";
}

TEST(Reload, AGivenValueReplacesADependentDefault) {
  const LoadedSettings read = read_well("bulkhead: 3\n" + breaker("window_calls: 4"));
  const SettingChanges changes = compare_settings(load({}).settings, read);
  EXPECT_EQ(changes.settings.alpha_vantage.window.calls, 4u);
  EXPECT_EQ(changes.settings.alpha_vantage.window.minimum_calls, 2u);
}

TEST(Reload, ASettingThatCouldNotBeAppliedIsAppliedByTheNextReload) {
  LogLines lines;
  bool refuse = true;
  LoadedSettings loaded = load({});
  loaded.settings.client.fresh_ttl = 5s;
  Reloader reloader(
      load({}).settings, [&] { return loaded; },
      [&](const ServiceSettings&) {
        if (refuse) throw std::invalid_argument("no");
      },
      lines.log);
  reloader.reload();
  EXPECT_EQ(reloader.in_force().client.fresh_ttl, ServiceSettings{}.client.fresh_ttl);
  EXPECT_THAT(lines.all().back(), HasSubstr("were not reloaded"));
  refuse = false;
  reloader.reload();
  EXPECT_EQ(reloader.in_force().client.fresh_ttl, 5s);
}

TEST(Reload, LogsTheBreakerWhoseSettingChanged) {
  const LoadedSettings before = load({});
  LogLines lines;
  Reloader reloader(
      before.settings,
      [] { return read_well("fresh_ttl: 2s\n" + breaker("failure_threshold: 2")); },
      [](const ServiceSettings&) {}, lines.log);
  reloader.reload();
  EXPECT_THAT(lines.all(),
              ElementsAre(EndsWith("setting changed setting=fresh-ttl from=60s to=2s"),
                          EndsWith("setting changed setting=failure-threshold from=5 to=2 "
                                   "breaker=alpha_vantage"),
                          HasSubstr("settings reloaded changed=2 need_restart=0")));
}

TEST(Reload, LogsAFunctionsBreakerOnlyIfItDoesNotFollowAlphaVantage) {
  const LoadedSettings before = load({});
  LogLines lines;
  Reloader reloader(
      before.settings,
      [] {
        return read_well(breaker("failure_threshold: 2") +
                         "  alpha_vantage.history:\n    failure_threshold: 8\n");
      },
      [](const ServiceSettings&) {}, lines.log);
  reloader.reload();
  EXPECT_THAT(lines.all(),
              ElementsAre(EndsWith("setting=failure-threshold from=5 to=2 breaker=alpha_vantage"),
                          EndsWith("setting=failure-threshold from=5 to=8 "
                                   "breaker=alpha_vantage.history"),
                          HasSubstr("settings reloaded changed=2 need_restart=0")));
  EXPECT_EQ(reloader.in_force().functions.front().failure_threshold, 2u);
}

TEST(Reload, WarnsAboutSettingsOfADependencyThatIsNotConfigured) {
  LogLines lines;
  Reloader reloader(
      load({}).settings,
      [] { return load_yaml("circuit_breaker: {database: {failure_threshold: 3}}\n"); },
      [](const ServiceSettings&) {}, lines.log);
  reloader.reload();
  EXPECT_THAT(lines.all(), testing::Contains(HasSubstr("warning: ")));
  EXPECT_THAT(lines.all().front(), HasSubstr("no database is configured"));
}

}  // namespace
}  // namespace service
