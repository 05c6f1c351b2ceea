#pragma once
/// Where the day's spending survives a restart.

#include <memory>
#include <string>

#include "service/secrets.h"
#include "service/settings/settings.h"
#include "stockclient/quota/spending_ledger.h"

namespace service {

class Log;
class StockMetrics;

/// The ledger in `Settings::store_path`, in a file for each upstream and key, since those are what
/// the upstream counts by. Null without a store. Where nobody has chosen the folder and it cannot
/// be used, logs that and returns null; a chosen one that cannot be used is a
/// `std::runtime_error` in one line.
[[nodiscard]] std::unique_ptr<stockclient::SpendingLedger> open_ledger(const Settings& settings,
                                                                       const Secrets& secrets,
                                                                       Log& log,
                                                                       StockMetrics& metrics);

/// Of the ledger's file: `spending-` and eight hexadecimal digits. Too few to say anything about
/// the key, enough to tell an operator's keys apart.
[[nodiscard]] std::string ledger_file_name(const std::string& upstream_url,
                                           const stockclient::Secret& key);

}  // namespace service
