#include "stockclient/flights/call_dispatcher.h"

#include <algorithm>
#include <utility>

#include "stockclient/quota/day_budget.h"

namespace stockclient {

using circuitbreaker::Duration;
using circuitbreaker::TimePoint;

namespace {

/// The pause before the next check when a chosen call turned out not to be needed.
constexpr Duration kAfterConfusion = std::chrono::seconds(1);

ClientId id_of(const std::string& client) {
  return ClientId{client_id(client)};
}

}  // namespace

CallDispatcher::CallDispatcher(const RefreshSettings& settings, ExchangeWatches& watches,
                               const ValueLifetimes& lifetimes, Clocks clocks, Scheduler& scheduler,
                               Hooks hooks)
    : lifetimes_(lifetimes),
      clocks_(clocks),
      scheduler_(scheduler),
      hooks_(std::move(hooks)),
      planner_(settings, watches),
      now_(clocks.wall.now()),
      read_at_(clocks.boot.now()) {}

void CallDispatcher::start(std::weak_ptr<const void> owner) {
  owner_ = std::move(owner);
  wake();
}

WallTime CallDispatcher::now() {
  const BootTime boot = clocks_.boot.now();
  now_ = std::max<WallTime>(clocks_.wall.now(), now_ + (boot - read_at_));
  read_at_ = boot;
  return now_;
}

ValueTimes CallDispatcher::times_of(const Value& value) {
  ValueTimes times = lifetimes_.times_of(value);
  times.fetched = now() - (clocks_.boot.now() - value.fetched);
  return times;
}

void CallDispatcher::set_lifetimes(const LiveSettings& live) {
  ShortestLifetimes lifetimes{};
  for (std::size_t i = 0; i < kFunctionCount; ++i) {
    lifetimes[i] = live.ttl(static_cast<Function>(i));
  }
  const std::lock_guard lock(mutex_);
  planner_.set_lifetimes(lifetimes);
}

void CallDispatcher::restore(std::uint64_t client, double calls, WallTime day_begins) {
  const std::lock_guard lock(mutex_);
  planner_.restore(ClientId{client}, calls, day_begins);
}

void CallDispatcher::note_request(const Query& query, const std::string& client, const Value& known,
                                  bool is_fresh) {
  {
    std::unique_lock lock(mutex_, std::defer_lock);
    if (!is_fresh) {
      lock.lock();
    } else if (!lock.try_lock()) {
      return;
    }
    const WallTime at = now();
    Interest interest = planner_.asked(query, id_of(client), at);
    if (interest == Interest::unknown) {
      planner_.fetched(query, times_of(known), at);
      interest = planner_.asked(query, id_of(client), at);
    }
    if (interest != Interest::became_due) return;
  }
  wake();
}

bool CallDispatcher::wait_for(const Query& query, const std::string& client) {
  const std::lock_guard lock(mutex_);
  return planner_.wait_for(query, id_of(client), now());
}

std::optional<Failure> CallDispatcher::refusal(const std::string& client,
                                               const CallBudget& budget) {
  const std::lock_guard lock(mutex_);
  return planner_.refusal(id_of(client), now(), budget);
}

bool CallDispatcher::may_refresh(const Query& query, const CallBudget& budget) {
  const std::lock_guard lock(mutex_);
  return planner_.may_refresh(query, now(), budget);
}

void CallDispatcher::watch(const Query& query) {
  const std::lock_guard lock(mutex_);
  planner_.watch(query, now());
}

void CallDispatcher::refresh_now(const Query& query) {
  {
    const std::lock_guard lock(mutex_);
    planner_.refresh_now(query, now());
  }
  wake();
}

void CallDispatcher::forget(const Query& query) {
  const std::lock_guard lock(mutex_);
  planner_.forget(query);
}

bool CallDispatcher::fetched(const Query& query, const Value& value) {
  bool surprise = false;
  bool others_are_due = false;
  {
    const std::lock_guard lock(mutex_);
    const WallTime at = now();
    const std::uint64_t revision = planner_.wanted().exchange_revision(query);
    surprise = planner_.fetched(query, times_of(value), at);
    others_are_due = planner_.wanted().exchange_revision(query) != revision;
  }
  others_are_due ? wake() : wake_if_blocked();
  return surprise;
}

void CallDispatcher::not_found(const Query& query) {
  {
    const std::lock_guard lock(mutex_);
    planner_.not_found(query, now());
  }
  wake_if_blocked();
}

void CallDispatcher::failed(const Query& query, Duration pause) {
  {
    const std::lock_guard lock(mutex_);
    planner_.failed(query, pause, now());
  }
  wake_if_blocked();
}

void CallDispatcher::not_made(const Query& query, bool waiting) {
  {
    const std::lock_guard lock(mutex_);
    const WallTime at = now();
    planner_.not_made(query, at);
    if (!waiting) planner_.stop_waiting(query, at);
  }
  wake_if_blocked();
}

void CallDispatcher::wake() {
  if (woken_.exchange(true)) return;
  scheduler_.run(Priority::caller, [this, owner = owner_] {
    if (const auto alive = owner.lock()) make_calls();
  });
}

void CallDispatcher::wake_if_blocked() {
  if (blocked_) wake();
}

void CallDispatcher::make_calls() {
  woken_ = false;
  const std::lock_guard looking(looking_);
  blocked_ = false;
  const auto next = make_possible_calls();
  if (timer_ != 0) scheduler_.cancel(timer_);
  timer_ = 0;
  if (!next) return;
  timer_ = scheduler_.at(*next, [this, owner = owner_] {
    if (const auto alive = owner.lock()) wake();
  });
}

std::optional<TimePoint> CallDispatcher::make_possible_calls() {
  while (true) {
    // Set before the budget is read, so that no later change is missed.
    blocked_ = true;
    const auto budget = hooks_.budget();
    if (!budget) {
      const auto retry_after = budget.error().retry_after;
      if (!retry_after) return std::nullopt;
      return clocks_.monotonic.now() + std::max<Duration>(*retry_after, Duration(1));
    }
    blocked_ = false;
    std::optional<PlannedCall> call;
    Duration pause{};
    {
      const std::lock_guard lock(mutex_);
      const WallTime at = now();
      call = planner_.next(at, *budget);
      if (!call) pause = planner_.next_event(at) - at;
    }
    if (!call) return clocks_.monotonic.now() + pause;
    if (!hooks_.start(*call)) {
      const std::lock_guard lock(mutex_);
      planner_.not_made(call->query, now());
      return clocks_.monotonic.now() + kAfterConfusion;
    }
  }
}

std::size_t CallDispatcher::queued() {
  const std::lock_guard lock(mutex_);
  return planner_.queued(now());
}

}  // namespace stockclient
