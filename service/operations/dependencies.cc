#include "service/operations/dependencies.h"

#include <algorithm>

namespace service {
namespace {

using circuitbreaker::Mode;
using circuitbreaker::Snapshot;
using circuitbreaker::State;

bool fails_health_check(const Dependency& dependency) {
  return dependency.health_check != nullptr && dependency.health_check->health().healthy == false;
}

/// Sets status and explanation; clears `usable` if no calls can be made.
std::pair<HealthStatus, std::string> judge(const Dependency& dependency, const Snapshot& snapshot,
                                           bool& usable) {
  usable = false;
  if (snapshot.mode == Mode::forced_open)
    return {HealthStatus::down, "an operator has stopped all calls"};
  if (snapshot.state == State::open)
    return {HealthStatus::down, "no calls are made after repeated failures"};
  if (dependency.impairment) {
    if (std::optional<Impairment> impairment = dependency.impairment()) {
      usable = impairment->usable;
      return {HealthStatus::degraded, std::move(impairment->text)};
    }
  }
  usable = true;
  if (snapshot.state == State::half_open)
    return {HealthStatus::degraded, "a few calls are let through to test whether it has recovered"};
  if (fails_health_check(dependency))
    return {HealthStatus::degraded, "its latest health check failed"};
  return {HealthStatus::ok, "calls are let through"};
}

}  // namespace

std::string_view to_string(HealthStatus status) noexcept {
  switch (status) {
    case HealthStatus::ok:
      return "ok";
    case HealthStatus::degraded:
      return "degraded";
    case HealthStatus::down:
      break;
  }
  return "down";
}

DependencyHealth assess(const Dependency& dependency) {
  const Snapshot snapshot = dependency.breaker.snapshot();
  bool usable = true;
  auto [status, detail] = judge(dependency, snapshot, usable);
  DependencyHealth health{.name = snapshot.name,
                          .status = status,
                          .breaker = snapshot.state,
                          .detail = std::move(detail)};
  const auto add = [&health](const std::string& clause) {
    if (!clause.empty()) health.detail += "; " + clause;
  };
  if (dependency.remark) add(dependency.remark());
  if (!usable) {
    const Degradation degradation = dependency.degradation();
    health.answers_continue = degradation.answers_continue;
    add(degradation.text);
  }
  return health;
}

const Dependency* find_dependency(const Dependencies& dependencies, std::string_view name) {
  const auto found = std::find_if(
      dependencies.begin(), dependencies.end(),
      [name](const Dependency& dependency) { return dependency.breaker.name() == name; });
  return found == dependencies.end() ? nullptr : &*found;
}

std::vector<ExportedBreaker> exported_breakers(const Dependencies& dependencies) {
  std::vector<ExportedBreaker> breakers;
  for (const Dependency& dependency : dependencies)
    breakers.push_back({&dependency.breaker, dependency.is_upstream});
  return breakers;
}

}  // namespace service
