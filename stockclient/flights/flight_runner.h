#pragma once
/// Runs flights from their start to the delivery of their results.

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "circuitbreaker/retry.h"
#include "circuitbreaker/retry_budget.h"

#include "stockclient/cache/cache.h"
#include "stockclient/cache/value_source.h"
#include "stockclient/domain/settings_cell.h"
#include "stockclient/flights/attempt.h"
#include "stockclient/flights/call_dispatcher.h"
#include "stockclient/flights/flight.h"
#include "stockclient/flights/flight_table.h"
#include "stockclient/flights/retry_plan.h"
#include "stockclient/flights/upstream_watch.h"
#include "stockclient/flights/worker_shares.h"
#include "stockclient/refresh/value_lifetimes.h"
#include "stockclient/time/clocks.h"

namespace stockclient {

/// The settings of flights that do not change while the client runs.
struct FlightSettings {
  /// Limits on waiters and refreshes.
  FlightLimits limits;
  /// Maximum number of attempts of a flight, including the first.
  std::uint32_t max_attempts;
  /// Origin stored in records.
  Source source;
  /// Number of workers.
  std::size_t workers;
};

/// The components that flights use. All must outlive the runner.
struct FlightParts {
  /// Components for the upstream calls.
  AttemptParts attempts;
  /// The clocks.
  Clocks clocks;
  /// The cache in which values are found and stored.
  Cache& cache;
  /// Decides which values are fresh.
  const ValueLifetimes& lifetimes;
  /// The state of the exchanges, which the runner updates.
  ExchangeWatches& watches;
  /// Additional places to find and store values, in the order in which they are asked.
  std::vector<ValueSource*> sources;
};

/// Runs the flights. A flight for an unknown value asks the additional value sources first. A
/// flight for a known value and, under a plan with limits, one for an unknown value then waits
/// until the refresh planner gives it a call. Each step of a flight runs on a worker; after a
/// failed attempt, the retry plan decides what follows. A waiting flight occupies no worker, and no
/// single function occupies all workers. Before the last step the value is in the cache; then the
/// flight leaves the table, the result is reported to the breakers, and the waiters are answered.
///
/// Thread-safety: every member function may be called from any thread.
class FlightRunner : public std::enable_shared_from_this<FlightRunner> {
 public:
  /// Creates a runner. It has shared ownership because its timers must notice when it is gone.
  /// `live` must outlive the runner.
  [[nodiscard]] static std::shared_ptr<FlightRunner> make(const FlightSettings& settings,
                                                          const SettingsCell& live,
                                                          FlightParts parts);
  ~FlightRunner() = default;
  FlightRunner(const FlightRunner&) = delete;
  FlightRunner& operator=(const FlightRunner&) = delete;

  /// The reason why a call of this function cannot be made for this purpose now; empty if it
  /// probably can.
  [[nodiscard]] std::optional<Failure> obstacle(Function function, Purpose purpose,
                                                const std::string& client);

  /// Joins the flight for `query` or starts it. `waiter` may be null if nobody waits.
  JoinStatus join(const Query& query, Purpose purpose, const std::string& client,
                  const WaiterPtr& waiter, circuitbreaker::TimePoint deadline);

  /// Records a request for a known value; the planner decides when to refresh it.
  void note_request(const Query& query, const std::string& client, const Value& known,
                    bool is_fresh) {
    dispatcher_.note_request(query, client, known, is_fresh);
  }
  /// Whether a due value would be refreshed soon, so that waiting for it is worthwhile.
  [[nodiscard]] bool comes_soon(const Query& query) {
    return dispatcher_.may_refresh(query, parts_.attempts.gate.budget());
  }
  /// Refreshes a known value with the next upstream call that the quota allows.
  void refresh_now(const Query& query) { dispatcher_.refresh_now(query); }
  /// Keeps refreshing `query` from now on even if nobody requests it.
  void watch(const Query& query) { dispatcher_.watch(query); }
  /// Forgets the wanted `query`, so that it is not refreshed until it is requested again.
  void forget(const Query& query) { dispatcher_.forget(query); }
  /// Call after the live settings have changed.
  void settings_changed() { dispatcher_.set_lifetimes(live_.read()); }
  /// Whether the limit on concurrent refreshes is reached.
  [[nodiscard]] bool has_too_many_refreshes() const {
    return table_->refreshes() >= settings_.limits.max_refreshes;
  }
  /// Number of due values that are wanted, and of unknown symbols that wait for a call.
  [[nodiscard]] std::size_t queued_calls() { return dispatcher_.queued(); }

