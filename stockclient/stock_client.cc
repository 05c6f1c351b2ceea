#include "stockclient/stock_client.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <utility>

#include "stockclient/cache/cache.h"
#include "stockclient/flights/flight_control.h"
#include "stockclient/live_settings.h"
#include "stockclient/work/thread_scheduler.h"

namespace stockclient {

using circuitbreaker::Duration;
using circuitbreaker::TimePoint;
using Boarding = FlightTable::Boarding;

StockClient::Ticket::Ticket(std::shared_ptr<Place> place) noexcept : place_(std::move(place)) {}
StockClient::Ticket::Ticket(Ticket&&) noexcept = default;
StockClient::Ticket& StockClient::Ticket::operator=(Ticket&& other) noexcept {
  if (this != &other) {
    leave();
    place_ = std::move(other.place_);
  }
  return *this;
}
StockClient::Ticket::~Ticket() {
  leave();
}

void StockClient::Ticket::leave() noexcept {
  if (!place_ || !place_->claim()) return;
  if (const auto table = place_->table.lock()) table->leave(place_);
}

struct StockClient::Impl {
  Impl(const StockClientSettings& with, Upstream& upstream, circuitbreaker::CircuitBreaker& breaker,
       Clocks clocks, Observer& observer, StockClientParts parts)
      : settings(with),
        clock(clocks.monotonic),
        cache(with.cache_bytes),
        gate(quota_settings(with), clocks, parts.ledger),
        own_scheduler(parts.scheduler != nullptr
                          ? nullptr
                          : std::make_unique<ThreadScheduler>(with.bulkhead, clock)),
        control(FlightControl::make(
            settings,
            {upstream, breaker, clocks, observer,
             parts.scheduler != nullptr ? *parts.scheduler : *own_scheduler, cache, gate})) {}

