#include "service/line_writer.h"

#include <future>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace service {
namespace {

TEST(LineWriter, WritesInOrderAndAllBeforeItEnds) {
  std::vector<std::string> written;
  {
    LineWriter writer(
        100, [&](const std::string& line) { written.push_back(line); },
        [](std::uint64_t) { FAIL(); });
    for (int i = 0; i < 50; ++i) writer.post(std::to_string(i));
  }
  ASSERT_EQ(written.size(), 50u);
  EXPECT_EQ(written.back(), "49");
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

}  // namespace
}  // namespace service
