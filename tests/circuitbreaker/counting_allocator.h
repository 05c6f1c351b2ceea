#pragma once
/// This executable's operator new, which counts.

#include <cstddef>

namespace circuitbreaker::testing {

struct Allocated {
  std::size_t times = 0;
  std::size_t bytes = 0;
};

/// By the calling thread so far.
[[nodiscard]] Allocated allocated() noexcept;

}  // namespace circuitbreaker::testing
