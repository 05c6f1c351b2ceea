#pragma once
/// Waits for conditions instead of fixed times.

#include <chrono>
#include <thread>

namespace test_support {

/// The factor by which this build may be slower than an ordinary one.
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
inline constexpr int kSlowness = 5;
#else
inline constexpr int kSlowness = 1;
#endif

/// A time limit within which every awaited event happens, even on a busy machine under a sanitizer.
inline constexpr std::chrono::seconds kPatience{30};

/// Evaluates `condition` every few milliseconds until it is true. Returns false if it is still
/// false after `patience`.
template <class Condition>
[[nodiscard]] bool eventually(Condition condition, std::chrono::milliseconds patience = kPatience) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (!condition()) {
    if (std::chrono::steady_clock::now() >= deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return true;
}

}  // namespace test_support
