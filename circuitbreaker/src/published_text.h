#pragma once
/// A short text that many threads read while one thread replaces it.

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
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
    // The last word contains the text's size; the words between the text and the last word are
    // zero.
    used_.store(static_cast<std::uint32_t>(text.view().size() / sizeof(std::uint64_t)) + 1,
                std::memory_order_release);
    for (std::uint32_t i = 0; i < kWords; ++i) {
      words_[i].store(words[i], std::memory_order_release);
    }
    version_.store(version + 2, std::memory_order_release);
  }

  /// Copies the text to `text`, which must be empty and stays empty if the text is being replaced.
  void load(BriefText& text) const noexcept {
    const std::uint32_t version = version_.load(std::memory_order_acquire);
    // Copies directly to the destination, and no more than the text's length: apart from reading
    // the clock, a rejection spends most of its time here.
    const std::uint32_t used = std::min(used_.load(std::memory_order_acquire), kWords);
    for (std::uint32_t i = 0; i < used; ++i) copy_word(i, text);
    copy_word(kWords - 1, text);
    const bool whole = version % 2 == 0 && version_.load(std::memory_order_relaxed) == version;
    if (!whole) text = BriefText();
  }

 private:
  static constexpr std::uint32_t kWords = sizeof(BriefText) / sizeof(std::uint64_t);
  using Words = std::array<std::uint64_t, kWords>;

  void copy_word(std::uint32_t i, BriefText& text) const noexcept {
    const std::uint64_t word = words_[i].load(std::memory_order_acquire);
    std::memcpy(reinterpret_cast<char*>(&text) + i * sizeof(word), &word, sizeof(word));
  }

  std::atomic<std::uint32_t> version_{0};
  /// Number of leading words that hold text.
  std::atomic<std::uint32_t> used_{0};
  std::array<std::atomic<std::uint64_t>, kWords> words_{};
};

}  // namespace circuitbreaker::detail
