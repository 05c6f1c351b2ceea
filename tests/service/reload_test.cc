#include "service/reload.h"

#include <algorithm>
#include <stdexcept>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "service/log.h"
#include "service/settings/settings_table.h"

namespace service {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

TEST(Reload, EveryLiveSettingIsOne) {
  for (const std::string_view name : live_settings()) {
    EXPECT_TRUE(std::ranges::any_of(settings_table(), [name](const SettingRow& row) {
      return row.name == name;
    })) << name;
  }
}

TEST(Reload, TakesOverWhatIsLiveAndKeepsTheRest) {
  Settings read;
  read.client.fresh_ttl = 5s;
  read.alpha_vantage.failure_threshold = 9;
  read.port = 1;
  read.client.bulkhead = 3;
  const SettingChanges changes = compare_settings(Settings{}, read);
  EXPECT_EQ(changes.settings.client.fresh_ttl, 5s);
  EXPECT_EQ(changes.settings.alpha_vantage.failure_threshold, 9u);
  EXPECT_EQ(changes.settings.port, Settings{}.port);
  EXPECT_EQ(changes.settings.client.bulkhead, Settings{}.client.bulkhead);
  EXPECT_EQ(changes.live.size(), 2u);
  EXPECT_EQ(changes.needs_restart.size(), 2u);
}

TEST(Reload, WhatCannotBeAppliedIsTriedAgainNextTime) {
  std::vector<std::string> lines;
  Log log(LogLevel::info, LogFormat::text, {},
          [&lines](const std::string& line) { lines.push_back(line); });
  bool refuse = true;
  LoadedSettings loaded;
  loaded.settings.client.fresh_ttl = 5s;
  Reloader reloader(
      {}, [&] { return loaded; },
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
