#include "stockclient/stock_client.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <utility>

#include "stockclient/cache/cache.h"
#include "stockclient/domain/settings_cell.h"
#include "stockclient/flights/flight_runner.h"
#include "stockclient/refresh/value_lifetimes.h"
#include "stockclient/work/thread_scheduler.h"

namespace stockclient {

using circuitbreaker::Duration;
using circuitbreaker::TimePoint;
using circuitbreaker::unexpected;

StockClient::Ticket::Ticket(std::shared_ptr<Waiter> waiter) noexcept : waiter_(std::move(waiter)) {}
StockClient::Ticket::Ticket(Ticket&&) noexcept = default;
StockClient::Ticket& StockClient::Ticket::operator=(Ticket&& other) noexcept {
  if (this != &other) {
    release();
    waiter_ = std::move(other.waiter_);
  }
  return *this;
}
StockClient::Ticket::~Ticket() {
  release();
}

void StockClient::Ticket::release() noexcept {
  if (waiter_) leave(waiter_);
}

namespace {

/// Threads that only ask value sources. Few suffice, because a lookup takes milliseconds.
constexpr std::size_t kLookupWorkers = 4;

}  // namespace

class StockClient::Impl {
 public:
  using Result = std::variant<Outcome, Ticket>;

  Impl(const StockClientSettings& settings, Upstream& upstream, UpstreamBreakers& breakers,
       Clocks clocks, std::vector<Observer*> observers, StockClientParts parts)
      : live_(settings),
        clocks_(clocks),
        observers_(std::move(observers)),
        sources_(parts.sources),
        cache_(settings.cache_bytes),
        watches_({.market_hours = settings.market_hours, .updates = settings.quote_updates}),
        lifetimes_(watches_, quota_settings(settings).plan.per_day.has_value(), live_, clocks),
        gate_(quota_settings(settings), clocks, parts.ledger),
        own_scheduler_(
            parts.scheduler != nullptr
                ? nullptr
                : std::make_unique<ThreadScheduler>(settings.bulkhead, clocks.monotonic,
                                                    parts.sources.empty() ? 0 : kLookupWorkers)),
        flights_(FlightRunner::make(
            {{settings.max_waiters, settings.max_refreshes},
             settings.retry_attempts,
             settings.source,
             settings.bulkhead},
            live_,
            {{upstream, breakers, gate_, clocks.monotonic,
              parts.scheduler != nullptr ? *parts.scheduler : *own_scheduler_, observers_},
             clocks,
             cache_,
             lifetimes_,
             watches_,
             std::move(parts.sources)})) {
    for (const std::string& symbol : settings.watched_symbols) {
      flights_->watch({Function::global_quote, symbol});
    }
  }

