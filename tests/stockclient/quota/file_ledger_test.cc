// The contents of the ledger's file after restarts, crashes and damage.

#include "stockclient/quota/file_ledger.h"

#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>

#include <gtest/gtest.h>

#include "tests/support/temporary_folder.h"

namespace stockclient {
namespace {

class FileLedgerTest : public ::testing::Test {
 protected:
  [[nodiscard]] std::string path() const { return (folder_.path() / "spending").string(); }
  static LedgerEntry entry(std::uint32_t calls) { return {{kDay, {calls, 2, 1}}, {}}; }
  /// Overwrites one byte.
  void damage(std::streamoff at) const {
    std::fstream file(path(), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(at);
    file.put('\x55');
  }

  static constexpr WallTime kDay{std::chrono::hours(24 * 20'000)};

 private:
  const test_support::TemporaryFolder folder_;
};

TEST_F(FileLedgerTest, ANewFileIsEmpty) {
  EXPECT_FALSE(FileLedger(path()).load());
}

TEST_F(FileLedgerTest, ARecordedEntryIsLoadedAfterARestart) {
  LedgerEntry written = entry(7);
  written.spent.clients[7] = {client_id("127.0.0.1"), 6};
  written.recent = {kDay + std::chrono::hours(3), 1, 5};
  written.hold = Hold{FailureKind::throttled_minute, kDay + std::chrono::hours(4)};
  EXPECT_TRUE(FileLedger(path()).record(written, Durability::power_loss));
  FileLedger again(path());
  const auto read = again.load();
  ASSERT_TRUE(read);
  EXPECT_EQ(read->spent.day_start, written.spent.day_start);
  EXPECT_EQ(read->spent.calls, written.spent.calls);
  EXPECT_EQ(read->spent.clients[7].client, client_id("127.0.0.1"));
  EXPECT_EQ(read->spent.clients[7].calls, 6u);
  EXPECT_EQ(read->spent.clients[0].calls, 0u);
  EXPECT_EQ(read->recent.last, written.recent.last);
  EXPECT_EQ(read->recent.in_second, 1u);
  EXPECT_EQ(read->recent.in_minute, 5u);
  ASSERT_TRUE(read->hold);
  EXPECT_EQ(read->hold->reason, FailureKind::throttled_minute);
  EXPECT_EQ(read->hold->until, written.hold->until);
}

TEST_F(FileLedgerTest, TheNewestEntryWins) {
  {
    FileLedger ledger(path());
    for (std::uint32_t calls = 1; calls <= 9; ++calls)
      EXPECT_TRUE(ledger.record(entry(calls), Durability::process_exit));
  }
  EXPECT_EQ(FileLedger(path()).load()->spent.calls[0], 9u);
}

TEST_F(FileLedgerTest, ANewerEntryMayHaveLowerCounts) {
  FileLedger ledger(path());
  EXPECT_TRUE(ledger.record(entry(5), Durability::power_loss));
  EXPECT_TRUE(ledger.record(entry(1), Durability::process_exit));
  EXPECT_EQ(ledger.load()->spent.calls[0], 1u);
}

TEST_F(FileLedgerTest, ATornWriteLosesAtMostOneEntry) {
  {
    FileLedger ledger(path());
    EXPECT_TRUE(ledger.record(entry(1), Durability::power_loss));  // Written to the second slot.
    EXPECT_TRUE(ledger.record(entry(2), Durability::power_loss));  // Written to the first slot.
  }
  damage(20);
  EXPECT_EQ(FileLedger(path()).load()->spent.calls[0], 1u);
  damage(4096 + 20);
  EXPECT_FALSE(FileLedger(path()).load());
}

TEST_F(FileLedgerTest, AForeignFileIsIgnoredAndOverwritten) {
  std::ofstream(path()) << std::string(9000, 'x');
  FileLedger ledger(path());
  EXPECT_FALSE(ledger.load());
  EXPECT_TRUE(ledger.record(entry(3), Durability::power_loss));
  EXPECT_EQ(ledger.load()->spent.calls[0], 3u);
}

TEST_F(FileLedgerTest, OnlyOneProcessCanOpenIt) {
  const FileLedger ledger(path());
  EXPECT_THROW(FileLedger second(path()), std::system_error);
}

TEST_F(FileLedgerTest, AnErrorNamesThePath) {
  try {
    const FileLedger ledger("/nonexistent/spending");
    FAIL();
  } catch (const std::system_error& refused) {
    EXPECT_NE(std::string(refused.what()).find("/nonexistent/spending"), std::string::npos);
  }
}

TEST_F(FileLedgerTest, OnlyItsOwnerCanReadIt) {
  const FileLedger ledger(path());
  const auto others = std::filesystem::perms::group_all | std::filesystem::perms::others_all;
  EXPECT_EQ(std::filesystem::status(path()).permissions() & others, std::filesystem::perms::none);
}

}  // namespace
}  // namespace stockclient
