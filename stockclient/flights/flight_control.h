#pragma once
/// Takes flights from the first attempt to the landing: breaker, quota, upstream, verdict, cache,
/// waiters.

#include <atomic>
#include <cstddef>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "circuitbreaker/circuit_breaker.h"
#include "circuitbreaker/retry.h"
#include "circuitbreaker/retry_budget.h"

#include "stockclient/cache/cache.h"
#include "stockclient/flights/breaker_watch.h"
#include "stockclient/flights/flight.h"
#include "stockclient/flights/flight_table.h"
#include "stockclient/flights/popularity.h"
#include "stockclient/live_settings.h"
#include "stockclient/observer.h"
#include "stockclient/quota/quota_gate.h"
#include "stockclient/time/wall_clock.h"
#include "stockclient/wire/upstream.h"

namespace stockclient {

/// Everything a flight needs on its way. All must outlive the control.
struct FlightParts {
  Upstream& upstream;
  circuitbreaker::CircuitBreaker& breaker;
  Clocks clocks;
  Observer& observer;
  Scheduler& scheduler;
  Cache& cache;
  QuotaGate& gate;
};

/// Thread-safety: every member function may be called from any thread.
class FlightControl : public std::enable_shared_from_this<FlightControl> {
 public:
  /// Use this: the timers it sets need a shared owner to find it again. `settings` must outlive it.
  static std::shared_ptr<FlightControl> make(const LiveSettings& settings, FlightParts parts);
  ~FlightControl() = default;
  FlightControl(const FlightControl&) = delete;
  FlightControl& operator=(const FlightControl&) = delete;

  /// Why no call can be made for this purpose now; empty when it seems that one can.
  [[nodiscard]] std::optional<Failure> obstacle(Purpose purpose, const std::string& client);

  /// Joins or begins the flight for `query`. `place` may be empty: nobody waits.
  FlightTable::Boarding board(const Query& query, Purpose purpose, const std::string& client,
                              const PlacePtr& place, circuitbreaker::TimePoint deadline);

  /// A known value was asked for. Costs one atomic read while the breaker is closed; otherwise the
  /// value may be refreshed as a probe.
  void note_interest(const Query& query);

  /// Cancels the calls under way.
  void cancel_calls() { stop_.request_stop(); }
  /// Answers everybody who still waits. For the end, when nothing runs any more.
  void answer_all(const Failure& failure);

  [[nodiscard]] const FlightTable& table() const { return *table_; }
  [[nodiscard]] std::uint64_t retries_left() { return retry_budget_.remaining(); }
  /// How a caller is answered from what is known, and the observer told.
  [[nodiscard]] Outcome answer(const Known& known, std::optional<StaleReason> reason,
                               CacheResult result, Function function) const;
  [[nodiscard]] Outcome answer(StockError error) const;

 private:
  FlightControl(const LiveSettings& settings, FlightParts parts);
  void start();

  void send_off(const FlightPtr& flight);
  void queue(const FlightPtr& flight);
  void resume_at(const FlightPtr& flight, circuitbreaker::TimePoint when);
  void attempt(const FlightPtr& flight);
  void call(const FlightPtr& flight, circuitbreaker::Permit permit, Purpose charged_as);
  Scheduler::TimerId watch_for_overdue(circuitbreaker::TimePoint started);
  void succeeded(const FlightPtr& flight, circuitbreaker::Permit permit, Data data);
  void failed_with(const FlightPtr& flight, circuitbreaker::Permit permit, const Fault& fault);
  void tell_what_is_left();
  void wait_for_quota(const FlightPtr& flight, const Refusal& refusal);
  /// Notes in the cache what an attempt without data has shown, and says how the flight ends.
  Landing remember(const Flight& flight, const Fault& fault);
  /// Whether `data` may take the place of the known value: never back in time, unless several
  /// answers agree on the older trading day.
  [[nodiscard]] bool may_replace(const Query& query, const Known& known, const Data& data);
  /// How long a known value is left alone after a refresh that ended with `fault`.
  [[nodiscard]] circuitbreaker::Duration pause_after(const Known& known, const Fault& fault,
                                                     Function function) const;
  void hold_began(const Refusal& held);

  struct NextAttempt {
    Phase phase;
    circuitbreaker::TimePoint when;
  };
  [[nodiscard]] std::optional<NextAttempt> next_attempt(const Flight& flight, const Fault& fault,
                                                        const std::optional<Refusal>& held);
  [[nodiscard]] std::uint32_t most_attempts(const Flight& flight, RetryAdvice advice) const;
  /// Whether an attempt that starts then has a fair chance to end before the flight does.
  [[nodiscard]] bool fits(const Flight& flight, circuitbreaker::TimePoint start) const;
  [[nodiscard]] circuitbreaker::Duration shortest_attempt() const;

  void overdue(const FlightPtr& flight);

  void land(const FlightPtr& flight, const Landing& landing);
  void deliver(const std::vector<PlacePtr>& places, const Landing& landing) const;
  void gave_up(const PlacePtr& place, Phase phase) const;
  void breaker_changed(const circuitbreaker::StateChange& change);
  /// Begins as many refreshes as the breaker wants probes, while the quota has room for them.
  void feed_probes();
  [[nodiscard]] bool is_worth_a_probe(const Query& query);
  [[nodiscard]] bool needed(const Query& query, Purpose purpose);
  [[nodiscard]] bool servable(const Known& known) const;

  /// Enough to find a few to probe with among many.
  static constexpr std::size_t kInterestKept = 64;

  const LiveSettings& settings_;
  const FlightParts parts_;
  const circuitbreaker::Clock& clock_;
  circuitbreaker::RetryBudget retry_budget_;
  circuitbreaker::Retry retry_;
  std::stop_source stop_;
  /// Flights that wait for their turn under the rate limit.
  std::atomic<std::size_t> paced_{0};
  std::atomic<std::size_t> half_open_max_calls_{1};
  /// What is asked for while the breaker is not closed.
  Popularity interest_{kInterestKept};
  std::shared_ptr<FlightTable> table_;
  std::optional<BreakerWatch> watch_;
};

}  // namespace stockclient
