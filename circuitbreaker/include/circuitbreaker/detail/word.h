#pragma once
/// The one atomic word that admission reads: not part of the public interface.
///
///     if ((word & detail::kNotPlain) == 0) admit();
///
/// Bits 0-1 state, 2-4 mode, 5 "every call takes the lock", 6 "failures are pending", 8-63
/// generation. A generation lives from one transition to the next; it would take 2000 years to wrap
/// at a million transitions a second.

#include <cstdint>

#include "circuitbreaker/state.h"

namespace circuitbreaker::detail {

using Word = std::uint64_t;

inline constexpr Word kStateMask = 0x3;
inline constexpr Word kModeMask = 0x1c;
inline constexpr Word kLocked = 0x20;
inline constexpr Word kPending = 0x40;
inline constexpr int kGenerationShift = 8;
/// Zero under this mask: closed, normal, and nothing to measure.
inline constexpr Word kNotPlain = kStateMask | kModeMask | kLocked;

[[nodiscard]] constexpr Word make_word(State state, Mode mode, bool locked, bool pending,
                                       std::uint64_t generation) noexcept {
  return static_cast<Word>(state) | static_cast<Word>(mode) << 2 | (locked ? kLocked : 0) |
         (pending ? kPending : 0) | generation << kGenerationShift;
}

}  // namespace circuitbreaker::detail
