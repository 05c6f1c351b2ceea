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

/// Tells the planner about requests and the upstream's answers, and starts the calls that it
/// chooses, as soon as the quota and the breaker have one to give.
///
/// Thread-safety: every member function may be called from any thread. No hook is called with a
/// lock held that a member function needs.
class CallDispatcher {
 public:
  /// Functions provided by the owner.
  struct Hooks {
    /// Returns the budget for a call made now, or the reason why no call can be made. The
    /// `retry_after` of that failure says how long the dispatcher waits before it asks again; if it
    /// is empty, the owner must call `wake_if_blocked` as soon as a call may be possible.
    std::function<circuitbreaker::expected<CallBudget, Failure>()> budget;
    /// Starts a call. False if it is not needed any more.
    std::function<bool(const PlannedCall&)> start;
  };

  /// Everything referenced must outlive the dispatcher.
  CallDispatcher(const RefreshSettings& settings, ExchangeWatches& watches,
                 const ValueLifetimes& lifetimes, Clocks clocks, Scheduler& scheduler, Hooks hooks);
  /// Begins to make calls. Tasks run only while `owner` exists.
  void start(std::weak_ptr<const void> owner);

  /// Sets the shortest lifetimes of values.
  void set_lifetimes(const LiveSettings& live);
  /// Continues an earlier process's count of the calls that a client has caused today.
  void restore(std::uint64_t client, double calls, WallTime day_begins);

  /// `client` asks for `query`, whose value is known. If the value is fresh and another thread is
  /// using the planner, the request is not counted: callers do not wait for the planner, and a
  /// sample of the requests is enough.
  void note_request(const Query& query, const std::string& client, const Value& known,
                    bool is_fresh);
  /// A caller of `client` waits for `query`, which is unknown. False if too many others wait.
  [[nodiscard]] bool wait_for(const Query& query, const std::string& client);
  /// Why `client` cannot have a call for an unknown symbol; empty if it can.
  [[nodiscard]] std::optional<Failure> refusal(const std::string& client, const CallBudget& budget);
  /// When the planner can give a call to the known and due value of `query`.
  [[nodiscard]] RefreshOutlook outlook(const Query& query, const CallBudget& budget);
  /// Keeps `query` fresh from now on.
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

  /// Looks for calls to make, on a worker.
  void wake();
  /// Like `wake`, but only if the last attempt found that no call could be made.
  void wake_if_blocked();
  /// How many wanted values are due and how many unknown symbols wait.
  [[nodiscard]] std::size_t queued();

 private:
  void make_calls();
  /// Makes all calls that are possible now. Returns when to check again; if empty, the next check
  /// happens only when `wake` is called.
  std::optional<circuitbreaker::TimePoint> make_possible_calls();
  /// The planner's time, which never goes back. Call it with the lock held.
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
