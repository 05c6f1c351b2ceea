#pragma once
/// Whether the service should get traffic: not before it is ready, nor once it is draining.

#include <atomic>
#include <cstdint>

namespace service {

class Lifecycle {
 public:
  enum class Phase : std::uint8_t { starting, ready, draining };

  void set(Phase phase) noexcept { phase_.store(phase, std::memory_order_release); }
  [[nodiscard]] Phase phase() const noexcept { return phase_.load(std::memory_order_acquire); }

 private:
  std::atomic<Phase> phase_{Phase::starting};
};

}  // namespace service
