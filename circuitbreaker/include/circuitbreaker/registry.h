#pragma once
/// The breakers of a program, by name.
///
///     Registry registry({.max_breakers = 100});
///     if (auto breaker = registry.get(host)) breaker->call(ask);
///
/// Thread-safety: every member function may be called from any thread.

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

struct RegistrySettings {
  /// At least 1.
  std::size_t max_breakers = 1024;
  /// Of every breaker whose name has no settings of its own.
  Settings breaker;
};

struct RegistryStatistics {
  std::size_t breakers = 0;
  std::size_t closed = 0;
  std::size_t open = 0;
  std::size_t half_open = 0;
  std::uint64_t evicted = 0;
  /// Times that `get` had no room.
  std::uint64_t refused = 0;
  /// Of all breakers there ever were.
  CallCounts calls;
};

class Registry {
 public:
  /// Throws `std::invalid_argument` when a setting is out of range. `clock` must outlive every
  /// breaker.
  explicit Registry(RegistrySettings settings = {}, const Clock& clock = steady_clock());
  Registry(const Registry&) = delete;
  Registry& operator=(const Registry&) = delete;

  /// The breaker of this name, made when there is none. When the registry is full, an idle one is
  /// evicted for it: closed, in normal mode, no failure pending, no call under way and held by
  /// nobody else, the one asked for longest ago first. When all are busy: null.
  [[nodiscard]] std::shared_ptr<CircuitBreaker> get(std::string_view name);
  /// Null when there is none.
  [[nodiscard]] std::shared_ptr<CircuitBreaker> find(std::string_view name) const;
  /// The settings of a name's breaker, now and whenever it is made again. Throws
  /// `std::invalid_argument`. Names configured are not bounded: they are yours, not your callers'.
  void configure(std::string_view name, const Settings& settings);

  /// In the order of their names.
  [[nodiscard]] std::vector<Snapshot> snapshots() const;
  [[nodiscard]] RegistryStatistics statistics() const;

 private:
  /// The one asked for longest ago first.
  using ByAge = std::list<std::shared_ptr<CircuitBreaker>>;
  struct Hash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  template <class T>
  using Named = std::unordered_map<std::string, T, Hash, std::equal_to<>>;

  [[nodiscard]] std::vector<std::shared_ptr<CircuitBreaker>> all() const;
  [[nodiscard]] std::shared_ptr<CircuitBreaker> evict_one();

  const RegistrySettings settings_;
  const Clock& clock_;
  mutable std::mutex mutex_;
  ByAge by_age_;
  Named<ByAge::iterator> breakers_;
  Named<Settings> configured_;
  RegistryStatistics past_;
};

}  // namespace circuitbreaker
