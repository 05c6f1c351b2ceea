#pragma once
/// Makes the calls that the refresh planner chooses.

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "circuitbreaker/clock.h"
#include "circuitbreaker/expected.h"

#include "stockclient/domain/answer.h"
#include "stockclient/domain/failure.h"
#include "stockclient/domain/query.h"
#include "stockclient/refresh/planner.h"
#include "stockclient/refresh/value_lifetimes.h"
#include "stockclient/time/clocks.h"
#include "stockclient/work/scheduler.h"

namespace stockclient {

/// Passes requests and the upstream's answers to the refresh planner, and starts the calls that the
/// planner chooses as soon as the quota and the breaker allow a call.
///
/// Thread-safety: every member function may be called from any thread. Hooks are called without
/// holding any lock that a member function needs.
class CallDispatcher {
 public:
  /// Functions provided by the owner.
  struct Hooks {
    /// Returns the budget for a call made now, or the reason why no call can be made. In the latter
    /// case, the dispatcher asks again after the failure's `retry_after`; if that is empty, the
    /// owner must call `wake_if_blocked` as soon as a call may be possible.
    std::function<circuitbreaker::expected<CallBudget, Failure>()> budget;
    /// Starts a call. Returns false if the call is no longer needed.
    std::function<bool(const PlannedCall&)> start;
  };

  /// Everything referenced must outlive the dispatcher.
  CallDispatcher(const RefreshSettings& settings, ExchangeWatches& watches,
                 const ValueLifetimes& lifetimes, Clocks clocks, Scheduler& scheduler, Hooks hooks);
  /// Starts making calls. Tasks run only while `owner` exists.
  void start(std::weak_ptr<const void> owner);

  /// Sets the shortest lifetimes of values.
  void set_lifetimes(const LiveSettings& live);
  /// Continues an earlier process's count of the calls that a client has caused today.
  void restore(std::uint64_t client, double calls, WallTime day_begins);

  /// Records that `client` requested `query`, whose value is known. If the value is fresh and
  /// another thread is using the planner, the request is not counted: callers do not wait for the
  /// planner, and counting a sample of the requests is enough.
  void note_request(const Query& query, const std::string& client, const Value& known,
                    bool is_fresh);
  /// Records that a caller of `client` waits for `query`, which is unknown. Returns false if too
  /// many others are waiting.
  [[nodiscard]] bool wait_for(const Query& query, const std::string& client);
  /// The reason why `client` cannot get a call for an unknown symbol; empty if it can.
  [[nodiscard]] std::optional<Failure> refusal(const std::string& client, const CallBudget& budget);
  /// Whether one of the next calls may refresh `query`, whose value is known.
  [[nodiscard]] bool may_refresh(const Query& query, const CallBudget& budget);
  /// Keeps `query` fresh from now on even if nobody requests it.
  void watch(const Query& query);
  /// Refreshes `query` with the next available call.
  void refresh_now(const Query& query);
  /// Forgets `query`.
  void forget(const Query& query);

  /// Notes that the upstream answered `query` with `value`. Returns true on a surprise; see
  /// `Planner::fetched`.
  bool fetched(const Query& query, const Value& value);
  /// Notes that the upstream does not know `query`, which has no known value.
  void not_found(const Query& query);
  /// Notes that the call failed; it is not repeated within `pause`.
  void failed(const Query& query, circuitbreaker::Duration pause);
  /// Notes that the call has not been made; `waiting`: whether callers still wait for it.
  void not_made(const Query& query, bool waiting);

  /// Schedules a check, on a worker, for calls that can be made.
  void wake();
  /// Like `wake`, but only if the last attempt found that no call could be made.
  void wake_if_blocked();
  /// Number of due values that are wanted, and of unknown symbols that are waiting.
  [[nodiscard]] std::size_t queued();

 private:
  void make_calls();
  /// Makes all calls that are possible now. Returns when to check again; if empty, the next check
  /// happens only when `wake` is called.
  std::optional<circuitbreaker::TimePoint> make_possible_calls();
  /// The current time for the planner, which never decreases. Requires the lock.
  [[nodiscard]] WallTime now();
  [[nodiscard]] ValueTimes times_of(const Value& value);

  const ValueLifetimes& lifetimes_;
  const Clocks clocks_;
  Scheduler& scheduler_;
  const Hooks hooks_;
  std::weak_ptr<const void> owner_;

  std::mutex mutex_;
  Planner planner_;
  WallTime now_{};
  BootTime read_at_{};

  std::atomic<bool> woken_{false};
  std::atomic<bool> blocked_{false};
  /// Serialises the search for calls; never taken while holding `mutex_`.
  std::mutex looking_;
  Scheduler::TimerId timer_ = 0;
};

}  // namespace stockclient
