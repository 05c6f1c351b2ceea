#pragma once
/// The one atomic word that admission reads: not part of the public interface.
///
///     if ((word & detail::kAdmissionNotPlain) == 0) admit();
///
/// Bits 0-1 state, 2-4 mode, 5 timed, 6 failures pending, 7 windowed, 8 tracked, 9 limited, 10
/// tense, 16-63 generation. A generation lives from one transition to the next; at a million
/// transitions a second it would take nine years to wrap.

#include <cstdint>

#include "circuitbreaker/state.h"

namespace circuitbreaker::detail {

using Word = std::uint64_t;

inline constexpr Word kStateMask = 0x3;
inline constexpr Word kModeMask = 0x1c;
/// Calls are timed: admission reads the clock, results take the lock.
inline constexpr Word kTimed = 0x20;
/// Failures are pending: a success must take the lock to forget them.
inline constexpr Word kPending = 0x40;
/// A window is kept: results take the lock.
inline constexpr Word kWindowed = 0x80;
/// Calls under way are watched: admissions take the lock.
inline constexpr Word kTracked = 0x100;
/// Calls have a time limit.
inline constexpr Word kLimited = 0x200;
/// The window holds failures: even a success may complete the minimum of calls and trip, so it
/// needs to know the time.
inline constexpr Word kTense = 0x400;
inline constexpr int kGenerationShift = 16;

/// Zero under this mask: closed and normal, and admission is a matter of counting.
inline constexpr Word kAdmissionNotPlain = kStateMask | kModeMask | kTimed | kTracked;
/// Zero under this mask: a success while nothing is pending is a matter of counting.
inline constexpr Word kSuccessNotPlain = kAdmissionNotPlain | kWindowed;

[[nodiscard]] constexpr Word make_word(State state, Mode mode, Word flags,
                                       std::uint64_t generation) noexcept {
  return static_cast<Word>(state) | static_cast<Word>(mode) << 2 | flags |
         generation << kGenerationShift;
}

}  // namespace circuitbreaker::detail
