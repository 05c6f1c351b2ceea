#pragma once
/// The data this service deals in, as plain values. Prices keep the upstream's decimal text (see
/// `Decimal`), so that no figure is ever changed by a binary floating-point number in between.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "stockclient/domain/decimal.h"

namespace stockclient {

struct Quote {
  std::string symbol;
  Decimal price;
  std::optional<Decimal> open;
  std::optional<Decimal> high;
  std::optional<Decimal> low;
  std::optional<Decimal> previous_close;
  std::optional<Decimal> change;
  /// Without the `%`.
  std::optional<Decimal> change_percent;
  std::optional<std::int64_t> volume;
  /// `YYYY-MM-DD`.
  std::optional<std::string> trading_day;
  /// True when the upstream delivers this key's quotes 15 minutes late.
  bool delayed_15min = false;
};

struct Bar {
  /// `YYYY-MM-DD`.
  std::string date;
  Decimal open;
  Decimal high;
  Decimal low;
  Decimal close;
  std::optional<std::int64_t> volume;
};

/// Newest bar first.
struct DailySeries {
  std::string symbol;
  std::vector<Bar> bars;
  /// The newest bar is not final: the upstream refreshed it during the trading day.
  bool partial = false;
};

struct SymbolMatch {
  std::string symbol;
  std::string name;
  std::string type;
  std::string region;
  /// `HH:MM`, local.
  std::string market_open;
  std::string market_close;
  std::string timezone;
  /// As the upstream says it: `GBX` (pence) stays `GBX`.
  std::string currency;
  Decimal score;
};

struct SymbolMatches {
  std::vector<SymbolMatch> matches;
};

struct Market {
  std::string type;
  std::string region;
  std::vector<std::string> exchanges;
  /// `HH:MM`, local.
  std::string open;
  std::string close;
  std::string status;
  std::optional<std::string> notes;
};

struct Markets {
  std::vector<Market> markets;
};

}  // namespace stockclient
