#pragma once
/// Holds settings that are replaced while other threads read them.

#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <type_traits>

#include "stockclient/domain/live_settings.h"

namespace stockclient {

/// Holds the live settings. A reader gets a consistent copy without taking a lock or allocating,
/// for the cost of ten atomic loads, which on x86-64 are ordinary loads. Memory use does not depend
/// on the number of replacements.
///
/// It is a sequence lock: a writer makes the sequence number odd while it stores the words, and a
/// reader starts again if the number was odd or has changed. Acquire loads and release stores keep
/// the words' accesses between the two reads of the number (Boehm, "Can seqlocks get along with
/// programming language memory models?", 2012).
///
/// Thread-safety: every member function may be called from any thread.
class SettingsCell {
 public:
  /// Initialises the cell with `settings`.
  explicit SettingsCell(LiveSettings settings) noexcept { replace(settings); }

  /// The settings in force.
  [[nodiscard]] LiveSettings read() const noexcept {
    std::array<std::uint64_t, kWords> words{};
    while (true) {
      const std::uint32_t before = sequence_.load(std::memory_order_acquire);
      for (std::size_t i = 0; i < kWords; ++i) words[i] = words_[i].load(std::memory_order_acquire);
      if (before % 2 == 0 && sequence_.load(std::memory_order_relaxed) == before) break;
    }
    return std::bit_cast<LiveSettings>(words);
  }

  /// Replaces the settings.
  void replace(LiveSettings settings) noexcept {
    const auto words = std::bit_cast<std::array<std::uint64_t, kWords>>(settings);
    const std::lock_guard lock(writers_);
    const std::uint32_t sequence = sequence_.load(std::memory_order_relaxed);
    sequence_.store(sequence + 1, std::memory_order_relaxed);
    for (std::size_t i = 0; i < kWords; ++i) words_[i].store(words[i], std::memory_order_release);
    sequence_.store(sequence + 2, std::memory_order_release);
  }

 private:
  static_assert(std::is_trivially_copyable_v<LiveSettings>);
  static_assert(sizeof(LiveSettings) % sizeof(std::uint64_t) == 0);
  static constexpr std::size_t kWords = sizeof(LiveSettings) / sizeof(std::uint64_t);

  std::mutex writers_;
  std::atomic<std::uint32_t> sequence_{0};
  std::array<std::atomic<std::uint64_t>, kWords> words_{};
};

}  // namespace stockclient
