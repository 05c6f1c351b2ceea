#pragma once
/// Calendar time, injected: for `fetchedAt`, and for quotas that reset at a time of day.

#include "circuitbreaker/clock.h"

#include "stockclient/domain/answer.h"

namespace stockclient {

class WallClock {
 public:
  virtual ~WallClock() = default;
  [[nodiscard]] virtual WallTime now() const noexcept = 0;
};

/// The two kinds of time. Both must outlive whoever is given them.
struct Clocks {
  const circuitbreaker::Clock& monotonic;
  const WallClock& wall;
};

/// The system's clock. Lives until the program ends.
[[nodiscard]] const WallClock& system_wall_clock() noexcept;

}  // namespace stockclient
