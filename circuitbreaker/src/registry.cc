#include "circuitbreaker/registry.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "require.h"

namespace circuitbreaker {
namespace {

void add(CallCounts& sum, const CallCounts& more) noexcept {
  sum.success += more.success;
  sum.failure += more.failure;
  sum.timeout += more.timeout;
  sum.ignored += more.ignored;
  sum.rejected += more.rejected;
}

}  // namespace

Registry::Registry(RegistrySettings settings, const Clock& clock)
    : settings_(settings), clock_(clock) {
  detail::require(settings.max_breakers >= 1, "registry: max_breakers must be at least 1");
  validate(settings.breaker);
}

std::shared_ptr<CircuitBreaker> Registry::get(std::string_view name) {
  std::shared_ptr<CircuitBreaker> evicted;  // destroyed after the lock is
  const std::lock_guard lock(mutex_);
  if (const auto found = breakers_.find(name); found != breakers_.end()) {
    by_age_.splice(by_age_.end(), by_age_, found->second);
    return *found->second;
  }
  if (breakers_.size() >= settings_.max_breakers) {
    evicted = evict_one();
    if (!evicted) {
      ++past_.refused;
      return nullptr;
    }
  }
  const auto own = configured_.find(name);
  const Settings& breaker_settings = own == configured_.end() ? settings_.breaker : own->second;
  by_age_.push_back(std::make_shared<CircuitBreaker>(std::string(name), breaker_settings, clock_));
  breakers_.emplace(name, std::prev(by_age_.end()));
  return by_age_.back();
}

std::shared_ptr<CircuitBreaker> Registry::evict_one() {
  const auto idle = std::find_if(by_age_.begin(), by_age_.end(), [](const auto& breaker) {
    return breaker.use_count() == 1 && breaker->is_idle();
  });
  if (idle == by_age_.end()) return nullptr;
  auto breaker = std::move(*idle);
  add(past_.calls, breaker->calls());
  ++past_.evicted;
  breakers_.erase(breaker->name());
  by_age_.erase(idle);
  return breaker;
}

std::shared_ptr<CircuitBreaker> Registry::find(std::string_view name) const {
  const std::lock_guard lock(mutex_);
  const auto found = breakers_.find(name);
  return found == breakers_.end() ? nullptr : *found->second;
}

void Registry::configure(std::string_view name, const Settings& settings) {
  validate(settings);
  std::shared_ptr<CircuitBreaker> breaker;
  {
    const std::lock_guard lock(mutex_);
    configured_.insert_or_assign(std::string(name), settings);
    if (const auto found = breakers_.find(name); found != breakers_.end()) breaker = *found->second;
  }
  if (breaker) breaker->reconfigure(settings);
}

std::vector<std::shared_ptr<CircuitBreaker>> Registry::all() const {
  const std::lock_guard lock(mutex_);
  return {by_age_.begin(), by_age_.end()};
}

std::vector<Snapshot> Registry::snapshots() const {
  std::vector<Snapshot> taken;
  for (const auto& breaker : all()) taken.push_back(breaker->snapshot());
  std::sort(taken.begin(), taken.end(),
            [](const Snapshot& a, const Snapshot& b) { return a.name < b.name; });
  return taken;
}

RegistryStatistics Registry::statistics() const {
  const std::vector<Snapshot> taken = snapshots();
  RegistryStatistics statistics;
  {
    const std::lock_guard lock(mutex_);
    statistics = past_;
  }
  statistics.breakers = taken.size();
  for (const Snapshot& snapshot : taken) {
    if (snapshot.state == State::closed) ++statistics.closed;
    if (snapshot.state == State::open) ++statistics.open;
    if (snapshot.state == State::half_open) ++statistics.half_open;
    add(statistics.calls, snapshot.calls);
  }
  return statistics;
}

}  // namespace circuitbreaker
