#pragma once
/// Values for tests of stores.

#include <chrono>
#include <string>

#include "circuitbreaker/clock.h"

#include "stockclient/store/stored_value.h"
#include "stockclient/time/wall_clock.h"

namespace stockclient::testing {

inline constexpr auto kNoDeadline = circuitbreaker::TimePoint::max();

inline WallTime at_second(std::int64_t seconds) {
  return WallTime(std::chrono::seconds(seconds));
}

/// A wall clock that the test sets.
class SetWallClock final : public WallClock {
 public:
  [[nodiscard]] WallTime now() const noexcept override { return now_; }
  void set(WallTime now) { now_ = now; }

 private:
  WallTime now_ = at_second(100'000);
};

/// A value of `day`, fetched and requested at the given seconds.
inline StoredValue stored(const std::string& key, const std::string& day = "2026-11-20",
                          std::int64_t fetched = 1000, std::int64_t asked = 1000) {
  StoredValue value;
  value.key = key;
  value.trading_day = day;
  value.fetched_at = at_second(fetched);
  value.boot_id = "boot-1";
  value.boot_time = std::chrono::seconds(fetched - 900);
  value.asked_at = at_second(asked);
  value.body = "body of " + key + " fetched at " + std::to_string(fetched);
  return value;
}

}  // namespace stockclient::testing
