/// What should survive a restart, when the disk does not take it.

#include "service/spending.h"

#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <prometheus/metric_family.h>

#include "service/log.h"
#include "service/metrics/stock_metrics.h"

namespace service {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class Spending : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (std::filesystem::temp_directory_path() / "spending-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    settings_.store_path = name;
    secrets_.api_key = stockclient::Secret("key");
  }
  ~Spending() override { std::filesystem::remove_all(settings_.store_path); }

  [[nodiscard]] std::filesystem::path file() const {
    return std::filesystem::path(settings_.store_path) /
           ledger_file_name(settings_.upstream_url, secrets_.api_key);
  }

  std::unique_ptr<stockclient::SpendingLedger> open() {
    return open_ledger(settings_, secrets_, log_, metrics_);
  }

  static stockclient::LedgerEntry calls_made(std::uint32_t count) {
    return {.spent = {.day_start = {}, .calls = {count}}, .held_until = {}};
  }

  [[nodiscard]] double write_errors() const {
    for (const auto& family : metrics_.Collect())
      if (family.name == "stock_store_errors_total") return family.metric.at(0).counter.value;
    return -1;
  }

  Settings settings_;
  Secrets secrets_;
  std::vector<std::string> lines_;
  Log log_{
      LogLevel::info, LogFormat::text, {}, [this](const auto& line) { lines_.push_back(line); }};
  StockMetrics metrics_;
};

TEST_F(Spending, SurvivesAndIsNoError) {
  EXPECT_TRUE(open()->record(calls_made(3)));
  EXPECT_EQ(open()->load()->spent.calls, calls_made(3).spent.calls);
  EXPECT_EQ(write_errors(), 0);
  EXPECT_THAT(lines_, IsEmpty());
}

TEST_F(Spending, EachLostEntryIsCountedAndTheFirstIsLogged) {
  std::filesystem::create_symlink("/dev/full", file());
  const auto ledger = open();
  EXPECT_FALSE(ledger->record(calls_made(1)));
  EXPECT_FALSE(ledger->record(calls_made(2)));
  EXPECT_EQ(write_errors(), 2);
  EXPECT_THAT(lines_, ElementsAre(HasSubstr("warning: the day's spending cannot be written")));
}

}  // namespace
}  // namespace service
