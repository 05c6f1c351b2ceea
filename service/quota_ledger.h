#pragma once
/// Opens the file that preserves the spent quota across restarts.

#include <memory>
#include <string>

#include "service/secrets.h"
#include "service/settings/settings.h"
#include "stockclient/quota/spending_ledger.h"

namespace service {

class Log;
class StoreErrorMetrics;

/// Opens the ledger in the folder `ServiceSettings::store_path`, which has one ledger file per
/// upstream and API key, because the upstream counts calls per key. Returns null if there is no
/// store. If the default folder cannot be used, logs that and returns null; if a configured folder
/// cannot be used, throws std::runtime_error with a one-line message. `log` and `metrics` must
/// outlive the ledger.
[[nodiscard]] std::unique_ptr<stockclient::SpendingLedger> open_quota_ledger(
    const ServiceSettings& settings, const Secrets& secrets, Log& log, StoreErrorMetrics& metrics);

/// Name of the ledger's file: `spending-` and eight hexadecimal digits, which are enough to tell an
/// operator's keys apart and too few to reveal a key.
[[nodiscard]] std::string ledger_file_name(const std::string& upstream_url,
                                           const stockclient::Secret& key);

}  // namespace service
