#pragma once
/// The list of the service's dependencies. /health, /circuit-breaker, the admin endpoints, the
/// breaker metrics, the log and live reload all iterate over it, so adding a dependency means
/// adding one entry.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "circuitbreaker/circuit_breaker.h"
#include "circuitbreaker/health_checker.h"

#include "service/metrics/breaker_metrics.h"
#include "service/settings/settings.h"

namespace service {

/// The effect on callers while a dependency cannot be used.
struct Degradation {
  /// Whether requests can still be answered.
  bool answers_continue = true;
  /// One clause for /health, such as `known values are served`.
  std::string text;
};

/// A restriction on the use of a dependency that does not come from its breaker.
struct Impairment {
  /// Whether calls are only delayed (true) or not made at all (false).
  bool usable = false;
  /// One clause for /health.
  std::string text;
};

/// One dependency. Everything that it refers to must outlive it; its functions may be called from
/// any thread.
struct Dependency {
  /// The breaker that guards the dependency and has the same name.
  circuitbreaker::CircuitBreaker& breaker;
  /// Applies the settings of the breaker, and of those of its parts; null if another dependency's
  /// function does so.
  std::function<void(const ServiceSettings&)> reconfigure;
  /// The current effect of losing the dependency.
  std::function<Degradation()> degradation;
  /// Whether this is a part of Alpha Vantage; the worst breaker of those parts determines the state
  /// shown for the whole service.
  bool is_upstream = false;
  /// Breakers of the dependency's parts. Operators' commands on the dependency apply to them, too.
  std::vector<circuitbreaker::CircuitBreaker*> parts = {};
  /// Returns the slow-call rate in force if something else applies it in place of the breaker; may
  /// be empty.
  std::function<double()> slow_call_rate = {};
  /// Returns a current restriction that does not come from the breaker, such as a quota hold; may
  /// be empty.
  std::function<std::optional<Impairment>()> impairment = {};
  /// Returns a clause for /health that is shown in every state, such as the number of calls left;
  /// may be empty.
  std::function<std::string()> remark = {};
  /// Returns how often something else was served in place of a call's result; empty: never.
  std::function<std::uint64_t()> fallbacks = {};
  /// Pings the dependency; null: there is no health check.
  const circuitbreaker::HealthChecker* health_check = nullptr;
};

/// All dependencies, most important first.
using Dependencies = std::vector<Dependency>;

/// Whether a dependency, or the service as a whole, works.
enum class HealthStatus : std::uint8_t {
  ok,        ///< It works.
  degraded,  ///< It works with restrictions.
  down       ///< It does not work.
};

/// `ok`, `degraded` or `down`.
[[nodiscard]] std::string_view to_string(HealthStatus status) noexcept;

/// The health of one dependency.
struct DependencyHealth {
  /// Name of the dependency and of its breaker.
  std::string name;
  /// `down` when its breaker rejects calls.
  HealthStatus status = HealthStatus::ok;
  /// State of the breaker.
  circuitbreaker::State breaker = circuitbreaker::State::closed;
  /// An explanation for human readers.
  std::string detail;
  /// Whether requests can be answered in spite of this dependency's state.
  bool answers_continue = true;
};

/// Determines the health of a dependency from its breaker, impairments and health check, without
/// calling it.
[[nodiscard]] DependencyHealth assess(const Dependency& dependency);

/// The dependency with this name, or null.
[[nodiscard]] const Dependency* find_dependency(const Dependencies& dependencies,
                                                std::string_view name);

/// The breakers of all dependencies, for the metrics.
[[nodiscard]] std::vector<ExportedBreaker> exported_breakers(const Dependencies& dependencies);

}  // namespace service
