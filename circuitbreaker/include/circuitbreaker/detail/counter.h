#pragma once
/// Small parts that the policies share: not part of the public interface.

#include <atomic>
#include <cstdint>
#include <utility>

namespace circuitbreaker::detail {

/// A statistic that several threads increment. Moving copies the value and must not race with other
/// use.
class Counter {
 public:
  Counter() noexcept = default;
  /// Copies the value of `other`, which is unchanged.
  Counter(Counter&& other) noexcept : value_(other.get()) {}

  /// Adds one. Safe from any thread; orders nothing else.
  void add() noexcept { value_.fetch_add(1, std::memory_order_relaxed); }
  /// The number of additions so far.
  [[nodiscard]] std::uint64_t get() const noexcept {
    return value_.load(std::memory_order_relaxed);
  }

 private:
  std::atomic<std::uint64_t> value_{0};
};

/// A pointer to an optional observer, which may be set while other threads read it.
template <class T>
class ObserverPointer {
 public:
  ObserverPointer() noexcept = default;
  /// Takes the same observer as `other`. Must not race with other use.
  ObserverPointer(ObserverPointer&& other) noexcept : value_(other.get()) {}

  /// Sets the observer, which the owner keeps alive; null removes it.
  void set(T* value) noexcept { value_.store(value, std::memory_order_release); }
  /// The observer, or null.
  [[nodiscard]] T* get() const noexcept { return value_.load(std::memory_order_acquire); }

 private:
  std::atomic<T*> value_{nullptr};
};

}  // namespace circuitbreaker::detail
