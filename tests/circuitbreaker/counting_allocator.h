#pragma once
/// Replaces this executable's operator new and delete with versions that count and can be told to
/// fail.

#include <cstddef>

namespace circuitbreaker::testing {

struct Allocated {
  std::size_t times = 0;
  std::size_t bytes = 0;
  std::size_t frees = 0;
};

/// Totals of the calling thread.
[[nodiscard]] Allocated allocated() noexcept;

/// While an instance exists, allocations on the calling thread fail, except the first `allowed`.
class OutOfMemory {
 public:
  explicit OutOfMemory(std::size_t allowed = 0) noexcept;
  ~OutOfMemory();
  OutOfMemory(const OutOfMemory&) = delete;
  OutOfMemory& operator=(const OutOfMemory&) = delete;
};

}  // namespace circuitbreaker::testing
