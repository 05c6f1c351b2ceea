#pragma once
/// A cheap view of the states of the upstream's circuit breakers.

#include <array>
#include <functional>
#include <memory>
#include <optional>

#include "circuitbreaker/clock.h"
#include "circuitbreaker/rejected.h"
#include "circuitbreaker/snapshot.h"

#include "stockclient/domain/query.h"
#include "stockclient/flights/breaker_watch.h"
#include "stockclient/flights/upstream_breakers.h"

namespace stockclient {

/// Follows the states of the host's breaker and of the functions' breakers. A call of a function
/// depends on two of them, the host's and the function's; the results combine both.
///
/// Thread-safety: every member function may be called from any thread.
class UpstreamWatch {
 public:
  /// Called for every transition, on the thread that caused it. The function is empty for the
  /// host's breaker.
  using Changed = std::function<void(std::optional<Function>, const circuitbreaker::StateChange&)>;

  /// `changed` is never called after the watch's destruction has begun. `breakers` and `clock` must
  /// outlive the watch.
  UpstreamWatch(UpstreamBreakers& breakers, const circuitbreaker::Clock& clock,
                const Changed& changed);

  /// Whether all breakers are closed.
  [[nodiscard]] bool all_closed() const noexcept;
  /// Whether calls of this function pass freely: its breaker and the host's are closed. Costs two
  /// atomic reads.
  [[nodiscard]] bool closed(Function function) const noexcept;
  /// Whether a call of this function may be let through as a probe now.
  [[nodiscard]] bool wants_probe(Function function) const noexcept;
  /// The rejection that a call of this function would most likely get now. Calls the breakers only
  /// while one is open, and such a call counts as a rejection.
  [[nodiscard]] std::optional<circuitbreaker::Rejected> rejection(Function function);
  /// Call when an attempt was rejected because an operator has forced a breaker open. See
  /// `BreakerWatch::note_forced_open`.
  void note_forced_open(Function function);

 private:
  [[nodiscard]] BreakerWatch& of(Function function) const noexcept;

  UpstreamBreakers& breakers_;
  BreakerWatch host_;
  std::array<std::unique_ptr<BreakerWatch>, kFunctionCount> functions_;
};

}  // namespace stockclient
