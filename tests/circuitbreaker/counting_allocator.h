#pragma once
/// This executable's operator new, which counts and can be told to fail.

#include <cstddef>

namespace circuitbreaker::testing {

struct Allocated {
  std::size_t times = 0;
  std::size_t bytes = 0;
};

/// By the calling thread so far.
[[nodiscard]] Allocated allocated() noexcept;

/// While it lives, the calling thread gets no memory.
class OutOfMemory {
 public:
  OutOfMemory() noexcept;
  ~OutOfMemory();
  OutOfMemory(const OutOfMemory&) = delete;
  OutOfMemory& operator=(const OutOfMemory&) = delete;
};

}  // namespace circuitbreaker::testing
