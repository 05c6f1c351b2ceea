#pragma once
/// Which currency a symbol is quoted in: learned from search answers, never guessed. Pence stay
/// pence (`GBX`).

#include <atomic>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "stockclient/domain/quote.h"

namespace service {

/// Thread-safety: every member function may be called from any thread.
class Currencies {
 public:
  /// Remembers at most `max_symbols`; what is learned beyond that is dropped.
  explicit Currencies(std::size_t max_symbols) : max_symbols_(max_symbols) {}

  void learn(const stockclient::SymbolMatches& matches);
  [[nodiscard]] std::optional<std::string> find(const std::string& symbol) const;

  /// Changes whenever any answer of `find` may have changed; one atomic load.
  [[nodiscard]] std::uint64_t generation() const noexcept {
    return generation_.load(std::memory_order_acquire);
  }

 private:
  const std::size_t max_symbols_;
  std::atomic<std::uint64_t> generation_{0};
  mutable std::mutex mutex_;
  std::unordered_map<std::string, std::string> by_symbol_;
};

}  // namespace service
