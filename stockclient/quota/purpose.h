#pragma once
/// The purpose of an upstream call.

#include <cstddef>
#include <cstdint>

namespace stockclient {

/// The purpose of an upstream call. It determines the share of the day's quota that the call may
/// use, and whether waiting and retrying are worthwhile.
enum class Purpose : std::uint8_t {
  never_seen,  ///< Fetches a value that is not known yet, for a caller who waits.
  refresh,     ///< Replaces a known value with a newer one.
  probe,       ///< Refreshes a value in order to find out whether the upstream has recovered.
};
/// Number of purposes.
inline constexpr std::size_t kPurposeCount = 3;

}  // namespace stockclient
