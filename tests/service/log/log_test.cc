#include "service/log/log.h"

#include <future>
#include <optional>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "service/log/upstream_log.h"
#include "tests/service/log_lines.h"

namespace service {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Not;

TEST(LogTest, ATextLineHasTimeLevelMessageAndFields) {
  LogLines log_lines(LogLevel::info, LogFormat::text);
  log_lines.log.info(
      "it happened",
      {{"plain", "x"}, {"spaced", "a b\n\"c\""}, {"n", std::int64_t{5}}, {"yes", true}});
  const auto lines = log_lines.all();
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_THAT(lines[0], MatchesRegex("[0-9T:.-]+Z info: it happened plain=x .*"));
  EXPECT_THAT(lines[0], HasSubstr(R"(spaced="a b\n\"c\"" n=5 yes=true)"));
}

TEST(LogTest, AJsonLineIsOneObject) {
  LogLines log_lines(LogLevel::info, LogFormat::json);
  log_lines.log.warning("it happened", {{"text", "a\n"}, {"number", 0.25}});
  const json line = json::parse(log_lines.all().at(0));
  EXPECT_EQ(line["level"], "warning");
  EXPECT_EQ(line["message"], "it happened");
  EXPECT_EQ(line["text"], "a\n");
  EXPECT_EQ(line["number"], 0.25);
  EXPECT_THAT(line["time"].get<std::string>(), MatchesRegex("[0-9T:.-]+Z"));
}

TEST(LogTest, LessSevereLevelsAreNotLogged) {
  LogLines log_lines(LogLevel::warning, LogFormat::text);
  log_lines.log.debug("a");
  log_lines.log.info("b");
  log_lines.log.warning("c");
  log_lines.log.error("d");
  EXPECT_THAT(log_lines.all(), ElementsAre(HasSubstr("c"), HasSubstr("d")));
}

TEST(LogTest, LevelAndFormatChangeWhileLogging) {
  LogLines log_lines(LogLevel::warning, LogFormat::text);
  log_lines.log.set_level(LogLevel::debug);
  log_lines.log.set_format(LogFormat::json);
  log_lines.log.debug("a");
  EXPECT_THAT(log_lines.all(), ElementsAre(HasSubstr(R"("message":"a")")));
}

TEST(LogTest, SecretsAreReplacedWhereverTheyAppear) {
  LogLines log_lines(LogLevel::debug, LogFormat::text, {"CANARY-KEY", ""});
  log_lines.log.error("CANARY-KEY", {{"CANARY-KEY", "xCANARY-KEYxCANARY-KEY"}});
  const auto lines = log_lines.all();
  EXPECT_THAT(lines.at(0), Not(HasSubstr("CANARY")));
  EXPECT_THAT(lines.at(0), HasSubstr("x[redacted]x[redacted]"));
}

TEST(LogTest, LinesAreWrittenInOrderAndBeforeTheLogEnds) {
  std::vector<std::string> written;
  {
    Log log(LogLevel::info, LogFormat::text, {},
            [&](const auto& line) { written.push_back(line); });
    for (int i = 0; i < 100; ++i) log.info("line", {{"n", std::int64_t{i}}});
  }
  ASSERT_EQ(written.size(), 100u);
  for (std::size_t i = 0; i < written.size(); ++i)
    EXPECT_THAT(written[i], testing::EndsWith("line n=" + std::to_string(i)));
}

/// Blocks the log's thread in the first line that it writes, until `release`.
class StuckReader {
 public:
  Log::Sink sink() {
    return [this](const std::string& line) {
      if (lines.empty()) {
        stuck_.set_value();
        released_.get_future().wait();
      }
      lines.push_back(line);
    };
  }
  void wait_until_stuck() { stuck_.get_future().wait(); }
  void release() { released_.set_value(); }

  std::vector<std::string> lines;

 private:
  std::promise<void> stuck_;
  std::promise<void> released_;
};

TEST(LogTest, AStuckReaderCostsTheOldestLinesWhichAreCountedAndReported) {
  constexpr int kQueued = 8192;
  constexpr int kTooMany = 5;
  StuckReader reader;
  std::optional<Log> log(std::in_place, LogLevel::info, LogFormat::text, std::vector<std::string>{},
                         reader.sink());
  log->info("first");
  reader.wait_until_stuck();
  for (int i = 0; i < kQueued + kTooMany; ++i) log->info("line", {{"n", std::int64_t{i}}});
  EXPECT_EQ(log->dropped_lines(), std::uint64_t{kTooMany}) << "and logging has not waited";
  reader.release();
  log.reset();
  ASSERT_EQ(reader.lines.size(), 1u + 1u + kQueued);
  EXPECT_THAT(reader.lines[1], HasSubstr("warning: log lines were dropped because they were not "
                                         "read in time lines=5"));
  EXPECT_THAT(reader.lines[2], testing::EndsWith("n=5"));
  EXPECT_THAT(reader.lines.back(), testing::EndsWith("n=8196"));
}

TEST(LogTest, FlushGivesUpWhenItsLimitHasPassed) {
  StuckReader reader;
  Log log(LogLevel::info, LogFormat::text, {}, reader.sink());
  log.info("first");
  reader.wait_until_stuck();
  EXPECT_FALSE(log.flush(std::chrono::milliseconds(1)));
  reader.release();
  EXPECT_TRUE(log.flush(test_support::kPatience));
}

TEST(LogTest, UpstreamCallsAreDebugLinesAndWarningsWhenAnOperatorMustAct) {
  LogLines log_lines(LogLevel::debug, LogFormat::text);
  UpstreamLog observer(log_lines.log);
  observer.attempt_ended(stockclient::Function::global_quote, nullptr,
                         std::chrono::milliseconds(5));
  const stockclient::Failure refused{.kind = stockclient::FailureKind::misconfigured};
  observer.attempt_ended(stockclient::Function::symbol_search, &refused,
                         std::chrono::milliseconds(5));
  const auto lines = log_lines.all();
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_THAT(
      lines[0],
      HasSubstr("debug: upstream call ended function=GLOBAL_QUOTE class=success seconds=0.005"));
  EXPECT_THAT(
      lines[1],
      HasSubstr("warning: upstream call refused function=SYMBOL_SEARCH class=misconfigured"));
}

}  // namespace
}  // namespace service
