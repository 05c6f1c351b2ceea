#pragma once
/// The stock client: quotes from a slow, rationed and sometimes broken upstream.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "circuitbreaker/circuit_breaker.h"
#include "circuitbreaker/clock.h"

#include "stockclient/cache/value_source.h"
#include "stockclient/domain/answer.h"
#include "stockclient/domain/observer.h"
#include "stockclient/domain/query.h"
#include "stockclient/quota/quota_gate.h"
#include "stockclient/quota/spending_ledger.h"
#include "stockclient/stock_client_settings.h"
#include "stockclient/time/clocks.h"
#include "stockclient/wire/upstream.h"
#include "stockclient/work/scheduler.h"

namespace stockclient {

class Waiter;

/// Options of a request.
struct GetOptions {
  /// The caller is answered at this time at the latest; capped at `LiveSettings::max_wait` from
  /// now.
  circuitbreaker::TimePoint deadline;
  /// The client that asks, for its share of the day's quota; empty: nobody in particular.
  std::string client = {};
  /// Asks the upstream although the known value may be fresh, and waits for the answer: for
  /// operators. When no call can be made now, the next possible one is made for the value.
  bool refresh = false;
};

/// Optional overrides and additions of components that the client otherwise creates or does
/// without. Everything must outlive the client.
struct StockClientParts {
  /// Null: threads of the client's own, as many as `StockClientSettings::bulkhead`.
  Scheduler* scheduler = nullptr;
  /// Null: a restart forgets what the day has spent.
  SpendingLedger* ledger = nullptr;
  /// Asked, in this order, before the upstream is. Empty: only this process's memory.
  std::vector<ValueSource*> sources = {};
};

/// Contents of the client at one moment.
struct StockClientStats {
  /// Memory of all cache entries, in bytes.
  std::size_t cache_bytes = 0;
  /// Number of cache entries, negative ones included.
  std::size_t cache_entries = 0;
  /// Number of cache entries that are good values.
  std::size_t cache_values = 0;
  /// Questions on their way to the upstream.
  std::size_t flights = 0;
  /// Callers who wait for them.
  std::size_t waiters = 0;
  /// Retries that the retry budget would grant now.
  std::uint64_t retry_budget_remaining = 0;
};

/// Answers questions from a cache, and from one upstream behind a circuit breaker and a quota gate.
/// Known values are answered immediately, stale ones with the reason; simultaneous questions for an
/// unknown value make one upstream call.
///
///     StockClient client(settings, upstream, breaker, system_clocks(), {&metrics});
///     const Outcome outcome =
///         client.get({Function::global_quote, "IBM"}, {.deadline = clock.now() + 10s});
///     if (!outcome) return traits(outcome.error().kind).message;
///
/// The client owns its cache, its quota gate and, unless it was given a scheduler, its threads.
///
/// Thread-safety: every member function may be called from any thread. Callbacks run on a worker or
/// on the timers' thread, without a lock held; they must neither block nor throw.
class StockClient {
 public:
  /// Receives the outcome.
  using Callback = std::function<void(Outcome)>;

  /// A caller's place among the waiters of an upstream call. Destroying the ticket ends the wait:
  /// the callback is not called afterwards, except when it is running already. The call itself goes
  /// on.
  class [[nodiscard]] Ticket {
   public:
    /// A ticket for nothing.
    Ticket() = default;
    /// Takes over the place; `other` is then a ticket for nothing.
    Ticket(Ticket&& other) noexcept;
    /// Ends the present wait and takes over the place of `other`.
    Ticket& operator=(Ticket&& other) noexcept;
    ~Ticket();

   private:
    friend class StockClient;
    explicit Ticket(std::shared_ptr<Waiter> waiter) noexcept;
    void release() noexcept;
    std::shared_ptr<Waiter> waiter_;
  };

  /// Starts the workers. Everything referenced, the observers included, must outlive the client.
  /// Throws `std::invalid_argument` when a setting is out of range.
  StockClient(const StockClientSettings& settings, Upstream& upstream,
              circuitbreaker::CircuitBreaker& breaker, Clocks clocks,
              std::vector<Observer*> observers, StockClientParts parts = {});
  /// Cancels the calls under way, answers every waiter, and waits for the workers to end.
  ~StockClient();
  StockClient(const StockClient&) = delete;
  StockClient& operator=(const StockClient&) = delete;

  /// Never blocks. Returns the outcome when it is known now. Otherwise returns a ticket, and
  /// `callback` is called exactly once unless the ticket is destroyed before.
  [[nodiscard]] std::variant<Outcome, Ticket> get(const Query& query, const GetOptions& options,
                                                  Callback callback);

  /// The same, but blocks until the outcome is known, at most until the deadline.
  [[nodiscard]] Outcome get(const Query& query, const GetOptions& options);

  /// Forgets the quote and the history of `symbol` (validated, upper-case), until somebody asks for
  /// them again. Calls under way go on, and their values are kept.
  void forget(const std::string& symbol);

  /// Puts the live part of the settings into force, immediately and without losing anything; all
  /// other settings stay as constructed. Throws `std::invalid_argument` when a setting is out of
  /// range, and then changes nothing.
  void reconfigure(const StockClientSettings& settings);
  /// The live settings in force.
  [[nodiscard]] LiveSettings settings() const noexcept;

  /// The contents of the client now.
  [[nodiscard]] StockClientStats stats() const;
  /// The remaining quota, and until when and why nothing may be sent.
  [[nodiscard]] QuotaState quota() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace stockclient
