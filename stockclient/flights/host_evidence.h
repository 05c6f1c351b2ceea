#pragma once
/// Decides whether trouble with one function of the upstream affects the whole host.

#include <array>
#include <cstdint>
#include <mutex>
#include <optional>

#include "circuitbreaker/clock.h"
#include "circuitbreaker/settings.h"

#include "stockclient/domain/query.h"

namespace stockclient {

/// Remembers the latest results of every function, and attributes failures or slow calls of one
/// function to the host only if no other function has worked since they began. While only one
/// function is in use, all of them are attributed to the host.
///
/// Thread-safety: every member function may be called from any thread.
class HostEvidence {
 public:
  /// `host`: settings of the host's breaker, for the slow-call rule.
  explicit HostEvidence(const circuitbreaker::Settings& host) { configure(host); }
  /// Replaces the slow-call rule; the results are kept.
  void configure(const circuitbreaker::Settings& host);

  /// Records a success. `slow`: the call took at least the slow-call duration, so it does not show
  /// that the host answers promptly.
  void succeeded(Function function, bool slow, circuitbreaker::TimePoint now);
  /// Records a failure. Returns whether it counts for the host: no connection was made, or no other
  /// function has succeeded since the first of this function's consecutive failures.
  [[nodiscard]] bool failed(Function function, bool connected, circuitbreaker::TimePoint now);
  /// Records that a call that began at `started` is or was slow. Reporting the same call repeatedly
  /// is harmless.
  void note_slow(Function function, circuitbreaker::TimePoint started);
  /// Records that a call that began at `started` has just become slow; call it only once for each
  /// call. Returns whether to trip the host's breaker: the number of consecutive slow calls, of any
  /// functions, has reached the number that trips a full window under the slow-call rule, and no
  /// other function has answered promptly since this function's consecutive slow calls began.
  [[nodiscard]] bool became_slow(Function function, circuitbreaker::TimePoint started);
  /// Returns whether to trip the host's breaker when slow calls have opened the breaker of
  /// `function`: no other function has answered promptly since this function's consecutive slow
  /// calls began. `started` is the start of the newest of them.
  [[nodiscard]] bool blames_host_for_slowness(Function function, circuitbreaker::TimePoint started);

 private:
  struct FunctionResults {
    /// Start of the first of the consecutive failures; empty after a success.
    std::optional<circuitbreaker::TimePoint> failing_since;
    /// Start of the first of the consecutive slow calls. A prompt success does not clear it; the
    /// next slow call then replaces it.
    std::optional<circuitbreaker::TimePoint> slow_since;
    std::optional<circuitbreaker::TimePoint> last_success;
    std::optional<circuitbreaker::TimePoint> last_prompt_success;
  };

  /// Returns the start of the function's consecutive slow calls, including the given one. Requires
  /// the lock.
  circuitbreaker::TimePoint slow_run_start(Function function, circuitbreaker::TimePoint started);

  /// Whether `time` of any function other than `function` is set and not before `since`. Needs the
  /// lock.
  [[nodiscard]] bool another_has(std::optional<circuitbreaker::TimePoint> FunctionResults::*time,
                                 Function function, circuitbreaker::TimePoint since) const;

  mutable std::mutex mutex_;
  // Guarded by the mutex.
  std::array<FunctionResults, kFunctionCount> results_;
  /// Number of consecutive slow calls that trips the host's breaker; 0 without a slow-call rule.
  std::uint32_t slow_limit_ = 0;
  std::uint32_t slow_in_a_row_ = 0;
};

}  // namespace stockclient
