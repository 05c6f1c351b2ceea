#pragma once
/// Assigns each running thread a small index of its own, so that threads can write to separate
/// memory. Not part of the public interface.
///
///     PerThread<Tally> tallies;
///     if (Tally* mine = tallies.grow_to(thread_place())) mine->started.store(1);  // sole writer

#include "circuitbreaker/detail/block_array.h"

namespace circuitbreaker::detail {

/// One `T` for each thread, for at most 512 simultaneous threads; `T` should fill whole 64-byte
/// cache lines. Memory for 8 threads is allocated first, then for 32, 128 and 512, as threads
/// appear.
template <class T>
using PerThread = BlockArray<T, 8, 2, 4>;

/// Number of threads that can own a place at the same time.
inline constexpr std::uint32_t kOwnedPlaces = PerThread<char>::kCapacity;
/// Number of places whose memory is allocated first.
inline constexpr std::uint32_t kFirstPlaces = 8;

/// The calling thread's place in every `PerThread`; `kNowhere` before `thread_place` has been
/// called, while the thread is ending, or if the maximum number of threads already own a place.
inline constinit thread_local BlockPosition assigned_place = PerThread<char>::kNowhere;

/// The calling thread's place, which is assigned if possible. It is freed when the thread ends; its
/// next owner sees everything that the thread wrote.
[[nodiscard]] BlockPosition thread_place() noexcept;

}  // namespace circuitbreaker::detail
