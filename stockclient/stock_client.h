#pragma once
/// The stock client: quotes from a slow, rationed and sometimes broken upstream.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "circuitbreaker/clock.h"

#include "stockclient/cache/value_source.h"
#include "stockclient/domain/answer.h"
#include "stockclient/domain/observer.h"
#include "stockclient/domain/query.h"
#include "stockclient/flights/upstream_breakers.h"
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
  /// Time by which the caller is answered; at most `LiveSettings::max_wait` from now.
  circuitbreaker::TimePoint deadline;
  /// Name of the requesting client, for its share of the day's quota; empty: no particular client.
  std::string client = {};
  /// Asks the upstream even if the known value is fresh, and waits for the answer; meant for
  /// operators. If no call can be made now, the next available call is made for this value.
  bool refresh = false;
};

/// Optional replacements for components that the client otherwise creates, and optional additions.
/// Everything must outlive the client.
struct StockClientParts {
  /// Null: the client's own threads, as many as `StockClientSettings::bulkhead`.
  Scheduler* scheduler = nullptr;
  /// Null: a restart forgets the calls spent today.
  SpendingLedger* ledger = nullptr;
  /// Sources asked, in this order, before the upstream. Empty: only this process's memory is used.
  std::vector<ValueSource*> sources = {};
};

/// A snapshot of the client's contents.
struct StockClientStats {
  /// Memory of all cache entries, in bytes.
  std::size_t cache_bytes = 0;
  /// Number of cache entries, including negative ones.
  std::size_t cache_entries = 0;
  /// Number of cache entries that are good values.
  std::size_t cache_values = 0;
  /// Number of questions in progress.
  std::size_t flights = 0;
  /// Number of callers who wait for those questions.
  std::size_t waiters = 0;
  /// Number of retries that the retry budget would currently grant.
  std::uint64_t retry_budget_remaining = 0;
  /// Number of due values that are wanted, and of unknown symbols that wait for a call.
  std::size_t queued_calls = 0;
};

/// Answers questions from a cache, and from one upstream behind circuit breakers and a quota gate.
/// Known values are returned immediately, stale ones with the reason; simultaneous questions for an
/// unknown value cause a single upstream call.
///
///     StockClient client(settings, upstream, breakers, system_clocks(), {&metrics});
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
  /// the callback is not called afterwards, but a callback in progress continues, and so does the
  /// upstream call.
  class [[nodiscard]] Ticket {
   public:
    /// An empty ticket.
    Ticket() = default;
    /// Takes over the place of `other`, which becomes empty.
    Ticket(Ticket&& other) noexcept;
    /// Ends the current wait and takes over the place of `other`.
    Ticket& operator=(Ticket&& other) noexcept;
    ~Ticket();

   private:
    friend class StockClient;
    explicit Ticket(std::shared_ptr<Waiter> waiter) noexcept;
    void release() noexcept;
    std::shared_ptr<Waiter> waiter_;
  };

  /// Starts the workers. Everything referenced, including the observers, must outlive the client.
  /// Throws `std::invalid_argument` if a setting is out of range.
  StockClient(const StockClientSettings& settings, Upstream& upstream, UpstreamBreakers& breakers,
              Clocks clocks, std::vector<Observer*> observers, StockClientParts parts = {});
  /// Cancels the calls in progress, answers every waiter, and waits for the workers to end.
  ~StockClient();
  StockClient(const StockClient&) = delete;
  StockClient& operator=(const StockClient&) = delete;

  /// Never blocks. If the outcome is known now, returns it. Otherwise returns a ticket, and
  /// `callback` is called exactly once unless the ticket is destroyed first.
  [[nodiscard]] std::variant<Outcome, Ticket> get(const Query& query, const GetOptions& options,
                                                  const Callback& callback);

  /// Blocks until the outcome is known, at most until the deadline.
  [[nodiscard]] Outcome get(const Query& query, const GetOptions& options);

  /// Accepts a value that an earlier process fetched, unless a newer one is known. Returns whether
  /// there is room for more, so that the caller can stop loading before loaded values are evicted.
  bool restore(const Query& query, const Value& value);

  /// Forgets the quote and the history of `symbol` (validated, upper-case) until they are requested
  /// again. Calls in progress continue, and their values are kept.
  void forget(const std::string& symbol);

  /// Applies the live settings immediately and without losing any data; all other settings stay as
  /// constructed. Throws `std::invalid_argument` and changes nothing if a setting is out of range.
  void reconfigure(const StockClientSettings& settings);
  /// The live settings in force.
  [[nodiscard]] LiveSettings settings() const noexcept;

  /// The current contents of the client.
  [[nodiscard]] StockClientStats stats() const;
  /// The remaining quota and, if no calls may be sent, the reason and the time when that ends.
  [[nodiscard]] QuotaState quota() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace stockclient
