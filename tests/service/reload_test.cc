#include "service/reload.h"

#include <algorithm>
#include <stdexcept>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "service/log/log.h"
#include "service/settings/settings_table.h"
#include "tests/service/settings/settings_fixture.h"

namespace service {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

TEST(Reload, EveryLiveSettingIsOne) {
  for (const std::string_view name : live_settings()) {
    EXPECT_TRUE(std::ranges::any_of(settings_table(), [name](const SettingRow& row) {
      return row.name == name;
    })) << name;
  }
}

TEST(Reload, TakesOverWhatIsLiveAndKeepsTheRest) {
  const Settings in_force = load({}).settings;
  LoadedSettings read = load({});
  read.settings.client.fresh_ttl = 5s;
  read.settings.alpha_vantage.failure_threshold = 9;
  read.settings.port = 1;
  read.settings.client.bulkhead = 3;
  const SettingChanges changes = compare_settings(in_force, read);
  EXPECT_EQ(changes.settings.client.fresh_ttl, 5s);
  EXPECT_EQ(changes.settings.alpha_vantage.failure_threshold, 9u);
  EXPECT_EQ(changes.settings.port, in_force.port);
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

TEST(Reload, DefaultsFollowWhatIsInForceAndNotWhatNeedsARestart) {
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

TEST(Reload, DefaultsFollowALiveSettingWhateverElseNeedsARestart) {
  const SettingChanges changes = compare_settings(
      load({}).settings,
      read_well("bulkhead: 3\nupstream_timeout: 2s\n" + breaker("window_calls: 12")));
  EXPECT_THAT(names(changes.live), UnorderedElementsAre("upstream-timeout", "slow-call-duration",
                                                        "window-calls", "minimum-calls"));
  EXPECT_EQ(changes.settings.alpha_vantage.slow_call_duration, 800ms);
  EXPECT_EQ(changes.settings.alpha_vantage.window.minimum_calls, 6u) << "half of what was given";
}

TEST(Reload, WhatIsGivenStaysWhereADefaultWouldFollow) {
  const LoadedSettings read = read_well("bulkhead: 3\n" + breaker("window_calls: 4"));
  const SettingChanges changes = compare_settings(load({}).settings, read);
  EXPECT_EQ(changes.settings.alpha_vantage.window.calls, 4u);
  EXPECT_EQ(changes.settings.alpha_vantage.window.minimum_calls, 2u);
}

TEST(Reload, WhatCannotBeAppliedIsTriedAgainNextTime) {
  std::vector<std::string> lines;
  Log log(LogLevel::info, LogFormat::text, {},
          [&lines](const std::string& line) { lines.push_back(line); });
  bool refuse = true;
  LoadedSettings loaded = load({});
  loaded.settings.client.fresh_ttl = 5s;
  Reloader reloader(
      load({}).settings, [&] { return loaded; },
      [&](const Settings&) {
        if (refuse) throw std::invalid_argument("no");
      },
      log);
  reloader.reload();
  EXPECT_EQ(reloader.in_force().client.fresh_ttl, Settings{}.client.fresh_ttl);
  EXPECT_THAT(lines.back(), HasSubstr("were not reloaded"));
  refuse = false;
  reloader.reload();
  EXPECT_EQ(reloader.in_force().client.fresh_ttl, 5s);
}

}  // namespace
}  // namespace service
