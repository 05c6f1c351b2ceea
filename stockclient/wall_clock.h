#pragma once
/// Calendar time, injected: for `fetchedAt`, and for quotas that reset at a time of day.

#include "stockclient/answer.h"

namespace stockclient {

class WallClock {
 public:
  virtual ~WallClock() = default;
  [[nodiscard]] virtual WallTime now() const noexcept = 0;
};

/// The system's clock. Lives until the program ends.
[[nodiscard]] const WallClock& system_wall_clock() noexcept;

}  // namespace stockclient
