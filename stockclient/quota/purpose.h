#pragma once
/// The purpose of an upstream call.

#include <cstdint>

namespace stockclient {

/// The purpose of an upstream call. It determines whether waiting and retrying are worthwhile.
enum class Purpose : std::uint8_t {
  never_seen,  ///< Fetches a value that is not known yet, for a caller who waits.
  refresh,     ///< Replaces a known value with a newer one.
  probe,       ///< Refreshes a value in order to find out whether the upstream has recovered.
};

}  // namespace stockclient
