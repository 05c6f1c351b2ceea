#include "service/quota_ledger.h"

#include <array>
#include <atomic>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <stdexcept>

#include "service/log/log.h"
#include "service/metrics/store_metrics.h"
#include "stockclient/quota/file_ledger.h"

namespace service {
namespace {

namespace fs = std::filesystem;

/// Counts failed writes, and logs the first failure and the recovery.
class WatchedLedger final : public stockclient::SpendingLedger {
 public:
  WatchedLedger(const std::string& path, Log& log, StoreErrorMetrics& metrics)
      : file_(path), log_(log), metrics_(metrics) {}

  [[nodiscard]] std::optional<stockclient::LedgerEntry> load() noexcept override {
    return file_.load();
  }

  bool record(const stockclient::LedgerEntry& entry,
              stockclient::Durability durability) noexcept override {
    const bool kept = file_.record(entry, durability);
    if (!kept) metrics_.ledger_write_failed();
    if (failing_.exchange(!kept) == kept) {
      kept ? log_.info("the used quota is written to disk again")
           : log_.warning("the used quota cannot be written to disk: a restart would forget it");
    }
    return kept;
  }

 private:
  stockclient::FileLedger file_;
  Log& log_;
  StoreErrorMetrics& metrics_;
  std::atomic<bool> failing_{false};
};

/// The 32-bit FNV-1a hash.
std::uint32_t fingerprint(const std::string& text) {
  std::uint32_t hash = 0x811c9dc5u;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x01000193u;
  return hash;
}

void make_private(const fs::path& folder) {
  if (fs::create_directories(folder)) fs::permissions(folder, fs::perms::owner_all);
}

}  // namespace

std::string ledger_file_name(const std::string& upstream_url, const stockclient::Secret& key) {
  std::array<char, 32> name{};
  std::snprintf(name.data(), name.size(), "spending-%08x",
                fingerprint(upstream_url + ' ' + key.reveal()));
  return name.data();
}

std::unique_ptr<stockclient::SpendingLedger> open_quota_ledger(const ServiceSettings& settings,
                                                               const Secrets& secrets, Log& log,
                                                               StoreErrorMetrics& metrics) {
  const std::string& folder = settings.store_path;
  if (folder.empty() || folder == kNoStore) return nullptr;
  try {
    make_private(folder);
    const fs::path file =
        fs::path(folder) / ledger_file_name(settings.transport.base_url, secrets.api_key);
    return std::make_unique<WatchedLedger>(file.string(), log, metrics);
  } catch (const std::system_error& error) {
    if (!settings.store_optional)
      throw std::runtime_error("store-path " + folder + ": " + error.what());
    log.warning("a restart will forget the used quota: its folder cannot be used",
                {{"store_path", folder}, {"error", std::string_view(error.what())}});
    return nullptr;
  }
}

}  // namespace service
