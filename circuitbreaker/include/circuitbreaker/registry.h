#pragma once
/// The breakers of a program, by name: one per host, tenant or shard, in bounded memory.
///
///     Registry registry({.max_breakers = 100});
///     if (auto breaker = registry.get(host)) breaker->call(fetch);

#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "circuitbreaker/circuit_breaker.h"
#include "circuitbreaker/clock.h"
#include "circuitbreaker/settings.h"
#include "circuitbreaker/snapshot.h"

namespace circuitbreaker {

/// Settings of a `Registry`.
struct RegistrySettings {
  /// Maximum number of breakers. At least 1.
  std::size_t max_breakers = 1024;
  /// Settings of the breakers for which none were configured by name.
  Settings breaker{};
  /// Called for each new breaker, for example to add listeners, with no lock held, on the thread
  /// that asked for the breaker, before `get` returns it. Another thread that asks for the same
  /// name may get the breaker earlier. An exception is ignored.
  std::function<void(CircuitBreaker&)> on_created{};
  /// Called with the last snapshot of each evicted breaker, with no lock held, on the thread whose
  /// `get` evicted it. An exception is ignored.
  std::function<void(const Snapshot&)> on_evicted{};
};

/// Sums over the breakers of a `Registry`.
struct RegistryStatistics {
  /// Current number of breakers.
  std::size_t breakers = 0;
  /// Number of closed breakers.
  std::size_t closed = 0;
  /// Number of open breakers.
  std::size_t open = 0;
  /// Number of half-open breakers.
  std::size_t half_open = 0;
  /// Number of breakers evicted so far.
  std::uint64_t evicted = 0;
  /// Number of times `get` returned null.
  std::uint64_t refused = 0;
  /// Calls through all breakers, including evicted ones; never decreases.
  CallCounts calls;
};

/// Creates breakers on demand and evicts idle ones. A breaker that is held by a caller is never
/// evicted, and stays valid as long as it is held, even after the registry is destroyed. Every
/// member function may be called from any thread. No lock is held while a listener or a hook runs.
class Registry {
 public:
  /// Throws `std::invalid_argument` when a setting is out of range. `clock` must outlive every
  /// breaker.
  explicit Registry(RegistrySettings settings = {}, const Clock& clock = steady_clock());
  Registry(const Registry&) = delete;
  Registry& operator=(const Registry&) = delete;

  /// The breaker of this name, created if there is none. If the registry is full, an idle breaker
  /// is evicted: one that is closed, in normal mode, with no failure pending, no call in progress
  /// and no holder; among those, the least recently requested. Returns null if none of the 64 least
  /// recently requested breakers is idle; they then count as recently requested, so that the next
  /// `get` considers others. Takes constant time.
  [[nodiscard]] std::shared_ptr<CircuitBreaker> get(std::string_view name);
  /// The breaker of this name, or null. Does not count as a request for it.
  [[nodiscard]] std::shared_ptr<CircuitBreaker> find(std::string_view name) const;
  /// Sets the settings of the breaker of this name, now and whenever it is created again. If
  /// several threads configure one name simultaneously, the breaker ends up with the settings that
  /// were set last. Throws `std::invalid_argument` like the breaker's constructor. The number of
  /// configured names is not bounded, so they must not come from a client.
  void configure(std::string_view name, const Settings& settings);

  /// Snapshots of all breakers, ordered by name. Does not keep any of them from being evicted.
  [[nodiscard]] std::vector<Snapshot> snapshots() const;
  /// Sums over all breakers, past and present.
  [[nodiscard]] RegistryStatistics statistics() const;

 private:
  /// A breaker and the `handle` that its holders share. The registry itself refers to the entry, so
  /// that it does not count as a holder.
  struct Entry {
    Entry(std::string name, const Settings& settings, const Clock& clock)
        : breaker(std::move(name), settings, clock) {}
    CircuitBreaker breaker;
    std::weak_ptr<CircuitBreaker> handle;
  };
  using EntryPtr = std::shared_ptr<Entry>;
  struct Configuration {
    Settings settings;
    std::uint64_t version = 0;
  };
  struct NameHash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  template <class T>
  using ByName = std::unordered_map<std::string, T, NameHash, std::equal_to<>>;

  // Both must be called with the lock held.
  [[nodiscard]] static std::shared_ptr<CircuitBreaker> hold(const EntryPtr& entry);
  [[nodiscard]] EntryPtr evict_one();

  [[nodiscard]] std::shared_ptr<CircuitBreaker> create(std::string_view name);
  [[nodiscard]] std::vector<EntryPtr> entries(RegistryStatistics* past) const;

  const RegistrySettings settings_;
  const Clock& clock_;
  mutable std::mutex mutex_;
  std::list<EntryPtr> by_age_;  // Ordered from the least to the most recently requested.
  ByName<std::list<EntryPtr>::iterator> breakers_;
  ByName<Configuration> configured_;
  RegistryStatistics past_;  // Total calls of evicted breakers.
};

}  // namespace circuitbreaker
