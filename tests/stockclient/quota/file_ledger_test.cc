// The contents of the ledger's file after restarts, crashes and damage.

#include "stockclient/quota/file_ledger.h"

#include <array>
#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>

#include <gtest/gtest.h>

#include "stockclient/domain/hash.h"
#include "tests/support/temporary_folder.h"

namespace stockclient {
namespace {

class FileLedgerTest : public ::testing::Test {
 protected:
  [[nodiscard]] std::string path() const { return (folder_.path() / "spending").string(); }
  static LedgerEntry entry(std::uint32_t calls) {
    return {{.day_start = kDay, .calls = calls}, {}};
  }
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
  written.spent.last_hour = kDay + std::chrono::hours(3);
  written.spent.hourly[24] = 9;
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
  EXPECT_EQ(read->spent.last_hour, written.spent.last_hour);
  EXPECT_EQ(read->spent.hourly, written.spent.hourly);
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
  EXPECT_EQ(FileLedger(path()).load()->spent.calls, 9u);
}

TEST_F(FileLedgerTest, ANewerEntryMayHaveLowerCounts) {
  FileLedger ledger(path());
  EXPECT_TRUE(ledger.record(entry(5), Durability::power_loss));
  EXPECT_TRUE(ledger.record(entry(1), Durability::process_exit));
  EXPECT_EQ(ledger.load()->spent.calls, 1u);
}

TEST_F(FileLedgerTest, ATornWriteLosesAtMostOneEntry) {
  {
    FileLedger ledger(path());
    EXPECT_TRUE(ledger.record(entry(1), Durability::power_loss));  // Written to the second slot.
    EXPECT_TRUE(ledger.record(entry(2), Durability::power_loss));  // Written to the first slot.
  }
  damage(20);
  EXPECT_EQ(FileLedger(path()).load()->spent.calls, 1u);
  damage(4096 + 20);
  EXPECT_FALSE(FileLedger(path()).load());
}

TEST_F(FileLedgerTest, AForeignFileIsIgnoredAndOverwritten) {
  std::ofstream(path()) << std::string(9000, 'x');
  FileLedger ledger(path());
  EXPECT_FALSE(ledger.load());
  EXPECT_TRUE(ledger.record(entry(3), Durability::power_loss));
  EXPECT_EQ(ledger.load()->spent.calls, 3u);
}

TEST_F(FileLedgerTest, AFileOfAFormerVersionIsLoadedAndContinued) {
  // Sequence 6: 3 + 2 + 1 calls since day 20,000, the last one an hour into it, one of a client.
  const std::uint64_t day = 24ull * 20'000 * 3600 * 1'000'000'000;
  std::array<std::uint64_t, 21> words{};
  words[0] = 0x3230'7265'6764'656cu;
  words[1] = 6;
  words[2] = day;
  words[3] = 3 | 2ull << 32;
  words[4] = 1;
  words[6] = day + 3600ull * 1'000'000'000;
  words[7] = 1 | 5ull << 32;
  words[8] = client_id("127.0.0.1");
  words[16] = 3;
  words[20] = fnv1a({reinterpret_cast<const char*>(words.data()), 160});
  std::ofstream(path(), std::ios::binary)
      .write(reinterpret_cast<const char*>(words.data()), sizeof(words));
  FileLedger ledger(path());
  const auto read = ledger.load();
  ASSERT_TRUE(read);
  EXPECT_EQ(read->spent.day_start, kDay);
  EXPECT_EQ(read->spent.calls, 6u);
  EXPECT_EQ(read->spent.clients[0].client, client_id("127.0.0.1"));
  EXPECT_EQ(read->spent.clients[0].calls, 3u);
  EXPECT_EQ(read->recent.last, kDay + std::chrono::hours(1));
  EXPECT_EQ(read->recent.in_minute, 5u);
  EXPECT_FALSE(read->hold);
  EXPECT_TRUE(ledger.record(entry(7), Durability::power_loss));
  EXPECT_EQ(ledger.load()->spent.calls, 7u);
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
