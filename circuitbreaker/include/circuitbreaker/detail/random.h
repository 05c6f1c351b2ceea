#pragma once
/// Cheap random numbers for spreading delays: not part of the public interface, not for secrets.
///
///     detail::SharedRandom random(seed);
///     const double share = random.unit();

#include <atomic>
#include <cstdint>

namespace circuitbreaker::detail {

/// splitmix64's output function (Steele, Lea, Flood 2014), as a number from 0 to 1, 1 excluded.
[[nodiscard]] constexpr double unit_from(std::uint64_t seed) noexcept {
  std::uint64_t z = seed + 0x9e3779b97f4a7c15;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  z ^= z >> 31;
  return static_cast<double>(z >> 11) * 0x1.0p-53;
}

/// Thread-safe and lock-free.
class SharedRandom {
 public:
  explicit SharedRandom(std::uint64_t seed) noexcept : state_(seed) {}
  [[nodiscard]] double unit() noexcept {
    return unit_from(state_.fetch_add(0x9e3779b97f4a7c15, std::memory_order_relaxed));
  }

 private:
  std::atomic<std::uint64_t> state_;
};

}  // namespace circuitbreaker::detail
