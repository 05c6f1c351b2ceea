#pragma once
/// The thread that makes a store's calls, so that no other thread blocks on a disk or a database.

#include <array>
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <vector>

#include "circuitbreaker/circuit_breaker.h"
#include "circuitbreaker/clock.h"

#include "stockclient/store/store.h"

namespace stockclient {

/// Settings of a `StoreWorker`. Durations must be positive, sizes at least 1.
struct StoreWorkerSettings {
  /// Time limit of each store call, unless the breaker has a `call_timeout`.
  circuitbreaker::Duration request_timeout = std::chrono::seconds(10);
  /// Longest time that a value stays unwritten while no caller waits for it.
  circuitbreaker::Duration write_delay = std::chrono::seconds(1);
  /// Once a store call has run for this long, callers no longer wait for the store.
  circuitbreaker::Duration stuck_after = std::chrono::seconds(1);
  /// Pause between two attempts to open the store.
  circuitbreaker::Duration reopen_delay = std::chrono::seconds(1);
  /// Interval of upkeep: trimming, the health check and the statistics.
  circuitbreaker::Duration upkeep_interval = std::chrono::seconds(15);
  /// Maximum size of the unwritten values, in bytes. The oldest ones beyond it are dropped.
  std::size_t max_pending_bytes = std::size_t{32} << 20;
  /// Maximum size of the store, in bytes. The least recently requested values beyond it are
  /// removed.
  std::uint64_t max_store_bytes = std::uint64_t{256} << 20;
};

/// Receives a worker's reports, on the worker's thread and without a lock held. Must not block.
class StoreObserver {
 public:
  virtual ~StoreObserver() = default;
  /// Called after each failed store call. `operation` is one of `kStoreOperations`.
  virtual void store_failed(std::string_view operation, const StoreError& error) noexcept = 0;
  /// Called when a store call succeeds after a failure.
  virtual void store_recovered() noexcept = 0;
};

/// The names of the store operations, in logs and metrics.
inline constexpr std::array<std::string_view, 6> kStoreOperations{"open", "load",   "find",
                                                                  "put",  "forget", "upkeep"};

/// A snapshot of a worker's state.
struct StoreWorkerState {
  /// The last error; empty while the store works.
  std::optional<StoreError> error;
  /// Number of unwritten values.
  std::size_t pending_values = 0;
  /// Size of the unwritten values, in bytes.
  std::size_t pending_bytes = 0;
  /// Time for which the oldest unwritten value has been waiting.
  circuitbreaker::Duration write_lag{};
  /// Number of values that were dropped because `max_pending_bytes` was exceeded.
  std::uint64_t dropped = 0;
  /// The statistics of the last upkeep; empty before the first one.
  std::optional<StoreStatistics> statistics;
};

/// Owns a store and makes its calls on one thread, in order of urgency: removals, commits that a
/// caller waits for, finds, other commits, loading, upkeep. Long work is divided into slices,
/// between which more urgent calls are made. One commit writes all waiting values, up to the size
/// of a slice.
///
/// The store is opened in the background; opening is retried until it succeeds. Every store call
/// needs a permit of `breaker`. While the store is not open or the breaker rejects calls, finds
/// return nothing immediately and values wait in a bounded queue.
///
/// Thread-safety: every member function may be called from any thread.
class StoreWorker {
 public:
  /// Opens the store. Called on the worker's thread, initially and after failures. A stop request
  /// should end the call, and all calls of the store, early.
  using Opener = std::function<StoreResult<std::unique_ptr<Store>>(std::stop_token stop)>;
  /// Receives loaded values on the worker's thread. Returns false to end loading.
  using LoadSink = std::function<bool(std::vector<StoredValue> values)>;

  /// Starts the thread. `breaker`, `clock` and `observer` must outlive the worker.
  StoreWorker(Opener opener, circuitbreaker::CircuitBreaker& breaker,
              const circuitbreaker::Clock& clock, StoreObserver& observer,
              StoreWorkerSettings settings);
  /// Writes the pending values, within the time limit of one call, and ends the thread.
  ~StoreWorker();
  StoreWorker(const StoreWorker&) = delete;
  StoreWorker& operator=(const StoreWorker&) = delete;

  /// Passes all values of the store to `sink`, the most recently requested first, while no more
  /// urgent call is waiting.
  void load(LoadSink sink);
  /// Ends loading. When this returns, the sink is not running and will not be called again. The
  /// sink itself must not call this.
  void stop_loading();