  ~Impl() {
    flights_->cancel_calls();
    if (own_scheduler_) own_scheduler_->stop();
    flights_->answer_all(transient_failure(FailureKind::shutting_down));
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  [[nodiscard]] Result get(const Query& query, const GetOptions& options,
                           const Callback& callback) {
    if (options.refresh) {
      cache_.expire(query);
      flights_->refresh_now(query);
    }
    while (true) {
      if (auto result = try_get(query, options, callback)) return *std::move(result);
    }
  }

  bool restore(const Query& query, const Value& value);

  void forget(const std::string& symbol) {
    for (const Function function : {Function::global_quote, Function::daily_series}) {
      const Query query{function, symbol};
      cache_.forget(query);
      flights_->forget(query);
      for (ValueSource* const source : sources_) source->forget(query);
    }
  }

  void reconfigure(const StockClientSettings& settings) {
    live_.replace(settings);
    flights_->settings_changed();
  }
  [[nodiscard]] LiveSettings settings() const noexcept { return live_.read(); }
  [[nodiscard]] QuotaState quota() { return gate_.state(); }
  [[nodiscard]] StockClientStats stats() const;

 private:
  // These return nothing if a flight has just finished; the caller then looks in the cache again.
  std::optional<Result> try_get(const Query& query, const GetOptions& options,
                                const Callback& callback);
  std::optional<Result> get_stale(const Query& query, const GetOptions& options, const Known& known,
                                  const LiveSettings& live, const Callback& callback);
  std::optional<Result> get_unknown(const Query& query, const GetOptions& options,
                                    const LiveSettings& live, const Callback& callback);

  /// A waiter that is answered through `callback`: with the flight's value, otherwise with `known`,
  /// otherwise with the failure.
  [[nodiscard]] WaiterPtr make_waiter(const Query& query, std::optional<Value> known,
                                      const Callback& callback);
  [[nodiscard]] Outcome answer(const Value& value, std::optional<StaleReason> reason,
                               CacheResult result, const Query& query);
  [[nodiscard]] Outcome answer(Failure failure);

  SettingsCell live_;
  const Clocks clocks_;
  ObserverList observers_;
  const std::vector<ValueSource*> sources_;
  Cache cache_;
  ExchangeWatches watches_;
  const ValueLifetimes lifetimes_;
  QuotaGate gate_;
  const std::unique_ptr<ThreadScheduler> own_scheduler_;
  const std::shared_ptr<FlightRunner> flights_;
};

std::optional<StockClient::Impl::Result> StockClient::Impl::try_get(const Query& query,
                                                                    const GetOptions& options,
                                                                    const Callback& callback) {
  const LiveSettings live = live_.read();
  if (const auto known = cache_.find(query)) {
    const Duration age = clocks_.boot.now() - known->fetched;
    const bool is_fresh = !known->is_expired && lifetimes_.is_fresh(query, *known);
    if (is_fresh || live.serves(age)) {
      flights_->note_request(query, options.client, *known, is_fresh);
    }
    if (is_fresh) {
      return answer(*known, std::nullopt, CacheResult::hit, query);
    }
    if (live.serves(age)) return get_stale(query, options, *known, live, callback);
  }
  return get_unknown(query, options, live, callback);
}

std::optional<StockClient::Impl::Result> StockClient::Impl::get_stale(const Query& query,
                                                                      const GetOptions& options,
                                                                      const Known& known,
                                                                      const LiveSettings& live,
                                                                      const Callback& callback) {
  const auto stale = [&](StaleReason reason) {
    return answer(known, reason, CacheResult::stale, query);
  };
  const TimePoint now = clocks_.monotonic.now();
  const BootTime since_boot = clocks_.boot.now();
  if (known.refresh_failure && since_boot < known.refresh_not_before) {
    return stale(traits(*known.refresh_failure).stale_reason);
  }
  if (const auto obstacle = flights_->obstacle(query.function, Purpose::refresh, options.client)) {
    return stale(traits(obstacle->kind).stale_reason);
  }
  const Duration age = since_boot - known.fetched;
  const Duration longest_wait = options.refresh ? live.max_wait : live.stale_wait;
  const bool is_long_stale = age >= lifetimes_.of(query, known) + live.stale_while_revalidate;
  // A value that would become too old to be served during the wait is answered immediately, too.
  const bool waits = (options.refresh || is_long_stale) && live.serves(age + longest_wait) &&
                     options.deadline > now && flights_->comes_soon(query);
  if (!waits) {
    if (flights_->has_too_many_refreshes()) return stale(StaleReason::overloaded);
    return stale(known.refresh_failure ? traits(*known.refresh_failure).stale_reason
                                       : StaleReason::revalidating);
  }
  WaiterPtr waiter = make_waiter(query, known, callback);
  const TimePoint deadline = std::min(options.deadline, now + longest_wait);
  switch (flights_->join(query, Purpose::refresh, options.client, waiter, deadline)) {
    case JoinStatus::started:
    case JoinStatus::joined:
      return Ticket(std::move(waiter));
    case JoinStatus::limit_reached:
      return stale(StaleReason::overloaded);
    case JoinStatus::not_needed:
      break;
  }
  return std::nullopt;
}

std::optional<StockClient::Impl::Result> StockClient::Impl::get_unknown(const Query& query,
                                                                        const GetOptions& options,
                                                                        const LiveSettings& live,
                                                                        const Callback& callback) {
  if (auto negative = cache_.find_negative(query, clocks_.boot.now())) {
    if (!negative->answer) return answer(std::move(negative->answer.error()));
    return answer(*negative->answer, std::nullopt, CacheResult::negative, query);
  }
  const TimePoint now = clocks_.monotonic.now();
  if (options.deadline <= now) return answer(Failure{.kind = FailureKind::no_answer_in_time});
  // If there are sources, the flight asks them even when no upstream call is possible.
  if (sources_.empty()) {
    if (auto obstacle = flights_->obstacle(query.function, Purpose::never_seen, options.client)) {
      return answer(*std::move(obstacle));
    }
  }
  WaiterPtr waiter = make_waiter(query, std::nullopt, callback);
  const TimePoint deadline = std::min(options.deadline, now + live.max_wait);
  switch (flights_->join(query, Purpose::never_seen, options.client, waiter, deadline)) {
    case JoinStatus::started:
    case JoinStatus::joined:
      return Ticket(std::move(waiter));
    case JoinStatus::limit_reached:
      return answer(transient_failure(FailureKind::overloaded));
    case JoinStatus::not_needed:
      break;
  }
  return std::nullopt;
}

WaiterPtr StockClient::Impl::make_waiter(const Query& query, std::optional<Value> known,
                                         const Callback& callback) {
  return std::make_shared<Waiter>(
      [this, query, known = std::move(known), callback](const FetchResult& result) {
        if (result) {
          return callback(answer(*result, std::nullopt, CacheResult::miss, query));
        }
        // Another source may have supplied a value, or a newer one, that is stale.
        std::optional<Value> fallback = known;
        if (const auto found = cache_.find(query);
            found && live_.read().serves(clocks_.boot.now() - found->fetched)) {
          fallback = *found;
        }
        const Failure& failure = result.error();
        if (!fallback) return callback(answer(failure));
        callback(answer(*fallback, traits(failure.kind).stale_reason, CacheResult::stale, query));
      });
}

Outcome StockClient::Impl::answer(const Value& value, std::optional<StaleReason> reason,
                                  CacheResult result, const Query& query) {
  if (reason == StaleReason::revalidating && value.record->is_restored) {
    reason = StaleReason::restored;
  }
  const Duration age = std::max(clocks_.boot.now() - value.fetched, Duration::zero());
  observers_.answered(result, true, age);
  const LiveSettings live = live_.read();
  Duration fresh_ttl = lifetimes_.of(query, value);
  // An empty search result is remembered no longer than any other "not found".
  const auto* found = std::get_if<SymbolMatches>(&value.record->data);
  if (found != nullptr && found->matches.empty()) {
    fresh_ttl = std::min<Duration>(fresh_ttl, live.negative_ttl);
  }
  return Answer{value.record, reason,    result,
                age,          fresh_ttl, lifetimes_.is_end_of_day_quote(query)};
}

Outcome StockClient::Impl::answer(Failure failure) {
  const auto result = failure.is_remembered ? CacheResult::negative : CacheResult::miss;
  observers_.answered(result, false, Duration::zero());
  return unexpected<Failure>(std::move(failure));
}

bool StockClient::Impl::restore(const Query& query, const Value& value) {
  const auto known = cache_.find(query);
  if (!known || known->fetched < value.fetched) cache_.put(query, value);
  return cache_.has_room();
}

StockClientStats StockClient::Impl::stats() const {
  const LruTotals cached = cache_.totals();
  return {.cache_bytes = cached.bytes,
          .cache_entries = cached.entries,
          .cache_values = cache_.values(),
          .flights = flights_->table().flights(),
          .waiters = flights_->table().waiters(),
          .retry_budget_remaining = flights_->retries_left(),
          .queued_calls = flights_->queued_calls()};
}

StockClient::StockClient(const StockClientSettings& settings, Upstream& upstream,
                         UpstreamBreakers& breakers, Clocks clocks,
                         std::vector<Observer*> observers, StockClientParts parts) {
  validate(settings);
  impl_ = std::make_unique<Impl>(settings, upstream, breakers, clocks, std::move(observers),
                                 std::move(parts));
}

StockClient::~StockClient() = default;

bool StockClient::restore(const Query& query, const Value& value) {
  return impl_->restore(query, value);
}

std::variant<Outcome, StockClient::Ticket> StockClient::get(const Query& query,
                                                            const GetOptions& options,
                                                            const Callback& callback) {
  return impl_->get(query, options, callback);
}

Outcome StockClient::get(const Query& query, const GetOptions& options) {
  struct Arrival {
    std::mutex mutex;
    std::condition_variable has_arrived;
    std::optional<Outcome> outcome;
  };
  const auto arrival = std::make_shared<Arrival>();
  auto result = get(query, options, [arrival](Outcome outcome) {
    {
      const std::lock_guard lock(arrival->mutex);
      arrival->outcome = std::move(outcome);
    }
    arrival->has_arrived.notify_one();
  });
  if (auto* outcome = std::get_if<Outcome>(&result)) return std::move(*outcome);
  // Needs no timeout of its own, because the flight answers at the deadline at the latest.
  std::unique_lock lock(arrival->mutex);
  arrival->has_arrived.wait(lock, [&] { return arrival->outcome.has_value(); });
  return std::move(*arrival->outcome);
}

void StockClient::forget(const std::string& symbol) {
  impl_->forget(symbol);
}

void StockClient::reconfigure(const StockClientSettings& settings) {
  validate(settings);
  impl_->reconfigure(settings);
}

LiveSettings StockClient::settings() const noexcept {
  return impl_->settings();
}

StockClientStats StockClient::stats() const {
  return impl_->stats();
}

QuotaState StockClient::quota() const {
  return impl_->quota();
}

}  // namespace stockclient
