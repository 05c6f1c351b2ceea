#pragma once
/// The one atomic word that admission reads. Not part of the public interface.
///
///     if ((word & detail::kAdmissionNotPlain) == 0) admit();
///
/// Bits 0-1 hold the state, 2-4 the mode, 5-14 flags, 16-63 the generation. A new generation begins
/// with each transition; at a million transitions a second the number would wrap after nine years.

#include <cstdint>

#include "circuitbreaker/state.h"

namespace circuitbreaker::detail {

/// See the file comment.
using Word = std::uint64_t;

/// The bits of the state.
inline constexpr Word kStateMask = 0x3;
/// The bits of the mode.
inline constexpr Word kModeMask = 0x1c;
/// Calls are timed: admission reads the clock.
inline constexpr Word kTimed = 0x20;
/// Failures are pending: a success must take the lock to reset their number.
inline constexpr Word kPending = 0x40;
/// Successes count in a window.
inline constexpr Word kWindowed = 0x80;
/// Calls under way are watched, so that they count as slow before they return. Implies `kTimed`.
inline constexpr Word kTracked = 0x100;
/// Calls have a time limit.
inline constexpr Word kLimited = 0x200;
/// The trip rules have yet to be evaluated, or the window holds failures but fewer calls than the
/// minimum: even a success may trip, so it must take the lock.
inline constexpr Word kTense = 0x400;
/// The window is made of time buckets: a success must check that its bucket is not over.
inline constexpr Word kBucketed = 0x800;
/// The breaker was destroyed: the end of a permit may have to free the core.
inline constexpr Word kOrphaned = 0x1000;
/// In permits only: admitted under the lock, so it must end under the lock.
inline constexpr Word kByLock = 0x2000;
/// An observer is told of every call: admission reads the clock.
inline constexpr Word kObserved = 0x4000;
/// Number of bits below the generation.
inline constexpr int kGenerationShift = 16;

/// Zero under this mask: closed and normal, and all that admission has to do is count.
inline constexpr Word kAdmissionNotPlain = kStateMask | kModeMask | kTimed | kObserved;
/// Zero under this mask in a permit: all that a success has to do is count, unless the breaker's
/// word has changed.
inline constexpr Word kSuccessNotPlain = kAdmissionNotPlain | kWindowed | kByLock;
/// The flags that come and go within a generation and that permits therefore do not carry.
inline constexpr Word kPassing = kPending | kTense;

/// Composes a word from its parts.
[[nodiscard]] constexpr Word make_word(State state, Mode mode, Word flags,
                                       std::uint64_t generation) noexcept {
  return static_cast<Word>(state) | static_cast<Word>(mode) << 2 | flags |
         generation << kGenerationShift;
}

}  // namespace circuitbreaker::detail
