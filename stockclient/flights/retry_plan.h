#pragma once
/// Decides whether a flight waits, tries again, or gives up.

#include <cstdint>
#include <optional>

#include "circuitbreaker/clock.h"

#include "stockclient/domain/failure.h"
#include "stockclient/domain/live_settings.h"
#include "stockclient/flights/flight.h"
#include "stockclient/quota/purpose.h"

namespace stockclient {

/// The rules for further attempts of a flight: pure functions of the settings in force, the flight
/// and the failure. An attempt is only started if at least half of an attempt's normal time is left
/// before the flight's deadline; a shorter attempt would fail for lack of time and say little about
/// the upstream.
///
///     const RetryPlan plan(settings, 3, gate.has_daily_limit());
///     if (const auto next = plan.next(*flight, failure, now, backoff)) resume_at(next->when);
///
/// Thread-safety: immutable, so safe to use from any thread.
class RetryPlan {
 public:
  /// `max_attempts`: maximum number of attempts of a flight. `has_daily_limit`: whether the plan
  /// limits the calls of a day.
  RetryPlan(const LiveSettings& settings, std::uint32_t max_attempts, bool has_daily_limit)
      : settings_(settings), max_attempts_(max_attempts), has_daily_limit_(has_daily_limit) {}

  /// The shortest time for which an attempt is worth starting.
  [[nodiscard]] circuitbreaker::Duration shortest_attempt() const;
  /// Whether an attempt that starts at `start` leaves enough time before `deadline`.
  [[nodiscard]] bool fits(circuitbreaker::TimePoint start,
                          circuitbreaker::TimePoint deadline) const;
  /// Whether a flight whose call was refused should wait and try again. True only for a flight for
  /// an unknown value: a refresh has a value to fall back on and must not delay the others.
  [[nodiscard]] bool waits_for(const Failure& refusal, Purpose purpose,
                               circuitbreaker::TimePoint now,
                               circuitbreaker::TimePoint deadline) const;

  /// How a flight continues.
  struct NextAttempt {
    /// `pacing` or `backing_off`; `backing_off` also requires a retry from the retry budget.
    FlightPhase phase;
    /// When the next attempt starts.
    circuitbreaker::TimePoint when;
  };
  /// The next attempt of a flight whose last one ended with `failure`; empty if there is none.
  /// `backoff` is the delay before a retry. For a failure that imposes a hold, `retry_after` is the
  /// hold in force.
  [[nodiscard]] std::optional<NextAttempt> next(const Flight& flight, const Failure& failure,
                                                circuitbreaker::TimePoint now,
                                                circuitbreaker::Duration backoff) const;

 private:
  [[nodiscard]] std::uint32_t attempts_allowed(const Flight& flight, const Failure& failure) const;

  const LiveSettings settings_;
  const std::uint32_t max_attempts_;
  const bool has_daily_limit_;
};

/// Whether the refusal ends soon enough for a caller to wait.
[[nodiscard]] bool is_brief(const Failure& refusal) noexcept;

}  // namespace stockclient
