#include "stockclient/simulator/replay.h"

#include <filesystem>
#include <stdexcept>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/process.h"

namespace stockclient::simulator {
namespace {

using test_support::TemporaryFolder;
using testing::HasSubstr;

constexpr const char* kHeader = "file\tfunction\tsymbol\tstatus\tclass\tshows\n";

std::string failure(const TemporaryFolder& folder) {
  try {
    Replay replay(folder.path().string());
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "none";
}

TEST(SimulatorReplay, ServesBytesAndStatusAsRecorded) {
  const TemporaryFolder folder;
  const std::string binary("\xef\xbb\xbf{\0\xff\r\n", 8);
  folder.write("a.json", binary);
  folder.write("sub/page.html", "<html>");
  folder.write("INDEX.tsv", std::string(kHeader) + "a.json\tGLOBAL_QUOTE\ttsla\t200\tx\ty\n" +
                                "sub/page.html\tGLOBAL_QUOTE\tHEROKU\t503\tx\ty\n");
  Replay replay(folder.path().string());
  const Recording* const quote = replay.find("global_quote", "TSLA");
  ASSERT_NE(quote, nullptr);
  EXPECT_EQ(quote->body, binary);
  EXPECT_EQ(quote->status, 200);
  EXPECT_EQ(quote->content_type, "application/json");
  const Recording* const page = replay.find("GLOBAL_QUOTE", "heroku");
  ASSERT_NE(page, nullptr);
  EXPECT_EQ(page->status, 503);
  EXPECT_THAT(page->content_type, HasSubstr("text/html"));
  EXPECT_EQ(replay.find("GLOBAL_QUOTE", "IBM"), nullptr);
  EXPECT_EQ(replay.find("TIME_SERIES_DAILY", "TSLA"), nullptr);
}

TEST(SimulatorReplay, UsesTheLinesForOneRequestInTurn) {
  const TemporaryFolder folder;
  folder.write("1", "first");
  folder.write("2", "second");
  folder.write("INDEX.tsv",
               std::string(kHeader) + "1\tMARKET_STATUS\t\t200\t\t\n2\tMARKET_STATUS\t\t200\t\t\n");
  Replay replay(folder.path().string());
  for (const char* const expected : {"first", "second", "first"}) {
    EXPECT_EQ(replay.find("MARKET_STATUS", "")->body, expected);
  }
}

TEST(SimulatorReplay, NamesFileAndLineOfAnError) {
  const TemporaryFolder folder;
  EXPECT_THAT(failure(folder), HasSubstr("INDEX.tsv"));
  folder.write("INDEX.tsv", std::string(kHeader) + "missing.json\tF\tS\t200\t\t\n");
  EXPECT_THAT(failure(folder), testing::AllOf(HasSubstr("line 2"), HasSubstr("missing.json")));
  folder.write("a", "");
  folder.write("INDEX.tsv", std::string(kHeader) + "\na\tF\tS\tfine\t\t\n");
  EXPECT_THAT(failure(folder), testing::AllOf(HasSubstr("line 3"), HasSubstr("status")));
  folder.write("INDEX.tsv", "file\tfunction\na\tF\n");
  EXPECT_THAT(failure(folder), HasSubstr("no column"));
}

TEST(SimulatorReplay, StaysInsideItsFolder) {
  const TemporaryFolder folder;
  folder.write("INDEX.tsv", kHeader);
  folder.write("a", "body");
  const Replay replay(folder.path().string());
  EXPECT_TRUE(replay.read("a"));
  EXPECT_TRUE(replay.read("b/../a"));
  EXPECT_FALSE(replay.read(""));
  EXPECT_FALSE(replay.read("."));
  EXPECT_FALSE(replay.read("/etc/passwd"));
  EXPECT_FALSE(replay.read("../" + folder.path().filename().string() + "/a"));
}

TEST(SimulatorReplay, ReadsTheRealRecordings) {
  if (!std::filesystem::exists(RECORDED_ANSWERS)) GTEST_SKIP() << "no " << RECORDED_ANSWERS;
  Replay replay(RECORDED_ANSWERS);
  ASSERT_NE(replay.find("GLOBAL_QUOTE", "IBM"), nullptr);
  EXPECT_THAT(replay.find("GLOBAL_QUOTE", "IBM")->body, HasSubstr("121.7400"));
  EXPECT_EQ(replay.find("GLOBAL_QUOTE", "HEROKU")->body.size(), 506U);
  EXPECT_THAT(replay.find("SYMBOL_SEARCH", "Tesco")->body, HasSubstr("TSCO.LON"));
}

}  // namespace
}  // namespace stockclient::simulator
