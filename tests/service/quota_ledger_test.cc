/// The quota ledger on a full disk.

#include "service/quota_ledger.h"

#include <csignal>
#include <filesystem>
#include <string>
#include <sys/resource.h>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <prometheus/metric_family.h>

#include "service/log/log.h"
#include "service/metrics/store_metrics.h"
#include "tests/service/log_lines.h"
#include "tests/support/temporary_folder.h"

namespace service {
namespace {

using stockclient::Durability;
using testing::_;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// While an instance exists, this process cannot write to any file, as on a full disk.
class FullDisk {
 public:
  FullDisk() : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    EXPECT_EQ(::getrlimit(RLIMIT_FSIZE, &limit_), 0);
    const rlimit none{.rlim_cur = 0, .rlim_max = limit_.rlim_max};
    EXPECT_EQ(::setrlimit(RLIMIT_FSIZE, &none), 0);
  }
  ~FullDisk() {
    EXPECT_EQ(::setrlimit(RLIMIT_FSIZE, &limit_), 0);
    std::signal(SIGXFSZ, handler_);
  }
  FullDisk(const FullDisk&) = delete;
  FullDisk& operator=(const FullDisk&) = delete;

 private:
  rlimit limit_{};
  void (*handler_)(int);
};

class QuotaLedger : public testing::Test {
 protected:
  void SetUp() override {
    settings_.store_path = folder_.path().string();
    secrets_.api_key = stockclient::Secret("key");
  }

  std::unique_ptr<stockclient::SpendingLedger> open() {
    return open_quota_ledger(settings_, secrets_, lines_.log, metrics_);
  }

  static stockclient::LedgerEntry calls_made(std::uint32_t count) {
    return {.spent = {.day_start = {}, .calls = {count}}, .recent = {}};
  }

  [[nodiscard]] double write_errors() const {
    for (const auto& family : metrics_.Collect())
      if (family.name == "stock_store_errors_total") return family.metric.at(0).counter.value;
    return -1;
  }

  const test_support::TemporaryFolder folder_;
  ServiceSettings settings_;
  Secrets secrets_;
  LogLines lines_;
  StoreErrorMetrics metrics_;
};

TEST_F(QuotaLedger, AnEntrySurvivesARestartAndCountsNoError) {
  EXPECT_TRUE(open()->record(calls_made(3), Durability::power_loss));
  EXPECT_EQ(open()->load()->spent.calls, calls_made(3).spent.calls);
  EXPECT_EQ(write_errors(), 0);
  EXPECT_THAT(lines_.all(), IsEmpty());
}

TEST_F(QuotaLedger, LostEntriesAreCountedAndTheFirstAndTheRecoveryAreLogged) {
  const auto ledger = open();
  {
    const FullDisk full_disk;
    EXPECT_FALSE(ledger->record(calls_made(1), Durability::power_loss));
    EXPECT_FALSE(ledger->record(calls_made(2), Durability::power_loss));
  }
  EXPECT_EQ(write_errors(), 2);
  EXPECT_THAT(lines_.all(), ElementsAre(HasSubstr("warning: the used quota cannot be written")));
  EXPECT_TRUE(ledger->record(calls_made(3), Durability::power_loss));
  EXPECT_EQ(write_errors(), 2);
  EXPECT_THAT(lines_.all(),
              ElementsAre(_, HasSubstr("info: the used quota is written to disk again")));
}

}  // namespace
}  // namespace service
