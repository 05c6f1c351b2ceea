#pragma once
/// What an upstream call is for, which decides what it may spend.

#include <cstddef>
#include <cstdint>

namespace stockclient {

/// `never_seen`: a caller asks for something that has no value yet. `refresh`: a known value is to
/// become younger. `probe`: a refresh that finds out whether the upstream is back.
enum class Purpose : std::uint8_t { never_seen, refresh, probe };
inline constexpr std::size_t kPurposeCount = 3;

}  // namespace stockclient
