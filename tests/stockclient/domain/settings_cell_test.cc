// Settings that are replaced while other threads read them.

#include "stockclient/domain/settings_cell.h"

#include <atomic>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace stockclient {
namespace {

/// Settings whose durations are all equal, so that a mixture of two versions is detected.
LiveSettings all_equal(std::chrono::nanoseconds value) {
  LiveSettings settings;
  settings.fresh_ttl = settings.history_ttl = settings.search_ttl = value;
  settings.stale_if_error = value;
  settings.upstream_timeout = settings.max_wait = value;
  return settings;
}

TEST(SettingsCell, ReadsWhatWasWrittenLast) {
  SettingsCell cell(all_equal(std::chrono::seconds(1)));
  cell.replace(all_equal(std::chrono::seconds(2)));
  EXPECT_EQ(cell.read().fresh_ttl, std::chrono::seconds(2));
  EXPECT_EQ(cell.read().max_wait, std::chrono::seconds(2));
}

TEST(SettingsCell, AReaderNeverSeesAMixtureOfTwoVersions) {
  SettingsCell cell(all_equal(std::chrono::nanoseconds(1)));
  std::atomic<bool> stop{false};
  std::atomic<int> mixtures{0};
  std::vector<std::thread> readers;
  for (int i = 0; i < 2; ++i) {
    readers.emplace_back([&] {
      while (!stop) {
        const LiveSettings settings = cell.read();
        if (settings.fresh_ttl != settings.max_wait ||
            settings.stale_if_error != settings.max_wait) {
          ++mixtures;
        }
      }
    });
  }
  std::vector<std::thread> writers;
  for (int i = 0; i < 2; ++i) {
    writers.emplace_back([&cell, i] {
      for (int n = 1; n <= 20'000; ++n) cell.replace(all_equal(std::chrono::nanoseconds(n + i)));
    });
  }
  for (std::thread& writer : writers) writer.join();
  stop = true;
  for (std::thread& reader : readers) reader.join();
  EXPECT_EQ(mixtures, 0);
}

}  // namespace
}  // namespace stockclient