  /// Cancels the upstream calls in progress.
  void cancel_calls() { stop_.request_stop(); }
  /// Answers all waiters.
  void answer_all(const Failure& failure);

  /// The flights in progress.
  [[nodiscard]] const FlightTable& table() const { return *table_; }
  /// Number of retries that the retry budget would currently grant.
  [[nodiscard]] std::uint64_t retries_left() { return retry_budget_.remaining(); }

 private:
  FlightRunner(const FlightSettings& settings, const SettingsCell& live, FlightParts parts);
  void start();

  /// The budget for a call made now, or the reason why no call can be made.
  [[nodiscard]] circuitbreaker::expected<CallBudget, Failure> budget();
  /// Starts the call that the planner chose. Returns false if the call is not needed.
  bool start_call(const PlannedCall& call);
  void set_deadline_timer(const FlightPtr& flight);
  /// Call when the flight has stopped waiting to make its upstream call.
  void departed(const FlightPtr& flight);
  /// Tells the planner that the flight has ended without a result from the upstream.
  void gave_up(const FlightPtr& flight);
  /// Finishes the flight if no callers wait and nothing else needs it. Returns true if the flight
  /// is finished.
  bool ends_abandoned(const FlightPtr& flight);
  /// On a worker, asks the additional value sources for an unknown value, and then the upstream.
  void look_up(const FlightPtr& flight);
  /// Makes the flight wait for the planner or, under a plan without limits, for a worker.
  void ask_upstream(const FlightPtr& flight);
  void queue(const FlightPtr& flight);
  void give_to_worker(const FlightPtr& flight);
  void resume_at(const FlightPtr& flight, circuitbreaker::TimePoint when);
  /// Runs one step of the flight, on a worker.
  void run(const FlightPtr& flight);
  /// The failure that ends flights while a mandatory value source is out of service.
  [[nodiscard]] std::optional<Failure> source_obstacle() const;
  /// Asks the sources, until one has a fresh value, for a servable value newer than the known one.
  /// Puts the result in the cache.
  [[nodiscard]] std::optional<Value> ask_sources(const Query& query);
  void attempt(const FlightPtr& flight);
  void refused(const FlightPtr& flight, Failure refusal);
  void settle(const FlightPtr& flight, Attempt attempt, UpstreamAnswer answer);
  void hand_to_sources(const Query& query, const Value& value, bool is_first);
  void settle(const FlightPtr& flight, Attempt attempt, Failure failure);
  void finish(const FlightPtr& flight, const FetchResult& result);
  /// Ends a flight whose call is not needed any more, because the known value is fresh.
  void skip(const FlightPtr& flight);
  /// Tells the planner that the call for `query` failed.
  void report_failure(const Query& query, const Failure& failure);
  /// Records a failure in the cache. Returns the flight's result.
  [[nodiscard]] FetchResult remember(const Query& query, const Failure& failure);
  /// Whether `data` may replace the known value: never with an older trading day, unless several
  /// answers agree on it.
  [[nodiscard]] bool may_replace(const Query& query, const Known& known, const Data& data);
  /// How long to wait before refreshing a known value again after `failure`.
  [[nodiscard]] circuitbreaker::Duration pause_after(const Known& known, FailureKind failure,
                                                     Function function) const;
  /// Reports an answer to the planner.
  void learn_from(const Query& query, const Value& value);
  void answer_those_who_wait_in_vain(const Failure& hold);
  void report_day_quota();

  /// Called when a breaker changes state. `function` is empty for the host's breaker.
  void breaker_changed(std::optional<Function> function, const circuitbreaker::StateChange& change);
  [[nodiscard]] bool is_needed(const Query& query, Purpose purpose);
  /// Whether an operator has requested a newer value than the known one.
  [[nodiscard]] bool is_expired(const Query& query);
  [[nodiscard]] bool is_servable(const Value& value) const;
  [[nodiscard]] RetryPlan retry_plan() const;

  const SettingsCell& live_;
  const FlightParts parts_;
  const circuitbreaker::Clock& clock_;
  Scheduler& scheduler_;
  const FlightSettings settings_;
  circuitbreaker::RetryBudget retry_budget_;
  circuitbreaker::Retry backoff_;
  std::stop_source stop_;
  WorkerShares shares_;
  /// Number of probes that a half-open breaker lets through.
  std::atomic<std::size_t> max_probes_;
  std::shared_ptr<FlightTable> table_;
  CallDispatcher dispatcher_;
  std::optional<UpstreamWatch> watch_;
};

}  // namespace stockclient
