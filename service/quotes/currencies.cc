#include "service/quotes/currencies.h"

#include <algorithm>
#include <array>

#include "stockclient/domain/symbol.h"

namespace service {
namespace {

bool none(std::string_view /*symbol*/) noexcept {
  return false;
}

bool is_us_dollar_unit(std::string_view symbol) noexcept {
  const std::size_t suffix = symbol.rfind('.');
  const std::string_view share = symbol.substr(0, suffix);
  return share.ends_with(".U") || share.ends_with("-U");
}

bool is_shanghai_b_share(std::string_view symbol) noexcept {
  return symbol.starts_with("900");
}

bool is_shenzhen_b_share(std::string_view symbol) noexcept {
  return symbol.starts_with("200");
}

bool is_renminbi_counter(std::string_view symbol) noexcept {
  constexpr std::size_t kDigits = 5;
  return symbol.starts_with('8') && symbol.find('.') == kDigits;
}

struct CurrencyRule {
  std::string_view suffix;
  std::string_view currency;
  /// Whether the symbol is quoted in a currency other than that of the rest of the exchange.
  bool (*is_exception)(std::string_view symbol) noexcept;
};

constexpr std::array<CurrencyRule, 11> kRules{{{"TRT", "CAD", &is_us_dollar_unit},
                                               {"TRV", "CAD", &is_us_dollar_unit},
                                               {"DEX", "EUR", &none},
                                               {"FRK", "EUR", &none},
                                               {"PAR", "EUR", &none},
                                               {"AMS", "EUR", &none},
                                               {"BSE", "INR", &none},
                                               {"SHH", "CNY", &is_shanghai_b_share},
                                               {"SHZ", "CNY", &is_shenzhen_b_share},
                                               {"HKG", "HKD", &is_renminbi_counter},
                                               {"SAO", "BRL", &none}}};

}  // namespace

std::optional<std::string_view> exchange_currency(std::string_view symbol) noexcept {
  const std::string_view suffix = stockclient::exchange_suffix(symbol);
  const auto found = std::find_if(kRules.begin(), kRules.end(), [suffix](const CurrencyRule& rule) {
    return rule.suffix == suffix;
  });
  if (found == kRules.end() || found->is_exception(symbol)) return std::nullopt;
  return found->currency;
}

void Currencies::learn(const stockclient::SymbolMatches& matches) {
  const std::lock_guard lock(mutex_);
  bool changed = false;
  for (const stockclient::SymbolMatch& match : matches.matches) {
    if (match.currency.empty() || match.symbol.empty()) continue;
    const std::string symbol = stockclient::canonical_symbol(match.symbol);
    const auto known = by_symbol_.find(symbol);
    if (known != by_symbol_.end()) {
      changed = changed || known->second != match.currency;
      known->second = match.currency;
    } else if (by_symbol_.size() < max_symbols_) {
      by_symbol_.emplace(symbol, match.currency);
      changed = true;
    }
  }
  if (changed) generation_.fetch_add(1, std::memory_order_release);
}

std::optional<std::string> Currencies::find(const std::string& symbol) const {
  {
    const std::string canonical = stockclient::canonical_symbol(symbol);
    const std::lock_guard lock(mutex_);
    const auto known = by_symbol_.find(canonical);
    if (known != by_symbol_.end()) return known->second;
  }
  if (const auto currency = exchange_currency(symbol)) return std::string(*currency);
  return std::nullopt;
}

}  // namespace service