  ~Impl() {
    control->cancel_calls();
    if (own_scheduler) own_scheduler->stop();
    control->answer_all(shutting_down());
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  using Result = std::variant<Outcome, Ticket>;
  /// Empty: something has landed meanwhile, look again.
  std::optional<Result> try_get(const Query& query, const GetOptions& options, Callback& callback);
  std::optional<Result> get_stale(const Query& query, const GetOptions& options, Known known,
                                  Callback& callback);
  std::optional<Result> get_unknown(const Query& query, const GetOptions& options,
                                    Callback& callback);

  LiveSettings settings;
  const circuitbreaker::Clock& clock;
  Cache cache;
  QuotaGate gate;
  std::unique_ptr<ThreadScheduler> own_scheduler;
  std::shared_ptr<FlightControl> control;
};

std::optional<StockClient::Impl::Result> StockClient::Impl::try_get(const Query& query,
                                                                    const GetOptions& options,
                                                                    Callback& callback) {
  if (auto known = cache.find(query)) {
    const Duration age = clock.now() - known->fetched;
    control->note_interest(query);
    if (age < settings->ttl(query.function)) {
      return control->answer(*known, std::nullopt, CacheResult::hit, query.function);
    }
    if (settings->serves(age)) {
      return get_stale(query, options, std::move(*known), callback);
    }
  }
  return get_unknown(query, options, callback);
}

std::optional<StockClient::Impl::Result> StockClient::Impl::get_stale(const Query& query,
                                                                      const GetOptions& options,
                                                                      Known known,
                                                                      Callback& callback) {
  const auto stale = [&](StaleReason reason) {
    return control->answer(known, reason, CacheResult::stale, query.function);
  };
  const TimePoint now = clock.now();
  if (known.fault && now < known.refresh_not_before) return stale(*known.fault);
  if (const auto obstacle = control->obstacle(Purpose::refresh, options.client)) {
    return stale(obstacle->reason);
  }
  const Duration age = now - known.fetched;
  // Also when the value would grow too old to be served while its caller waits.
  const bool at_once = age < settings->ttl(query.function) + settings->stale_while_revalidate ||
                       !settings->serves(age + settings->stale_wait) || options.deadline <= now;
  PlacePtr place;
  if (!at_once) {
    place = std::make_shared<Place>();
    place->callback = std::move(callback);
    place->known = known;
    place->function = query.function;
  }
  const TimePoint deadline = std::min(options.deadline, now + settings->stale_wait);
  switch (control->board(query, Purpose::refresh, options.client, place, deadline)) {
    case Boarding::began:
    case Boarding::joined:
      if (place) return Ticket(std::move(place));
      return stale(known.fault.value_or(StaleReason::revalidating));
    case Boarding::full:
      return stale(StaleReason::overloaded);
    case Boarding::look_again:
      break;
  }
  if (place) callback = std::move(place->callback);
  return std::nullopt;
}

std::optional<StockClient::Impl::Result> StockClient::Impl::get_unknown(const Query& query,
                                                                        const GetOptions& options,
                                                                        Callback& callback) {
  const TimePoint now = clock.now();
  if (auto negative = cache.find_negative(query, now)) {
    if (auto* error = std::get_if<StockError>(&negative->answer)) {
      return control->answer(std::move(*error));
    }
    const Known nothing{std::get<RecordPtr>(negative->answer), negative->fetched, {}, {}, {}};
    return control->answer(nothing, std::nullopt, CacheResult::negative, query.function);
  }
  if (options.deadline <= now) return control->answer(timed_out().error);
  if (auto obstacle = control->obstacle(Purpose::never_seen, options.client)) {
    return control->answer(std::move(obstacle->error));
  }
  auto place = std::make_shared<Place>();
  place->callback = std::move(callback);
  place->function = query.function;
  const TimePoint deadline = std::min(options.deadline, now + settings->max_wait);
  switch (control->board(query, Purpose::never_seen, options.client, place, deadline)) {
    case Boarding::began:
    case Boarding::joined:
      return Ticket(std::move(place));
    case Boarding::full:
      return control->answer(overloaded().error);
    case Boarding::look_again:
      break;
  }
  callback = std::move(place->callback);
  return std::nullopt;
}

StockClient::StockClient(const StockClientSettings& settings, Upstream& upstream,
                         circuitbreaker::CircuitBreaker& breaker, Clocks clocks, Observer& observer,
                         StockClientParts parts) {
  validate(settings);
  impl_ = std::make_unique<Impl>(settings, upstream, breaker, clocks, observer, parts);
}

StockClient::~StockClient() = default;

std::variant<Outcome, StockClient::Ticket> StockClient::get(const Query& query,
                                                            const GetOptions& options,
                                                            Callback callback) {
  while (true) {
    if (auto result = impl_->try_get(query, options, callback)) return std::move(*result);
  }
}

Outcome StockClient::get(const Query& query, const GetOptions& options) {
  struct Mailbox {
    std::mutex mutex;
    std::condition_variable arrived;
    std::optional<Outcome> outcome;
  };
  const auto mailbox = std::make_shared<Mailbox>();
  auto result = get(query, options, [mailbox](Outcome outcome) {
    {
      const std::lock_guard lock(mailbox->mutex);
      mailbox->outcome = std::move(outcome);
    }
    mailbox->arrived.notify_one();
  });
  if (auto* outcome = std::get_if<Outcome>(&result)) return std::move(*outcome);
  // No timeout here: the flight answers at the deadline at the latest.
  std::unique_lock lock(mailbox->mutex);
  mailbox->arrived.wait(lock, [&] { return mailbox->outcome.has_value(); });
  return std::move(*mailbox->outcome);
}

void StockClient::reconfigure(StockClientSettings settings) {
  validate(settings);
  impl_->settings.replace(std::move(settings));
}

const StockClientSettings& StockClient::settings() const noexcept {
  return *impl_->settings;
}

StockClientStats StockClient::stats() const {
  const LruTotals cached = impl_->cache.totals();
  return {.cache_bytes = cached.bytes,
          .cache_entries = cached.entries,
          .cache_values = impl_->cache.values(),
          .flights = impl_->control->table().flights(),
          .waiters = impl_->control->table().waiters(),
          .retry_budget_remaining = impl_->control->retries_left()};
}

QuotaState StockClient::quota() const {
  return impl_->gate.state();
}

}  // namespace stockclient
