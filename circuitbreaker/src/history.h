#pragma once
/// What a breaker tells of its past. Nothing is decided by it, so a breaker that cannot get the
/// memory for it works all the same.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "circuitbreaker/clock.h"
#include "circuitbreaker/snapshot.h"
#include "circuitbreaker/state.h"

namespace circuitbreaker::detail {

/// Not thread-safe.
class History {
 public:
  /// Why the breaker is as it is: `reason`, and what the failure said.
  void set_reason(std::string_view reason, std::string_view detail) noexcept;
  void note_failure(TimePoint at, Verdict verdict, std::string_view reason) noexcept;
  void note_transition(State from, State to, TimePoint since, TimePoint at) noexcept;
  /// Adds its part to the snapshot of a breaker.
  void describe(Snapshot& snapshot) const;

 private:
  std::string reason_;
  std::optional<LastFailure> last_failure_;
  std::optional<TimePoint> outage_start_;
  std::array<Duration, 3> in_state_{};
  std::array<std::uint32_t, 5> transitions_{};
};

}  // namespace circuitbreaker::detail
