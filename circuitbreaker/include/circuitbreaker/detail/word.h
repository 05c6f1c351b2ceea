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

/// The word that admission reads; its layout is described at the top of this file.
using Word = std::uint64_t;

/// Mask of the bits that hold the state.
inline constexpr Word kStateMask = 0x3;
/// Mask of the bits that hold the mode.
inline constexpr Word kModeMask = 0x1c;
/// Flag: calls are timed, so admission reads the clock.
inline constexpr Word kTimed = 0x20;
/// Flag: failures are pending, so a success must take the lock to reset their number.
inline constexpr Word kPending = 0x40;
/// Flag: successes count in a window.
inline constexpr Word kWindowed = 0x80;
/// Flag: calls in progress are watched, so that they count as slow before they return. Implies
/// `kTimed`.
inline constexpr Word kTracked = 0x100;
/// Flag: calls have a time limit.
inline constexpr Word kLimited = 0x200;
/// Flag: the trip rules have yet to be evaluated, or the window holds failures but fewer calls than
/// the minimum. Even a success may trip the breaker, so it must take the lock.
inline constexpr Word kTense = 0x400;
/// Flag: the window is made of time buckets, so a success must check whether its bucket is over.
inline constexpr Word kBucketed = 0x800;
/// Flag: the breaker was destroyed, so the end of a permit may have to free the core.
inline constexpr Word kOrphaned = 0x1000;
/// Flag in permits only: the call was admitted under the lock, so it must end under the lock.
inline constexpr Word kByLock = 0x2000;
/// Flag: every call is reported to an observer, so admission reads the clock.
inline constexpr Word kObserved = 0x4000;
/// Number of bits below the generation.
inline constexpr int kGenerationShift = 16;

/// If no bit of this mask is set, the breaker is closed and in normal mode, and admission only has
/// to count.
inline constexpr Word kAdmissionNotPlain = kStateMask | kModeMask | kTimed | kObserved;
/// If no bit of this mask is set in a permit, a success only has to count, unless the breaker's
/// word has changed since admission.
inline constexpr Word kSuccessNotPlain = kAdmissionNotPlain | kWindowed | kByLock;
/// The flags that may change within a generation, and that permits therefore do not carry.
inline constexpr Word kPassing = kPending | kTense;

/// Composes a word from its parts.
[[nodiscard]] constexpr Word make_word(State state, Mode mode, Word flags,
                                       std::uint64_t generation) noexcept {
  return static_cast<Word>(state) | static_cast<Word>(mode) << 2 | flags |
         generation << kGenerationShift;
}

}  // namespace circuitbreaker::detail
