#pragma once
/// The currency in which a symbol is quoted.

#include <atomic>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "stockclient/domain/quote.h"

namespace service {

/// The currency of the exchange that an upper-case symbol's suffix names, if everything on that
/// exchange is quoted in one currency:
///
/// | suffix | exchange | currency |
/// |---|---|---|
/// | `TRT`, `TRV` | Toronto, TSX Venture | CAD, except units in US dollars (`DLR.U.TRT`) |
/// | `DEX`, `FRK` | Xetra, Frankfurt | EUR |
/// | `PAR`, `AMS` | Paris, Amsterdam | EUR |
/// | `BSE` | Bombay | INR |
/// | `SHH`, `SHZ` | Shanghai, Shenzhen | CNY, except B shares (`900...`, `200...`) |
/// | `HKG` | Hong Kong | HKD, except renminbi counters (`8....`) |
/// | `SAO` | São Paulo | BRL |
///
/// Empty for any other symbol: London (`LON`) quotes in pence, pounds, dollars and euros. Pure,
/// safe from any thread.
[[nodiscard]] std::optional<std::string_view> exchange_currency(std::string_view symbol) noexcept;

/// Remembers the currencies given in search answers and otherwise uses the exchange's. Nothing is
/// guessed: pence stay pence (`GBX`), and an unknown currency stays unknown. Different spellings of
/// a share count as one symbol, so `BRK.B` has the currency that a search gave for `BRK-B`.
///
/// Thread-safety: every member function may be called from any thread.
class Currencies {
 public:
  /// Remembers at most `max_symbols`; anything learned beyond that is dropped.
  explicit Currencies(std::size_t max_symbols) : max_symbols_(max_symbols) {}

  /// Remembers the currency of each match that has one.
  void learn(const stockclient::SymbolMatches& matches);
  /// The currency of an upper-case symbol: the learned one, otherwise the exchange's, otherwise
  /// empty.
  [[nodiscard]] std::optional<std::string> find(const std::string& symbol) const;

  /// Changes whenever a result of `find` may have changed. Cost: one atomic load.
  [[nodiscard]] std::uint64_t generation() const noexcept {
    return generation_.load(std::memory_order_acquire);
  }

 private:
  const std::size_t max_symbols_;
  std::atomic<std::uint64_t> generation_{0};
  mutable std::mutex mutex_;
  /// Keyed by canonical symbol.
  std::unordered_map<std::string, std::string> by_symbol_;
};

}  // namespace service
