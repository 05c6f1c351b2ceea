#pragma once
/// Whether the service should receive traffic.

#include <atomic>
#include <cstdint>

namespace service {

/// The stage of the process that /readyz reports. Thread-safety: every member function may be
/// called from any thread.
class Lifecycle {
 public:
  /// The stages, in the order in which a process passes through them.
  enum class Stage : std::uint8_t {
    starting,  ///< Not ready to serve yet.
    ready,     ///< Serving; traffic is welcome.
    draining   ///< Completing requests before exit; new traffic should go elsewhere.
  };

  /// Enters a stage.
  void set(Stage stage) noexcept { stage_.store(stage, std::memory_order_release); }
  /// The current stage.
  [[nodiscard]] Stage stage() const noexcept { return stage_.load(std::memory_order_acquire); }

 private:
  std::atomic<Stage> stage_{Stage::starting};
};

}  // namespace service
