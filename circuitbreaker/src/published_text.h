#pragma once
/// A short text that many threads read while another one replaces it.

#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "circuitbreaker/brief_text.h"

namespace circuitbreaker::detail {

/// A sequence lock (Lameter, "Effective Synchronization on Linux/NUMA Systems", 2005): readers
/// write nothing, so they scale.
///
/// Thread-safety: `load` may be called from any thread, `store` from one thread at a time.
class PublishedText {
 public:
  /// Replaces the text.
  void store(const BriefText& text) noexcept {
    const auto words = std::bit_cast<Words>(text);
    const std::uint32_t version = version_.load(std::memory_order_relaxed);
    version_.store(version + 1, std::memory_order_relaxed);
    for (std::size_t i = 0; i < kWords; ++i) {
      words_[i].store(words[i], std::memory_order_release);
    }
    version_.store(version + 2, std::memory_order_release);
  }

  /// Copies the text to `text`; the empty text when it is being replaced right now.
  void load(BriefText& text) const noexcept {
    const std::uint32_t version = version_.load(std::memory_order_acquire);
    // Straight to the destination: a second copy would wait for the stores of the first.
    for (std::size_t i = 0; i < kWords; ++i) {
      const std::uint64_t word = words_[i].load(std::memory_order_acquire);
      std::memcpy(reinterpret_cast<char*>(&text) + i * sizeof(word), &word, sizeof(word));
    }
    const bool whole = version % 2 == 0 && version_.load(std::memory_order_relaxed) == version;
    if (!whole) text = BriefText();
  }

 private:
  static constexpr std::size_t kWords = sizeof(BriefText) / sizeof(std::uint64_t);
  using Words = std::array<std::uint64_t, kWords>;

  std::atomic<std::uint32_t> version_{0};
  std::array<std::atomic<std::uint64_t>, kWords> words_{};
};

}  // namespace circuitbreaker::detail
