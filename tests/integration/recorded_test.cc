/// Recorded answers of Alpha Vantage through the complete service.

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
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
  int status = 0;
  std::string answer_class;
};

std::vector<Line> recorded() {
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
    line.status = std::stoi(status);
    lines.push_back(line);
  }
  return lines;
}

std::string content_of(const Line& line) {
  std::ifstream stream(std::string(RECORDED_ANSWERS) + '/' + line.file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

/// The request to the service that causes this upstream call; empty if there is none.
std::string target_for(const Line& line) {
  if (line.function == "GLOBAL_QUOTE") return "/stocks/" + line.symbol;
  if (line.function == "TIME_SERIES_DAILY") return "/stocks/" + line.symbol + "/history?days=100";
  if (line.function == "SYMBOL_SEARCH") return "/search?q=" + line.symbol;
  return line.function == "MARKET_STATUS" ? "/markets" : "";
}

double figure(const json& object, const char* key) {
  return std::stod(object.at(key).get<std::string>());
}

void expect_quote(const json& ours, const json& recorded) {
  const json& theirs = recorded.at("Global Quote");
  EXPECT_EQ(ours.at("symbol"), theirs.at("01. symbol"));
  EXPECT_EQ(ours.at("open"), figure(theirs, "02. open"));
  EXPECT_EQ(ours.at("high"), figure(theirs, "03. high"));
  EXPECT_EQ(ours.at("low"), figure(theirs, "04. low"));
  EXPECT_EQ(ours.at("price"), figure(theirs, "05. price"));
  EXPECT_EQ(ours.at("volume"), figure(theirs, "06. volume"));
  EXPECT_EQ(ours.at("tradingDay"), theirs.at("07. latest trading day"));
  EXPECT_EQ(ours.at("previousClose"), figure(theirs, "08. previous close"));
  EXPECT_EQ(ours.at("change"), figure(theirs, "09. change"));
  EXPECT_EQ(ours.at("changePercent"), figure(theirs, "10. change percent"));
  const bool indian = ours.at("symbol").get<std::string>().ends_with(".BSE");
  EXPECT_EQ(ours.at("currency"), indian ? json("INR") : json());
}

void expect_series(const json& ours, const json& recorded) {
  const json& theirs = recorded.at("Time Series (Daily)");
  const auto refreshed = recorded.at("Meta Data").value("3. Last Refreshed", "");
  ASSERT_EQ(ours.at("bars").size(), theirs.size());
  auto bar = ours.at("bars").rbegin();  // nlohmann's objects are ordered by key.
  double sum = 0;
  for (const auto& [date, row] : theirs.items()) {
    EXPECT_EQ(bar->at("date"), date);
    EXPECT_EQ(bar->at("open"), figure(row, "1. open")) << date;
    EXPECT_EQ(bar->at("high"), figure(row, "2. high")) << date;
    EXPECT_EQ(bar->at("low"), figure(row, "3. low")) << date;
    EXPECT_EQ(bar->at("close"), figure(row, "4. close")) << date;
    EXPECT_EQ(bar->at("volume"), figure(row, "5. volume")) << date;
    sum += figure(row, "4. close");
    ++bar;
  }
  EXPECT_NEAR(ours.at("average").get<double>(), sum / static_cast<double>(theirs.size()),
              0.00005001);
  EXPECT_EQ(ours.at("partial"), refreshed.size() > 10) << refreshed;
}

void expect_matches(const json& ours, const json& recorded) {
  const json& theirs = recorded.at("bestMatches");
  ASSERT_EQ(ours.at("matches").size(), theirs.size());
  for (std::size_t i = 0; i < theirs.size(); ++i) {
    const json& match = ours.at("matches")[i];
    EXPECT_EQ(match.at("symbol"), theirs[i].at("1. symbol"));
    EXPECT_EQ(match.at("name"), theirs[i].at("2. name"));
    EXPECT_EQ(match.at("currency"), theirs[i].at("8. currency"));
    EXPECT_EQ(match.at("score"), figure(theirs[i], "9. matchScore"));
  }
}

void expect_markets(const json& ours, const json& recorded) {
  const json& theirs = recorded.at("markets");
  ASSERT_EQ(ours.at("markets").size(), theirs.size());
  for (std::size_t i = 0; i < theirs.size(); ++i) {
    EXPECT_EQ(ours.at("markets")[i].at("region"), theirs[i].at("region"));
    EXPECT_EQ(ours.at("markets")[i].at("open"), theirs[i].at("local_open"));
    EXPECT_EQ(ours.at("markets")[i].at("close"), theirs[i].at("local_close"));
    EXPECT_EQ(ours.at("markets")[i].at("status"), theirs[i].at("current_status"));
  }
}

void expect_figures(const Line& line, const json& ours) {
  const json theirs = json::parse(content_of(line));
  if (line.function == "GLOBAL_QUOTE") expect_quote(ours, theirs);
  if (line.function == "TIME_SERIES_DAILY") expect_series(ours, theirs);
  if (line.function == "SYMBOL_SEARCH") expect_matches(ours, theirs);
  if (line.function == "MARKET_STATUS") expect_markets(ours, theirs);
}

class IntegrationRecorded : public testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(RECORDED_ANSWERS)) GTEST_SKIP() << "no " << RECORDED_ANSWERS;
  }
  const WorldOptions replaying_{.simulator_args = {"--replay", RECORDED_ANSWERS},
                                .service_args = {"--fresh-ttl", "1h"}};
};

