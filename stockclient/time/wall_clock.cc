#include "stockclient/time/wall_clock.h"

namespace stockclient {
namespace {

class SystemWallClock final : public WallClock {
 public:
  [[nodiscard]] WallTime now() const noexcept override { return std::chrono::system_clock::now(); }
};

}  // namespace

const WallClock& system_wall_clock() noexcept {
  static const SystemWallClock clock;
  return clock;
}

}  // namespace stockclient
