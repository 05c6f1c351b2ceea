#include "counting_allocator.h"

#include <cstdlib>
#include <limits>
#include <new>

namespace circuitbreaker::testing {
namespace {

constinit thread_local Allocated mine;
constexpr std::size_t kUnlimited = std::numeric_limits<std::size_t>::max();
constinit thread_local std::size_t allowed_still = kUnlimited;

void* allocate(std::size_t size, std::size_t alignment) {
  if (allowed_still == 0) throw std::bad_alloc();
  if (allowed_still != kUnlimited) --allowed_still;
  ++mine.times;
  mine.bytes += size;
  const std::size_t rounded = (size + alignment - 1) / alignment * alignment;
  void* const memory = std::aligned_alloc(alignment, rounded == 0 ? alignment : rounded);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

void deallocate(void* memory) noexcept {
  if (memory != nullptr) ++mine.frees;
  std::free(memory);
}

}  // namespace

Allocated allocated() noexcept {
  return mine;
}

OutOfMemory::OutOfMemory(std::size_t allowed) noexcept {
  allowed_still = allowed;
}
OutOfMemory::~OutOfMemory() {
  allowed_still = kUnlimited;
}

}  // namespace circuitbreaker::testing

using circuitbreaker::testing::allocate;
using circuitbreaker::testing::deallocate;

namespace {

void* allocate_or_null(std::size_t size,
                       std::size_t alignment = alignof(std::max_align_t)) noexcept {
  try {
    return allocate(size, alignment);
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
}

}  // namespace

// Replaces every form that the library uses. Sanitizers check that each form of new is paired with
// the matching form of delete.
void* operator new(std::size_t size) {
  return allocate(size, alignof(std::max_align_t));
}
void* operator new[](std::size_t size) {
  return allocate(size, alignof(std::max_align_t));
}
void* operator new(std::size_t size, std::align_val_t alignment) {
  return allocate(size, static_cast<std::size_t>(alignment));
}
void* operator new[](std::size_t size, std::align_val_t alignment) {
  return allocate(size, static_cast<std::size_t>(alignment));
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  return allocate_or_null(size);
}
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept {
  return allocate_or_null(size);
}
void* operator new[](std::size_t size, std::align_val_t alignment, const std::nothrow_t&) noexcept {
  return allocate_or_null(size, static_cast<std::size_t>(alignment));
}
void operator delete(void* memory) noexcept {
  deallocate(memory);
}
void operator delete[](void* memory) noexcept {
  deallocate(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  deallocate(memory);
}
void operator delete[](void* memory, std::size_t) noexcept {
  deallocate(memory);
}
void operator delete(void* memory, std::align_val_t) noexcept {
  deallocate(memory);
}
void operator delete[](void* memory, std::align_val_t) noexcept {
  deallocate(memory);
}
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept {
  deallocate(memory);
}
void operator delete[](void* memory, std::align_val_t, const std::nothrow_t&) noexcept {
  deallocate(memory);
}
void operator delete[](void* memory, std::size_t, std::align_val_t) noexcept {
  deallocate(memory);
}
void operator delete(void* memory, const std::nothrow_t&) noexcept {
  deallocate(memory);
}
void operator delete[](void* memory, const std::nothrow_t&) noexcept {
  deallocate(memory);
}