TEST_F(IntegrationRecorded, EveryRecordingIsServedUnchanged) {
  const World world(replaying_);
  for (const Line& line : recorded()) {
    const std::string name = line.function == "SYMBOL_SEARCH" ? "keywords" : "symbol";
    const HttpResponse response =
        test_support::http_get(world.simulator_port(), "/query?function=" + line.function + "&" +
                                                           name + "=" + line.symbol + "&apikey=x");
    EXPECT_EQ(response.status, line.status) << line.file;
    EXPECT_EQ(response.body, content_of(line)) << line.file;
  }
}

TEST_F(IntegrationRecorded, EverySuccessHasTheRecordingsFigures) {
  int checked = 0;
  for (const Line& line : recorded()) {
    const std::string target = target_for(line);
    if (line.answer_class != "success" || target.empty()) continue;
    // Several recordings of the same call are returned in turn.
    const World world(replaying_);
    const auto turn = std::ranges::count_if(recorded(), [&](const Line& other) {
      return other.function == line.function && other.symbol == line.symbol &&
             other.file < line.file;
    });
    for (std::ptrdiff_t i = 0; i < turn; ++i)
      (void)test_support::http_get(
          world.simulator_port(),
          "/query?apikey=x&function=" + line.function + "&symbol=" + line.symbol);
    const HttpResponse response = world.get(target);
    ASSERT_EQ(response.status, 200) << line.file << response.body;
    const json ours = json::parse(response.body);
    SCOPED_TRACE(line.file);
    expect_figures(line, ours);
    EXPECT_EQ(ours.at("stale"), false);
    EXPECT_EQ(ours.at("source"), "alpha_vantage");
    ++checked;
  }
  EXPECT_GE(checked, 15);
}

TEST_F(IntegrationRecorded, FiguresKeepTheirDecimalText) {
  const World world(replaying_);
  EXPECT_THAT(world.quote("IBM").body,
              HasSubstr(R"("price":121.74,"open":122.67,"high":122.8,"low":121.06,)"
                        R"("previousClose":121.23,"change":0.51,"changePercent":0.4207,)"
                        R"("volume":2528814,"tradingDay":"2020-05-08")"));
}

TEST_F(IntegrationRecorded, EveryRefusalAndFailureHasItsClassAndStatus) {
  const std::map<std::string, int> status_of{
      {"not_found", 404},          {"upstream_failure", 502},  {"misconfigured", 503},
      {"our_fault", 500},          {"unsupported", 501},       {"throttled (day)", 503},
      {"throttled (minute)", 503}, {"throttled (second)", 503}};
  for (const Line& line : recorded()) {
    const std::string target = target_for(line);
    if (line.answer_class == "success" || target.empty()) continue;
    SCOPED_TRACE(line.file);
    // Each case has its own service, because a refusal stops later calls for a while.
    const World world(replaying_);
    const HttpResponse response = world.get(target);
    ASSERT_TRUE(status_of.contains(line.answer_class)) << line.answer_class;
    EXPECT_EQ(response.status, status_of.at(line.answer_class)) << response.body;
    EXPECT_EQ(response.header("Content-Type"), "application/problem+json");
    EXPECT_EQ(json::parse(response.body).at("status"), response.status);
    EXPECT_EQ(response.header("Retry-After").empty(), response.status != 503);
    const std::string counted = line.answer_class.substr(0, line.answer_class.find(' '));
    EXPECT_GE(world.metric("alpha_vantage_requests_total{function=\"" + line.function +
                           "\",class=\"" + counted + "\"}"),
              1);
  }
}

}  // namespace
}  // namespace integration
