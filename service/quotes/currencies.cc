#include "service/quotes/currencies.h"

namespace service {

void Currencies::learn(const stockclient::SymbolMatches& matches) {
  const std::lock_guard lock(mutex_);
  bool changed = false;
  for (const stockclient::SymbolMatch& match : matches.matches) {
    if (match.currency.empty() || match.symbol.empty()) continue;
    const auto known = by_symbol_.find(match.symbol);
    if (known != by_symbol_.end()) {
      changed = changed || known->second != match.currency;
      known->second = match.currency;
    } else if (by_symbol_.size() < max_symbols_) {
      by_symbol_.emplace(match.symbol, match.currency);
      changed = true;
    }
  }
  if (changed) generation_.fetch_add(1, std::memory_order_release);
}

std::optional<std::string> Currencies::find(const std::string& symbol) const {
  const std::lock_guard lock(mutex_);
  const auto known = by_symbol_.find(symbol);
  if (known == by_symbol_.end()) return std::nullopt;
  return known->second;
}

}  // namespace service