  /// Finds a value, waiting at most `wait`. Unwritten values are searched first. Empty if the value
  /// is not stored, cannot be read, or was not read in time.
  [[nodiscard]] std::optional<StoredValue> find(const std::string& key,
                                                circuitbreaker::Duration wait);
  /// Enqueues a value and waits at most `wait` for its commit. Returns whether it is durable. Does
  /// not wait while the store is out of service or one of its calls is stuck.
  bool put(StoredValue value, circuitbreaker::Duration wait = {});
  /// Removes a value from the queue immediately, and from the store in the background.
  void forget(const std::string& key);

  /// Sets whether upkeep checks that the store can be read and written.
  void set_ping(bool ping) noexcept { ping_.store(ping); }

  /// Time until the breaker may admit a call again; empty if it admits calls now.
  [[nodiscard]] std::optional<circuitbreaker::Duration> rejected_for() const;
  /// Takes a snapshot of the worker's state.
  [[nodiscard]] StoreWorkerState state() const;

 private:
  struct PendingValue {
    StoredValue value;
    circuitbreaker::TimePoint since;
    /// Ascending in the list, so committing a prefix commits all tickets up to its last one.
    std::uint64_t ticket = 0;
  };
  using PendingList = std::list<PendingValue>;
  struct PendingFind {
    std::string key;
    std::optional<StoredValue> found;
    bool done = false;
  };

  using Lock = std::unique_lock<std::mutex>;

  // These functions run on the worker's thread and need the lock, which they release during calls
  // to the store, the sink and the observer.
  void run(const std::stop_token& stop);
  /// Makes the most urgent call. Returns false if there is nothing to do until `next_due`.
  bool work(Lock& lock, const std::stop_token& stop);
  [[nodiscard]] circuitbreaker::TimePoint next_due() const;
  void open(Lock& lock, const std::stop_token& stop);
  void commit(Lock& lock);
  void answer_find(Lock& lock);
  void remove_forgotten(Lock& lock);
  void load_page(Lock& lock);
  void upkeep(Lock& lock);
  /// Calls `make_call` with a deadline, without the lock, and reports the result to the breaker and
  /// the observer. Empty if the breaker rejects the call.
  template <class Call>
  auto call(Lock& lock, std::string_view operation, Call make_call)
      -> std::optional<decltype(make_call(circuitbreaker::TimePoint()))>;
  void note_failure(Lock& lock, std::string_view operation, const StoreError& error);
  void note_success(Lock& lock);
  void fail_finds();

  // These functions need the lock.
  void add_pending(StoredValue value);
  void remove_pending(PendingList::iterator position);
  [[nodiscard]] bool out_of_service() const;

  const Opener opener_;
  circuitbreaker::CircuitBreaker& breaker_;
  const circuitbreaker::Clock& clock_;
  StoreObserver& observer_;
  const StoreWorkerSettings settings_;

  mutable std::mutex mutex_;
  std::condition_variable work_arrived_;
  std::condition_variable progress_;
  PendingList pending_;
  std::unordered_map<std::string, PendingList::iterator> pending_by_key_;
  std::size_t pending_bytes_ = 0;
  std::uint64_t dropped_ = 0;
  std::list<std::shared_ptr<PendingFind>> finds_;
  std::vector<std::string> forgets_;
  /// Number of callers that wait for a commit.
  std::size_t waiting_writers_ = 0;
  std::uint64_t last_ticket_ = 0;
  std::uint64_t durable_ticket_ = 0;
  LoadSink sink_;
  bool sink_runs_ = false;
  std::optional<LoadCursor> load_cursor_;
  std::optional<StoreError> error_;
  std::optional<StoreStatistics> statistics_;
  std::optional<circuitbreaker::TimePoint> call_started_;
  /// No store call is made before this time, after a failure or a rejection by the breaker.
  circuitbreaker::TimePoint blocked_until_ = circuitbreaker::TimePoint::min();
  circuitbreaker::TimePoint next_upkeep_ = circuitbreaker::TimePoint::min();
  bool trim_again_ = false;
  bool stopping_ = false;
  std::atomic<bool> ping_{true};
  /// Used by the worker's thread only, without the lock.
  std::unique_ptr<Store> store_;
  std::jthread thread_;
};

}  // namespace stockclient
