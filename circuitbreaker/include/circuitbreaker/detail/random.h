#pragma once
/// Cheap random numbers for spreading delays: not part of the public interface, not for secrets.
///
///     detail::SharedRandom random(seed);
///     const double share = random.unit();

#include <atomic>
#include <cstdint>

namespace circuitbreaker::detail {

/// SplitMix64's finaliser (Steele, Lea, Flood 2014): a bijection in which every bit of the result
/// depends on every bit of `z`.
[[nodiscard]] constexpr std::uint64_t mix64(std::uint64_t z) noexcept {
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

/// The first output of SplitMix64 started with `seed`, as a number from 0 (inclusive) to 1
/// (exclusive).
[[nodiscard]] constexpr double unit_from(std::uint64_t seed) noexcept {
  return static_cast<double>(mix64(seed + 0x9e3779b97f4a7c15) >> 11) * 0x1.0p-53;
}

/// A SplitMix64 generator. Thread-safe and lock-free.
class SharedRandom {
 public:
  /// The same seed yields the same sequence.
  explicit SharedRandom(std::uint64_t seed) noexcept : state_(seed) {}
  /// Continues the sequence of `other`. Must not race with other use.
  SharedRandom(SharedRandom&& other) noexcept
      : state_(other.state_.load(std::memory_order_relaxed)) {}
  /// The next number from 0 (inclusive) to 1 (exclusive).
  [[nodiscard]] double unit() noexcept {
    return unit_from(state_.fetch_add(0x9e3779b97f4a7c15, std::memory_order_relaxed));
  }

 private:
  std::atomic<std::uint64_t> state_;
};

}  // namespace circuitbreaker::detail
