#include "service/log/line_writer.h"

#include <future>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/eventually.h"

namespace service {
namespace {

TEST(LineWriter, WritesInOrderAndAllBeforeItEnds) {
  std::vector<std::string> written;
  std::vector<std::string> posted;
  {
    LineWriter writer(
        100, [&](const std::string& line) { written.push_back(line); },
        [](std::uint64_t) { FAIL(); });
    for (int i = 0; i < 50; ++i) {
      posted.push_back(std::to_string(i));
      writer.post(posted.back());
    }
  }
  EXPECT_EQ(written, posted);
}

TEST(LineWriter, NeverHoldsUpItsCallerAndSaysHowManyItDropped) {
  std::promise<void> stuck;
  std::promise<void> go_on;
  std::vector<std::string> written;
  std::uint64_t dropped = 0;
  {
    LineWriter writer(
        3,
        [&](const std::string& line) {
          written.push_back(line);
          if (written.size() > 1) return;
          stuck.set_value();
          go_on.get_future().wait();
        },
        [&](std::uint64_t count) { dropped += count; });
    writer.post("a");
    stuck.get_future().wait();
    for (const char* line : {"b", "c", "d", "e"}) writer.post(line);
    go_on.set_value();
  }
  EXPECT_THAT(written, testing::ElementsAre("a", "b", "c"));
  EXPECT_EQ(dropped, 2u);
}

/// Found by reading: what was dropped was told only together with a later line.
TEST(LineWriter, TellsOfDroppedLinesAlsoWhenNoneFollows) {
  std::promise<void> stuck;
  std::promise<void> go_on;
  std::promise<std::uint64_t> dropped;
  LineWriter writer(
      1,
      [&](const std::string&) {
        stuck.set_value();
        go_on.get_future().wait();
      },
      [&](std::uint64_t count) { dropped.set_value(count); });
  writer.post("a");
  stuck.get_future().wait();
  writer.post("b");
  writer.post("c");
  go_on.set_value();
  auto told = dropped.get_future();
  ASSERT_EQ(told.wait_for(test_support::kPatience), std::future_status::ready);
  EXPECT_EQ(told.get(), 2u);
}

}  // namespace
}  // namespace service
