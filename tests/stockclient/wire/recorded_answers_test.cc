/// Real answers have the class named in their index, and all their figures. The expected figures
/// are read independently, with nlohmann's parser, and compared as text.

#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "stockclient/wire/classify.h"
#include "tests/stockclient/files.h"
#include "tests/stockclient/wire/answer_time.h"

namespace stockclient {
namespace {

using nlohmann::ordered_json;

const std::filesystem::path kFolder = RECORDED_ANSWERS;

struct Recording {
  std::string file;
  std::string function;
  std::string symbol;
  int status = 0;
  std::string classified;
};

std::vector<Recording> recordings() {
  std::vector<Recording> list;
  std::ifstream index(kFolder / "INDEX.tsv");
  std::string line;
  std::getline(index, line);  // Skips the header.
  while (std::getline(index, line)) {
    std::istringstream columns(line);
    Recording recording;
    std::string status;
    std::getline(columns, recording.file, '\t');
    std::getline(columns, recording.function, '\t');
    std::getline(columns, recording.symbol, '\t');
    std::getline(columns, status, '\t');
    std::getline(columns, recording.classified, '\t');
    recording.status = std::stoi(status);
    list.push_back(std::move(recording));
  }
  return list;
}

/// The function to query for a recording; for a function that the client does not use, the most
/// similar one.
Function asked_function(const std::string& name) {
  if (name == "SYMBOL_SEARCH") return Function::symbol_search;
  if (name == "MARKET_STATUS") return Function::market_status;
  return name.starts_with("TIME_SERIES") ? Function::daily_series : Function::global_quote;
}

/// The class in the spelling of the index, where a throttle includes its window.
std::string classified(const ReadResult& result) {
  if (result) return "success";
  switch (result.error().kind) {
    case FailureKind::throttled_second:
      return "throttled (second)";
    case FailureKind::throttled_minute:
      return "throttled (minute)";
    case FailureKind::throttled_day:
      return "throttled (day)";
    default:
      return std::string(traits(result.error().kind).answer_class);
  }
}

ReadResult classify_recording(const Recording& recording) {
  return classify(Query{asked_function(recording.function), recording.symbol},
                  {recording.status, testing::read_file(kFolder / recording.file), std::nullopt},
                  testing::kAnswerTime)
      .result;
}

ordered_json parse_recording(const Recording& recording) {
  return ordered_json::parse(testing::read_file(kFolder / recording.file));
}

/// A recorded figure without superfluous zeros and without its percent sign.
std::string figure(const ordered_json& object, const std::string& key) {
  auto text = object.at(key).get<std::string>();
  if (text.ends_with('%')) text.pop_back();
  if (text.find('.') == std::string::npos) return text;
  while (text.ends_with('0')) text.pop_back();
  if (text.ends_with('.')) text.pop_back();
  return text;
}

void expect_figures(const Quote& quote, const ordered_json& recorded) {
  const ordered_json& object = recorded.at("Global Quote");
  EXPECT_EQ(quote.symbol, object.at("01. symbol"));
  EXPECT_EQ(quote.open->text(), figure(object, "02. open"));
  EXPECT_EQ(quote.high->text(), figure(object, "03. high"));
  EXPECT_EQ(quote.low->text(), figure(object, "04. low"));
  EXPECT_EQ(quote.price.text(), figure(object, "05. price"));
  EXPECT_EQ(std::to_string(*quote.volume), figure(object, "06. volume"));
  EXPECT_EQ(quote.trading_day, object.at("07. latest trading day").get<std::string>());
  EXPECT_EQ(quote.previous_close->text(), figure(object, "08. previous close"));
  EXPECT_EQ(quote.change->text(), figure(object, "09. change"));
  EXPECT_EQ(quote.change_percent->text(), figure(object, "10. change percent"));
}

void expect_figures(const DailySeries& series, const ordered_json& recorded) {
  const ordered_json& rows = recorded.at("Time Series (Daily)");
  ASSERT_EQ(series.bars.size(), rows.size());
  std::size_t at = 0;
  for (const auto& [date, row] : rows.items()) {
    const Bar& bar = series.bars[at++];
    EXPECT_EQ(bar.date, date);
    EXPECT_EQ(bar.open->text(), figure(row, "1. open")) << date;
    EXPECT_EQ(bar.high->text(), figure(row, "2. high")) << date;
    EXPECT_EQ(bar.low->text(), figure(row, "3. low")) << date;
    EXPECT_EQ(bar.close.text(), figure(row, "4. close")) << date;
    EXPECT_EQ(std::to_string(*bar.volume),
              figure(row, row.contains("6. volume") ? "6. volume" : "5. volume"))
        << date;
  }
  const auto refreshed = recorded.at("Meta Data").value("3. Last Refreshed", "");
  EXPECT_EQ(series.partial, refreshed.size() > 10);
}

void expect_figures(const SymbolMatches& found, const ordered_json& recorded) {
  const ordered_json& rows = recorded.at("bestMatches");
  ASSERT_EQ(found.matches.size(), rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const SymbolMatch& match = found.matches[i];
    EXPECT_EQ(match.symbol, rows[i].at("1. symbol"));
    EXPECT_EQ(match.name, rows[i].at("2. name"));
    EXPECT_EQ(match.type, rows[i].at("3. type"));
    EXPECT_EQ(match.region, rows[i].at("4. region"));
    EXPECT_EQ(match.market_open, rows[i].at("5. marketOpen"));
    EXPECT_EQ(match.market_close, rows[i].at("6. marketClose"));
    EXPECT_EQ(match.timezone, rows[i].at("7. timezone"));
    EXPECT_EQ(match.currency, rows[i].at("8. currency"));
    EXPECT_EQ(match.score->text(), figure(rows[i], "9. matchScore"));
  }
}

void expect_figures(const Markets& found, const ordered_json& recorded) {
  const ordered_json& rows = recorded.at("markets");
  ASSERT_EQ(found.markets.size(), rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const Market& market = found.markets[i];
    EXPECT_EQ(market.type, rows[i].at("market_type"));
    EXPECT_EQ(market.region, rows[i].at("region"));
    EXPECT_EQ(market.open, rows[i].at("local_open"));
    EXPECT_EQ(market.close, rows[i].at("local_close"));
    EXPECT_EQ(market.status, rows[i].at("current_status"));
    EXPECT_EQ(market.notes.value_or(""), rows[i].at("notes"));
    std::string exchanges;
    for (const auto& name : market.exchanges) exchanges += (exchanges.empty() ? "" : ", ") + name;
    EXPECT_EQ(exchanges, rows[i].at("primary_exchanges"));
  }
}

class RecordedAnswers : public ::testing::Test {
 protected:
  void SetUp() override {
    if (recordings().empty()) GTEST_SKIP() << "no recordings in " << kFolder;
  }
};

TEST_F(RecordedAnswers, HaveTheClassThatTheIndexNames) {
  for (const Recording& recording : recordings()) {
    // An intraday series belongs to a function other than the requested one.
    const bool in_use = recording.function != "TIME_SERIES_INTRADAY";
    EXPECT_EQ(classified(classify_recording(recording)),
              in_use ? recording.classified : "data_fault")
        << recording.file;
  }
}

TEST_F(RecordedAnswers, KeepTheirFigures) {
  std::size_t checked = 0;
  for (const Recording& recording : recordings()) {
    const ReadResult result = classify_recording(recording);
    if (!result) continue;
    SCOPED_TRACE(recording.file);
    std::visit([&](const auto& data) { expect_figures(data, parse_recording(recording)); },
               *result);
    ++checked;
  }
  EXPECT_GT(checked, 0U);
}

TEST_F(RecordedAnswers, AreNeverAcceptedForAnotherSymbol) {
  for (const Recording& recording : recordings()) {
    const Function function = asked_function(recording.function);
    if (function == Function::symbol_search || function == Function::market_status) continue;
    const ReadResult result =
        classify(Query{function, "OTHER"},
                 {recording.status, testing::read_file(kFolder / recording.file), std::nullopt},
                 testing::kAnswerTime)
            .result;
    EXPECT_FALSE(result) << recording.file;
  }
}

}  // namespace
}  // namespace stockclient
