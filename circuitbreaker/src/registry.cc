#include "circuitbreaker/registry.h"

#include <algorithm>
#include <list>
#include <memory>
#include <string>
#include <utility>

#include "require.h"

namespace circuitbreaker {
namespace {

/// Maximum number of breakers that an eviction examines.
constexpr int kMaxExamined = 64;

void add(CallCounts& sum, const CallCounts& more) noexcept {
  sum.success += more.success;
  sum.failure += more.failure;
  sum.timeout += more.timeout;
  sum.ignored += more.ignored;
  sum.rejected += more.rejected;
}

template <class Hook, class Argument>
void call_hook(const Hook& hook, Argument& argument) noexcept {
  if (!hook) return;
  try {
    hook(argument);
  } catch (...) {  // NOLINT(bugprone-empty-catch): the breaker is usable all the same
  }
}

}  // namespace

Registry::Registry(RegistrySettings settings, const Clock& clock)
    : settings_(std::move(settings)), clock_(clock) {
  detail::require(settings_.max_breakers >= 1, "registry: max_breakers must be at least 1");
  validate(settings_.breaker);
}

std::shared_ptr<CircuitBreaker> Registry::hold(const EntryPtr& entry) {
  auto handle = entry->handle.lock();
  if (!handle) {
    // The entry keeps the handle's deleter alive, so the deleter must release the entry.
    handle = std::shared_ptr<CircuitBreaker>(
        &entry->breaker, [owner = entry](CircuitBreaker*) mutable { owner.reset(); });
    entry->handle = handle;
  }
  return handle;
}

std::shared_ptr<CircuitBreaker> Registry::get(std::string_view name) {
  {
    const std::lock_guard lock(mutex_);
    if (const auto found = breakers_.find(name); found != breakers_.end()) {
      by_age_.splice(by_age_.end(), by_age_, found->second);
      return hold(*found->second);
    }
  }
  return create(name);
}

std::shared_ptr<CircuitBreaker> Registry::create(std::string_view name) {
  EntryPtr evicted;
  std::shared_ptr<CircuitBreaker> created;
  {
    const std::lock_guard lock(mutex_);
    // Another thread may have created it first.
    if (const auto found = breakers_.find(name); found != breakers_.end()) {
      return hold(*found->second);
    }
    if (breakers_.size() >= settings_.max_breakers) {
      evicted = evict_one();
      if (!evicted) {
        ++past_.refused;
        return nullptr;
      }
    }
    const auto own = configured_.find(name);
    const Settings& settings = own == configured_.end() ? settings_.breaker : own->second.settings;
    std::list<EntryPtr> newest{std::make_shared<Entry>(std::string(name), settings, clock_)};
    breakers_.emplace(name, newest.begin());  // May throw; the list must not have changed by then.
    by_age_.splice(by_age_.end(), newest);
    created = hold(by_age_.back());
  }
  if (evicted && settings_.on_evicted) {
    const Snapshot last = evicted->breaker.snapshot();
    call_hook(settings_.on_evicted, last);
  }
  call_hook(settings_.on_created, *created);
  return created;
}

Registry::EntryPtr Registry::evict_one() {
  for (int examined = 0; examined < kMaxExamined; ++examined) {
    const auto oldest = by_age_.begin();
    EntryPtr entry = *oldest;
    if (entry->handle.expired() && entry->breaker.is_idle()) {
      add(past_.calls, entry->breaker.calls());
      ++past_.evicted;
      breakers_.erase(entry->breaker.name());
      by_age_.erase(oldest);
      return entry;
    }
    by_age_.splice(by_age_.end(), by_age_, oldest);
  }
  return nullptr;
}

std::shared_ptr<CircuitBreaker> Registry::find(std::string_view name) const {
  const std::lock_guard lock(mutex_);
  const auto found = breakers_.find(name);
  return found == breakers_.end() ? nullptr : hold(*found->second);
}

void Registry::configure(std::string_view name, const Settings& settings) {
  validate(settings);
  Configuration wanted;
  EntryPtr entry;
  {
    const std::lock_guard lock(mutex_);
    Configuration& configured = configured_[std::string(name)];
    configured.settings = settings;
    ++configured.version;
    wanted = configured;
    if (const auto found = breakers_.find(name); found != breakers_.end()) entry = *found->second;
  }
  while (entry) {
    // Done without the lock, because it may run listeners. A slow thread could therefore replace
    // newer settings with older ones, so each thread repeats until it has applied the latest ones.
    entry->breaker.reconfigure(wanted.settings);
    const std::lock_guard lock(mutex_);
    const Configuration& latest = configured_.find(name)->second;
    if (latest.version == wanted.version) return;
    wanted = latest;
  }
}

std::vector<Registry::EntryPtr> Registry::entries(RegistryStatistics* past) const {
  const std::lock_guard lock(mutex_);
  // The past totals and the live entries are read under one lock, so that an evicted breaker is
  // counted in exactly one of them.
  if (past != nullptr) *past = past_;
  return {by_age_.begin(), by_age_.end()};
}

std::vector<Snapshot> Registry::snapshots() const {
  std::vector<Snapshot> taken;
  for (const EntryPtr& entry : entries(nullptr)) taken.push_back(entry->breaker.snapshot());
  std::sort(taken.begin(), taken.end(),
            [](const Snapshot& a, const Snapshot& b) { return a.name < b.name; });
  return taken;
}

RegistryStatistics Registry::statistics() const {
  RegistryStatistics statistics;
  for (const EntryPtr& entry : entries(&statistics)) {
    const Snapshot snapshot = entry->breaker.snapshot();
    ++statistics.breakers;
    if (snapshot.state == State::closed) ++statistics.closed;
    if (snapshot.state == State::open) ++statistics.open;
    if (snapshot.state == State::half_open) ++statistics.half_open;
    add(statistics.calls, snapshot.calls);
  }
  return statistics;
}

}  // namespace circuitbreaker
