#pragma once
/// Quotes that are never dark and never dishonest: cache, single-flight, circuit breaker and stale
/// answers around one upstream.
///
///     StockClient client(settings, upstream, breaker, clocks, observer);
///     Outcome outcome = client.get({Function::global_quote, "IBM"}, {.deadline = clock.now() +
///     10s});
///
/// Thread-safety: every member function may be called from any thread. Callbacks run on a worker
/// thread, without a lock held; they must not block.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <variant>

#include "circuitbreaker/circuit_breaker.h"
#include "circuitbreaker/clock.h"

#include "stockclient/domain/answer.h"
#include "stockclient/domain/query.h"
#include "stockclient/observer.h"
#include "stockclient/quota/quota_gate.h"
#include "stockclient/quota/spending_ledger.h"
#include "stockclient/stock_client_settings.h"
#include "stockclient/time/wall_clock.h"
#include "stockclient/wire/upstream.h"
#include "stockclient/work/scheduler.h"

namespace stockclient {

struct Place;

struct GetOptions {
  /// How long this caller waits; capped at `StockClientSettings::max_wait` from now.
  circuitbreaker::TimePoint deadline;
  /// Who asks, for the per-client share of the day's quota; empty: nobody in particular.
  std::string client;
};

/// What may be put in place of what the client would make for itself. Must outlive the client.
struct StockClientParts {
  /// Empty: `bulkhead` threads of its own.
  Scheduler* scheduler = nullptr;
  /// Empty: a restart forgets what the day has spent.
  SpendingLedger* ledger = nullptr;
};

class StockClient {
 public:
  using Callback = std::function<void(Outcome)>;

  /// A place among a flight's waiters. Destroying it leaves the flight: the callback is not called
  /// afterwards, except when it is running already.
  class [[nodiscard]] Ticket {
   public:
    Ticket() = default;
    Ticket(Ticket&&) noexcept;
    Ticket& operator=(Ticket&&) noexcept;
    ~Ticket();

   private:
    friend class StockClient;
    explicit Ticket(std::shared_ptr<Place> place) noexcept;
    void leave() noexcept;
    std::shared_ptr<Place> place_;
  };

  /// Starts the bulkhead's workers. Everything referenced must outlive the client. Throws
  /// `std::invalid_argument` when a setting is out of range.
  StockClient(const StockClientSettings& settings, Upstream& upstream,
              circuitbreaker::CircuitBreaker& breaker, Clocks clocks, Observer& observer,
              StockClientParts parts = {});
  /// Cancels calls under way and answers every waiter; returns when the workers have ended.
  ~StockClient();
  StockClient(const StockClient&) = delete;
  StockClient& operator=(const StockClient&) = delete;

  /// Never blocks. Returns the outcome when it is known now; else a ticket, and `callback` is
  /// called exactly once.
  [[nodiscard]] std::variant<Outcome, Ticket> get(const Query& query, const GetOptions& options,
                                                  Callback callback);

  /// The same, waiting for the outcome at most until the deadline.
  [[nodiscard]] Outcome get(const Query& query, const GetOptions& options);

  /// New lifetimes and timeouts, at once and without losing anything. What is built into parts
  /// (sizes, retries, quota and holds) stays as it was constructed. Throws `std::invalid_argument`
  /// when a setting is out of range, and then changes nothing. For reloads: see `LiveSettings`.
  void reconfigure(StockClientSettings settings);
  /// Those in force; valid as long as the client.
  [[nodiscard]] const StockClientSettings& settings() const noexcept;

  /// Flights, waiters, cached bytes and the like, as of now.
  [[nodiscard]] StockClientStats stats() const;
  /// What is left of the upstream's quota, until when nothing may be sent, and why.
  [[nodiscard]] QuotaState quota() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace stockclient
