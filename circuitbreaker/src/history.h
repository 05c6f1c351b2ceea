#pragma once
/// The past of a breaker, for snapshots. No decision depends on it, so a breaker works even if
/// there is no memory for it.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "circuitbreaker/clock.h"
#include "circuitbreaker/snapshot.h"
#include "circuitbreaker/state.h"

namespace circuitbreaker::detail {

/// Past transitions and failures. Not thread-safe. Texts for which there is no memory are left out.
class History {
 public:
  /// Records why the current state began: `reason`, and `detail` if there is one.
  void set_reason(std::string_view reason, std::string_view detail) noexcept;
  /// Records a failed call.
  void note_failure(TimePoint at, Verdict verdict, std::string_view reason) noexcept;
  /// Records that the state that began at `since` ended at `at`.
  void note_transition(State from, State to, TimePoint since, TimePoint at) noexcept;
  /// The reason of the last failure; empty if there was none.
  [[nodiscard]] std::string_view last_failure() const noexcept {
    return last_failure_ ? std::string_view(last_failure_->reason) : std::string_view();
  }
  /// Adds the recorded history to a snapshot.
  void describe(Snapshot& snapshot) const;

 private:
  std::string reason_;
  std::optional<LastFailure> last_failure_;
  std::optional<TimePoint> outage_start_;
  std::array<Duration, 3> in_state_{};
  std::array<std::uint32_t, 5> transitions_{};
};

}  // namespace circuitbreaker::detail
