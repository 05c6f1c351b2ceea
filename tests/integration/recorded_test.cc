/// Real answers through the whole service.

#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/integration/world.h"

namespace integration {
namespace {

using testing::HasSubstr;

struct Line {
  std::string file;
  std::string function;
  std::string symbol;
  std::string answer_class;
};

std::vector<Line> recorded_quotes() {
  std::ifstream index(std::string(RECORDED_ANSWERS) + "/INDEX.tsv");
  std::vector<Line> lines;
  std::string text;
  for (std::getline(index, text); std::getline(index, text);) {
    std::istringstream columns(text);
    Line line;
    std::string status;
    std::getline(columns, line.file, '\t');
    std::getline(columns, line.function, '\t');
    std::getline(columns, line.symbol, '\t');
    std::getline(columns, status, '\t');
    std::getline(columns, line.answer_class, '\t');
    if (line.function == "GLOBAL_QUOTE") lines.push_back(line);
  }
  return lines;
}

json recorded_quote(const Line& line) {
  std::ifstream stream(std::string(RECORDED_ANSWERS) + '/' + line.file);
  return json::parse(stream).at("Global Quote");
}

class IntegrationRecorded : public testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(RECORDED_ANSWERS)) GTEST_SKIP() << "no " << RECORDED_ANSWERS;
  }
  const WorldOptions replaying_{.simulator_args = {"--replay", RECORDED_ANSWERS}};
};

TEST_F(IntegrationRecorded, EveryQuoteHasTheRecordingsFigures) {
  const World world(replaying_);
  int quotes = 0;
  for (const Line& line : recorded_quotes()) {
    if (line.answer_class != "success") continue;
    ++quotes;
    const json recorded = recorded_quote(line);
    const HttpResponse response = world.quote(line.symbol);
    ASSERT_EQ(response.status, 200) << line.file << response.body;
    const json quote = json::parse(response.body);
    const auto expect_figure = [&](const char* ours, const char* theirs) {
      EXPECT_EQ(quote.at(ours).get<double>(), std::stod(recorded.at(theirs).get<std::string>()))
          << line.file << ' ' << ours;
    };
    expect_figure("open", "02. open");
    expect_figure("high", "03. high");
    expect_figure("low", "04. low");
    expect_figure("price", "05. price");
    expect_figure("volume", "06. volume");
    expect_figure("previousClose", "08. previous close");
    expect_figure("change", "09. change");
    expect_figure("changePercent", "10. change percent");
    EXPECT_EQ(quote.at("symbol"), recorded.at("01. symbol")) << line.file;
    EXPECT_EQ(quote.at("tradingDay"), recorded.at("07. latest trading day")) << line.file;
    EXPECT_EQ(quote.at("stale"), false);
    EXPECT_TRUE(quote.at("staleReason").is_null());
    EXPECT_TRUE(quote.at("currency").is_null());
    EXPECT_EQ(quote.at("source"), "alpha_vantage");
  }
  EXPECT_GE(quotes, 4);
}

TEST_F(IntegrationRecorded, FiguresKeepTheirDecimalText) {
  const World world(replaying_);
  EXPECT_THAT(world.quote("IBM").body,
              HasSubstr(R"("price":121.74,"open":122.67,"high":122.8,"low":121.06,)"
                        R"("previousClose":121.23,"change":0.51,"changePercent":0.4207,)"
                        R"("volume":2528814,"tradingDay":"2020-05-08")"));
}

TEST_F(IntegrationRecorded, EveryRefusalAndFailureHasItsStatus) {
  const std::map<std::string, int> status_of{
      {"success", 200},         {"not_found", 404},          {"upstream_failure", 502},
      {"misconfigured", 503},   {"our_fault", 500},          {"unsupported", 501},
      {"throttled (day)", 503}, {"throttled (minute)", 503}, {"throttled (second)", 503}};
  for (const Line& line : recorded_quotes()) {
    // A service of its own for each, as one refusal holds back what comes after it.
    const World world(replaying_);
    const HttpResponse response = world.quote(line.symbol);
    ASSERT_TRUE(status_of.contains(line.answer_class)) << line.answer_class;
    EXPECT_EQ(response.status, status_of.at(line.answer_class)) << line.file << response.body;
    if (response.status != 200) {
      EXPECT_EQ(response.header("Content-Type"), "application/problem+json") << line.file;
      EXPECT_EQ(json::parse(response.body).at("status"), response.status) << line.file;
      EXPECT_EQ(response.header("Retry-After").empty(), response.status != 503) << line.file;
    }
  }
}

}  // namespace
}  // namespace integration
