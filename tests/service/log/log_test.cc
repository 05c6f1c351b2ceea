#include "service/log/log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "service/log/upstream_log.h"

namespace service {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Not;

class LogTest : public testing::Test {
 protected:
  Log make(LogLevel level, LogFormat format, std::vector<std::string> secrets = {}) {
    return {level, format, std::move(secrets), [this](const auto& line) { lines.push_back(line); }};
  }
  std::vector<std::string> lines;
};

TEST_F(LogTest, TextIsOneLineWithFields) {
  Log log = make(LogLevel::info, LogFormat::text);
  log.info("it happened",
           {{"plain", "x"}, {"spaced", "a b\n\"c\""}, {"n", std::int64_t{5}}, {"yes", true}});
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_THAT(lines[0], MatchesRegex("[0-9T:.-]+Z info: it happened plain=x .*"));
  EXPECT_THAT(lines[0], HasSubstr(R"(spaced="a b\n\"c\"" n=5 yes=true)"));
}

TEST_F(LogTest, JsonIsAnObjectALine) {
  Log log = make(LogLevel::info, LogFormat::json);
  log.warning("it happened", {{"text", "a\n"}, {"number", 0.25}});
  const json line = json::parse(lines.at(0));
  EXPECT_EQ(line["level"], "warning");
  EXPECT_EQ(line["message"], "it happened");
  EXPECT_EQ(line["text"], "a\n");
  EXPECT_EQ(line["number"], 0.25);
  EXPECT_THAT(line["time"].get<std::string>(), MatchesRegex("[0-9T:.-]+Z"));
}

TEST_F(LogTest, LowerLevelsAreLeftOut) {
  Log log = make(LogLevel::warning, LogFormat::text);
  log.debug("a");
  log.info("b");
  log.warning("c");
  log.error("d");
  EXPECT_EQ(lines.size(), 2u);
}

TEST_F(LogTest, SecretsAreReplacedWhereverTheyAppear) {
  Log log = make(LogLevel::debug, LogFormat::text, {"CANARY-KEY", ""});
  log.error("CANARY-KEY", {{"CANARY-KEY", "xCANARY-KEYxCANARY-KEY"}});
  EXPECT_THAT(lines.at(0), Not(HasSubstr("CANARY")));
  EXPECT_THAT(lines.at(0), HasSubstr("x[redacted]x[redacted]"));
}

struct NoObserver final : stockclient::Observer {
  void attempt_ended(stockclient::Function, stockclient::AnswerClass,
                     std::chrono::nanoseconds) noexcept override {
    ++attempts;
  }
  void answered(stockclient::CacheResult, bool, std::chrono::nanoseconds) noexcept override {
    ++answers;
  }
  int attempts = 0;
  int answers = 0;
};

TEST_F(LogTest, UpstreamCallsAreToldAtDebugLevelAndWarnedOfWhenAnOperatorMustAct) {
  Log log = make(LogLevel::debug, LogFormat::text);
  NoObserver next;
  UpstreamLog observer(log, next);
  observer.attempt_ended(stockclient::Function::global_quote, stockclient::AnswerClass::success,
                         std::chrono::milliseconds(5));
  observer.attempt_ended(stockclient::Function::symbol_search,
                         stockclient::AnswerClass::misconfigured, std::chrono::milliseconds(5));
  observer.answered(stockclient::CacheResult::hit, true, std::chrono::seconds(1));
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_THAT(
      lines[0],
      HasSubstr("debug: upstream call ended function=GLOBAL_QUOTE class=success seconds=0.005"));
  EXPECT_THAT(
      lines[1],
      HasSubstr("warning: upstream call refused function=SYMBOL_SEARCH class=misconfigured"));
  EXPECT_EQ(next.attempts, 2);
  EXPECT_EQ(next.answers, 1);
}

}  // namespace
}  // namespace service
