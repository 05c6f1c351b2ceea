#pragma once
/// The time at which the tests' upstream answers arrive.

#include "stockclient/time/wall_clock.h"

namespace stockclient::testing {

/// Noon in New York on a Saturday; the fixtures' newest trading day is the Friday before.
inline constexpr WallTime kAnswerTime =
    std::chrono::sys_days(std::chrono::year(2026) / 11 / 21) + std::chrono::hours(17);

/// A clock that stands still at that time.
class FixedWallClock final : public WallClock {
 public:
  [[nodiscard]] WallTime now() const noexcept override { return kAnswerTime; }
};

}  // namespace stockclient::testing
