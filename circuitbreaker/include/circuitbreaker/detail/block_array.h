#pragma once
/// An array that grows while other threads read it. Not part of the public interface.
///
///     using Calls = BlockArray<WatchedCall, 64, 1, 11>;  // 64 elements, 128, 256, ... 65,536
///     if (WatchedCall* call = calls.grow_to(Calls::position(100))) call->started.store(now);

#include <array>
#include <atomic>
#include <bit>
#include <cstdint>
#include <memory>
#include <new>

namespace circuitbreaker::detail {

/// The position of an element in a `BlockArray`.
struct BlockPosition {
  std::uint32_t block = 0;   ///< Number of the block.
  std::uint32_t offset = 0;  ///< Index within the block.
};

/// Elements live in blocks, each allocated when one of its elements is first needed and freed with
/// the array, so elements never move. The first block has `kFirst` elements; each further block has
/// 2 to the power of `kGrowthBits` times as many as the one before.
///
/// Thread-safety: every member function may be called from any thread; the elements must
/// synchronise themselves.
template <class T, std::uint32_t kFirst, std::uint32_t kGrowthBits, std::uint32_t kBlocks>
class BlockArray {
 public:
  /// The largest number of elements.
  static constexpr std::uint32_t kCapacity = kFirst << (kGrowthBits * (kBlocks - 1));
  /// A position that belongs to no element.
  static constexpr BlockPosition kNowhere{kBlocks, 0};

  /// Creates an array without elements.
  BlockArray() noexcept = default;
  ~BlockArray() {
    for (auto& block : blocks_) delete[] block.load(std::memory_order_relaxed);
  }
  BlockArray(const BlockArray&) = delete;
  BlockArray& operator=(const BlockArray&) = delete;

  /// The position of element `index`; `kNowhere` beyond the capacity.
  [[nodiscard]] static constexpr BlockPosition position(std::uint32_t index) noexcept {
    if (index >= kCapacity) return kNowhere;
    const auto doublings = static_cast<std::uint32_t>(std::bit_width(index / kFirst));
    const std::uint32_t block = (doublings + kGrowthBits - 1) / kGrowthBits;
    return {block, index - start_of(block)};
  }

  /// The element at a position, or null if it does not exist yet.
  [[nodiscard]] T* find(BlockPosition at) const noexcept {
    T* const elements = blocks_[at.block].load(std::memory_order_acquire);
    return elements == nullptr ? nullptr : elements + at.offset;
  }

  /// The element at a position, which is created if missing; null for `kNowhere` or if memory runs
  /// out.
  [[nodiscard]] T* grow_to(BlockPosition at) noexcept {
    if (at.block >= kBlocks) return nullptr;
    if (blocks_[at.block].load(std::memory_order_acquire) == nullptr) add(at.block);
    return find(at);
  }

  /// Calls `f(element)` for every element that exists.
  template <class F>
  void for_each(F&& f) const {
    for (std::uint32_t block = 0; block < kBlocks; ++block) {
      T* const elements = blocks_[block].load(std::memory_order_acquire);
      for (std::uint32_t i = 0; elements != nullptr && i < size_of(block); ++i) f(elements[i]);
    }
  }

 private:
  [[nodiscard]] static constexpr std::uint32_t start_of(std::uint32_t block) noexcept {
    return block == 0 ? 0 : kFirst << (kGrowthBits * (block - 1));
  }
  [[nodiscard]] static constexpr std::uint32_t size_of(std::uint32_t block) noexcept {
    return start_of(block + 1) - start_of(block);
  }

  void add(std::uint32_t block) noexcept {
    std::unique_ptr<T[]> fresh(new (std::nothrow) T[size_of(block)]);
    T* none = nullptr;
    if (fresh && blocks_[block].compare_exchange_strong(
                     none, fresh.get(), std::memory_order_acq_rel, std::memory_order_relaxed)) {
      static_cast<void>(fresh.release());
    }
  }

  /// The last entry is always null. `kNowhere` refers to it, so `find` need not compare.
  std::array<std::atomic<T*>, kBlocks + 1> blocks_{};
};

}  // namespace circuitbreaker::detail
