#include "tests/support/process.h"

#include <csignal>
#include <filesystem>
#include <stdexcept>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace test_support {
namespace {

using testing::HasSubstr;
using namespace std::chrono_literals;

Command shell(const std::string& script) {
  return {.binary = "/bin/sh", .args = {"-c", script}};
}

TEST(SupportProcess, ReturnsOutputAndExitCode) {
  Process process(shell("echo to-out; echo to-err >&2; exit 7"));
  EXPECT_EQ(process.wait_for_exit(), 7);
  EXPECT_EQ(process.out(), "to-out\n");
  EXPECT_EQ(process.err(), "to-err\n");
}

TEST(SupportProcess, ReturnsTheSignalThatEndedIt) {
  Process process(shell("exec sleep 1000"));
  process.signal(SIGTERM);
  EXPECT_EQ(process.wait_for_exit(), 128 + SIGTERM);
}

TEST(SupportProcess, FindsThePortInACompleteLine) {
  Process process(
      shell("echo simulator listening on 127.0.0.1:1; echo listening on "
            "127.0.0.1:4711; exec sleep 1000"));
  EXPECT_EQ(process.wait_for_port(), 4711);
}

TEST(SupportProcess, ExplainsWhyThereIsNoPort) {
  const auto reason = [](const std::string& script, std::chrono::milliseconds patience) {
    Process process(shell(script));
    try {
      static_cast<void>(process.wait_for_port(patience));
    } catch (const std::runtime_error& error) {
      return std::string(error.what());
    }
    return std::string("none");
  };
  EXPECT_THAT(reason("echo no room >&2; exit 1", kPatience), HasSubstr("no room"));
  EXPECT_THAT(reason("exec sleep 1000", 20ms), HasSubstr("in time"));
}

TEST(SupportProcess, StopsWaitingForAProcessThatDoesNotEnd) {
  Process process(shell("exec sleep 1000"));
  EXPECT_EQ(process.wait_for_exit(20ms), std::nullopt);
}

TEST(SupportProcess, KillsTheProcessWhenItGoesOutOfScope) {
  pid_t pid = 0;
  {
    const Process process(shell("exec sleep 1000"));
    pid = process.pid();
    EXPECT_EQ(::kill(pid, 0), 0);
  }
  EXPECT_NE(::kill(pid, 0), 0);
}

TEST(SupportProcess, PassesOnOnlyTheGivenEnvironment) {
  Command command = shell("env");
  command.environment = {{"GIVEN", "yes"}};
  Process process(command);
  ASSERT_EQ(process.wait_for_exit(), 0);
  EXPECT_THAT(process.out(), HasSubstr("GIVEN=yes"));
  EXPECT_THAT(process.out(), testing::Not(HasSubstr("ALPHAVANTAGE_API_KEY")));
}

TEST(SupportTemporaryFolder, IsRemovedWithItsContent) {
  std::filesystem::path path;
  {
    const TemporaryFolder folder;
    path = folder.path();
    EXPECT_TRUE(std::filesystem::exists(folder.write("sub/file", "x")));
  }
  EXPECT_FALSE(std::filesystem::exists(path));
}

}  // namespace
}  // namespace test_support
