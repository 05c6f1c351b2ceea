#pragma once
/// Opens the file that keeps the used quota across restarts.

#include <memory>
#include <string>

#include "service/secrets.h"
#include "service/settings/settings.h"
#include "stockclient/quota/spending_ledger.h"

namespace service {

class Log;
class StockMetrics;

/// Opens the ledger in `ServiceSettings::store_path`, which has one file for each upstream and API
/// key, because the upstream counts calls by key. Returns null without a store. A default folder
/// that cannot be used is logged, and the result is null; a folder that was given and cannot be
/// used throws std::runtime_error with a message of one line. `log` and `metrics` must outlive the
/// ledger.
[[nodiscard]] std::unique_ptr<stockclient::SpendingLedger> open_quota_ledger(
    const ServiceSettings& settings, const Secrets& secrets, Log& log, StockMetrics& metrics);

/// Name of the ledger's file: `spending-` and eight hexadecimal digits, which are enough to tell an
/// operator's keys apart and too few to reveal a key.
[[nodiscard]] std::string ledger_file_name(const std::string& upstream_url,
                                           const stockclient::Secret& key);

}  // namespace service
