#pragma once
/// The purpose of an upstream call.

#include <cstddef>
#include <cstdint>

namespace stockclient {

/// The purpose of an upstream call. It decides which share of the day's quota the call may spend,
/// and whether it is worth waiting and repeating for.
enum class Purpose : std::uint8_t {
  never_seen,  ///< A caller waits for something that has no value yet.
  refresh,     ///< A known value is replaced by a younger one.
  probe,       ///< A refresh that finds out whether the upstream has recovered.
};
/// Number of purposes.
inline constexpr std::size_t kPurposeCount = 3;

}  // namespace stockclient
